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
    LibTorch.setIntraOperationThreads(1)
    let device = try Device(context.job.device)
    let model = try ModelSet(try context.input(InferStage.model), device: device)
    let samples = try SampleSet(try context.input(InferStage.from))
    try model.check(samples)
    if samples.split == .unlabelled { try TrainedOn.check(model.input, hasNotSeen: samples) }
    let classes = try samples.classes()
    let seeds = model.checkpoints.count
    let writer = try OutputWriter(
      context.outputDirectory, header: OutputHeader(context.job, .predictions))
    let stream = try writer.stream(
      samples.split.rawValue,
      fields: [
        StandardField.idField, StandardField.splitField,
        FieldDescription(
          StandardField.logits, .number(.float32), shape: [seeds, classes.count],
          axes: ["seed", "class"], labels: classes,
          documentation: "Unnormalised log-probabilities of each seed of the model."),
      ], compression: .zstd)
    var counts = [Int](repeating: 0, count: classes.count)
    var done = 0
    let batches = try BatchedSamples(
      samples, modalities: model.modalities, batchSize: configuration.batchSize,
      threads: context.job.threads)
    while let batch = try batches.next() {
      try Task.checkCancellation()
      let logits = try model.logits(batch.inputs, device: device)
      let values = try logits.floats()
      for row in 0..<batch.ids.count * seeds {
        counts[
          PseudoLabelWork.argmax(values[row * classes.count..<(row + 1) * classes.count])] += 1
      }
      try stream.append([
        StandardField.id: Column(texts: batch.ids),
        StandardField.split: Column(
          texts: Array(repeating: samples.split.rawValue, count: batch.ids.count)),
        StandardField.logits: Column(values, count: batch.ids.count),
      ])
      done += batch.ids.count
      context.progress("samples", done, of: samples.count, unit: "samples")
    }
    try stream.close()
    _ = try writer.finish(
      classes: classes, modalities: try model.modalities.map(samples.modality),
      details: try JSON.details(
        Details(model: model.input.reference.description, seeds: model.checkpoints.map(\.seed))))
    context.summarise(
      "\(samples.count) samples, \(seeds) seed\(seeds == 1 ? "" : "s"); predicts "
        + zip(classes, counts).map { name, count in
          "\(name): \(Figures.percent([Double(count) / Double(max(1, counts.reduce(0, +)))]))"
        }.joined(separator: ", "))
  }

  private struct Details: Encodable {
    var model: String
    var seeds: [Int]
  }
}

extension ModelSet {
  /// Every modality that one of the networks sees.
  var modalities: [String] {
    checkpoints.flatMap { $0.network.modalities.map(\.name) }
      .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// Logits `[batch, network, class]` of all networks, in evaluation.
  ///
  /// - inputs: by modality, `[batch, …sample shape]`
  func logits(_ inputs: [String: Tensor], device: Device) throws -> Tensor {
    let answers = try checkpoints.map { checkpoint in
      let own = try checkpoint.network.modalities.compactMap {
        try inputs[$0.name]?.moved(to: device)
      }
      let logits = try checkpoint.network.logits(own, batchSize: 1024)
      return try logits.reshaped([logits.shape[0], 1, checkpoint.classes.count])
    }
    return try Tensor.concatenate(answers, axis: 1)
  }
}
