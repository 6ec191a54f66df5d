import Arrays
public import Dataflow
import Diagnostics
import Networks
import Shards
public import Stages
import Tensors

/// Runs every seed of a model over the samples, batch by batch, on their clean input.
public struct InferWork: StageWork {
  public typealias Face = InferStage

  private let configuration: InferStage.Configuration

  public init(_ configuration: InferStage.Configuration) { self.configuration = configuration }

  public func run(_ context: StageContext) async throws {
    let device = try Device(context.job.device)
    let model = try ModelSet(try context.input(InferStage.model), device: device)
    let samples = try SampleSet(try context.input(InferStage.from))
    try model.check(samples)
    if samples.split == .unlabelled { try TrainedOn.check(model.input, hasNotSeen: samples) }
    let classes = try samples.classes()
    let seeds = model.members.count
    let shape = try model.outputShape()
    let isOfValues = samples.task == .regression
    let units = samples.output.manifest.units
    if isOfValues, configuration.precision == .float16 {
      throw Diagnostic(
        "stage '\(context.job.stage)'", "'precision: float16' would round values of any size",
        mend: "remove 'precision'")
    }
    let type: ElementType = configuration.precision == .float16 ? .float16 : .float32
    let writer = try OutputWriter(
      context.outputDirectory, header: OutputHeader(context.job, .predictions))
    let stream = try writer.stream(
      samples.split.rawValue,
      fields: [
        StandardField.idField, StandardField.splitField,
      ]
        + (isOfValues
          ? Self.valueFields(classes, units: units, seeds: seeds)
          : [
            FieldDescription(
              StandardField.logits, .number(type), shape: [seeds] + shape,
              axes: Array(["seed", "class", "height", "width"].prefix(1 + shape.count)),
              labels: shape.count == 1 ? classes : nil,
              documentation: samples.task == .multiLabel
                ? "Log-odds of each class, of each seed of the model."
                : "Unnormalised log-probabilities of each seed of the model.")
          ]),
      compression: .zstd)
    var counts = [Int](repeating: 0, count: classes.count)
    var (values, spreads) = (
      ValueTally(classes, units: units), ValueTally(classes, units: units)
    )
    var decided = 0
    var done = 0
    let batches = try BatchedSamples(
      samples, modalities: model.modalities, preparing: try model.preparations(of: samples),
      batchSize: model.batchSize(atMost: configuration.batchSize, logits: shape),
      threads: context.job.threads)
    while let batch = try batches.next() {
      try Task.checkCancellation()
      let logits = try model.logits(batch.inputs, device: device)
      let decisions = try Decisions.of(
        logits.reshaped([-1] + shape), samples.task, threshold: PseudoLabelStage.evenOdds)
      Decisions.count(decisions, samples.task, into: &counts)
      decided +=
        samples.task == .multiLabel ? decisions.count / classes.count : decisions.count
      var columns = [
        StandardField.id: Column(texts: batch.ids),
        StandardField.split: Column(
          texts: Array(repeating: samples.split.rawValue, count: batch.ids.count)),
        StandardField.prediction(samples.task): try Column(logits, as: type),
      ]
      if isOfValues {
        let numbers = try logits.floats()
        values.add(numbers)
        if seeds > 1 {
          let apart = SeedSpread.of(numbers, seeds: seeds, width: classes.count)
          spreads.add(apart)
          columns[StandardField.spread] = Column(apart, count: batch.ids.count)
        }
      }
      try stream.append(columns)
      done += batch.ids.count
      context.progress("samples", done, of: samples.count, unit: "samples")
    }
    try stream.close()
    _ = try writer.finish(
      task: samples.output.manifest.task, classes: classes, units: units,
      modalities: try model.modalities.map(samples.modality),
      details: try JSON.details(
        Details(model: model.input.reference.description, seeds: model.members.map(\.seed))))
    if isOfValues {
      context.summarise(
        "\(samples.count) samples, \(seeds) seed\(seeds == 1 ? "" : "s"); predicts \(values.text)"
          + (seeds > 1
            ? "; seeds apart by "
              + classes.enumerated().map { "\($1) \(Figures.short(spreads.mean($0)))" }
              .joined(separator: ", ") : ""))
      return
    }
    context.summarise(
      "\(samples.count) samples, \(seeds) seed\(seeds == 1 ? "" : "s"); predicts "
        + zip(classes, counts).map { name, count in
          "\(name): \(Figures.percent([Double(count) / Double(max(1, decided))]))"
        }.joined(separator: ", "))
  }

  /// Of a regression.
  private static func valueFields(
    _ names: [String], units: [String]?, seeds: Int
  ) -> [FieldDescription] {
    [
      FieldDescription(
        StandardField.values, .number(.float32), shape: [seeds, names.count],
        axes: ["seed", "value"], unit: StandardField.unit(units), labels: names,
        documentation: "The values in their units, of each seed of the model.")
    ]
      + (seeds > 1
        ? [
          FieldDescription(
            StandardField.spread, .number(.float32), shape: [names.count], axes: ["value"],
            unit: StandardField.unit(units), labels: names,
            documentation: "Standard deviation of each value over the seeds of the model.")
        ] : [])
  }

  private struct Details: Encodable {
    var model: String
    var seeds: [Int]
  }
}

extension ModelSet {
  /// Every modality that one of the networks sees.
  var modalities: [String] {
    members.flatMap { $0.network.modalities.map(\.name) }
      .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The logits that every network gives of one sample: `[class]` or `[class, height, width]`.
  func outputShape() throws -> [Int] {
    let shapes = members.map(\.network.outputShape)
    guard let first = shapes.first, shapes.allSatisfy({ $0 == first }) else {
      throw Diagnostic(
        "model '\(input.reference)'", "its networks give logits of different shapes",
        mend: "name one variant: '\(input.reference.stage).VARIANT'")
    }
    return first
  }

  /// How many samples at a time: no more than what keeps their logits within 64 MiB.
  func batchSize(atMost size: Int, logits shape: [Int]) -> Int {
    let numbers = shape.reduce(max(1, members.count), *)
    return max(1, min(size, (1 << 24) / max(1, numbers)))
  }

  /// Logits `[batch, network] + outputShape` of all networks, in evaluation.
  ///
  /// - inputs: by modality, `[batch, …sample shape]`
  func logits(_ inputs: [String: Tensor], device: Device) throws -> Tensor {
    let answers = try members.map { member in
      let own = try member.network.modalities.compactMap {
        try inputs[$0.name]?.moved(to: device)
      }
      let logits = try member.network.logits(own, batchSize: nil)
      return try logits.reshaped([logits.shape[0], 1] + Array(logits.shape.dropFirst()))
    }
    return try Tensor.concatenate(answers, axis: 1)
  }
}

extension Column {
  /// The numbers of a tensor whose first axis is the sample.
  init(_ tensor: Tensor, as type: ElementType) throws {
    let (own, size): (DType, Int) =
      switch type {
      case .float16: (.float16, 2)
      case .uint8: (.uint8, 1)
      default: (.float32, 4)
      }
    var bytes = [UInt8](repeating: 0, count: tensor.count * size)
    try bytes.withUnsafeMutableBytes { try tensor.copy(into: $0, as: own) }
    self.init(.numbers(size == 4 ? .float32 : type, bytes), count: tensor.shape.first ?? 0)
  }
}
