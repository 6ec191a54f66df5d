public import Dataflow
import Diagnostics
import Networks
import Recipes
import Shards
public import Stages
import Tensors
import Training

/// Trains the students: every variant with every seed, side by side.
public struct DistillWork: StageWork {
  public typealias Face = DistillStage

  private let configuration: DistillStage.Configuration

  public init(_ configuration: DistillStage.Configuration) { self.configuration = configuration }

  public func run(_ context: StageContext) async throws {
    var inputs = Inputs(context)
    var items: [Study.Item] = []
    var modalities: [ModalityDescription] = []
    for (name, variant) in configuration.ordered {
      let plan = try StudentPlan(name, variant, &inputs, context)
      items += try plan.items(device: try Device(context.job.device))
      for modality in try variant.modalities.map(plan.pool.modality)
      where !modalities.contains(where: { $0.name == modality.name }) {
        modalities.append(modality)
      }
    }
    let writer = try ModelOutput.writer(context)
    let checkpoints = try await Study(items: items).run(into: writer, context)
    try TrainedOn.write(inputs.all, to: writer)
    let lights = try configuration.ordered.compactMap { name, variant in
      try light(name, variant, checkpoints.filter { $0.variant == name }, &inputs, context)
    }
    try ModelOutput.finish(writer, checkpoints, lights: lights, modalities: modalities)
    context.summarise(
      "\(configuration.names.count) variant\(configuration.names.count == 1 ? "" : "s"), "
        + "\(checkpoints.count) networks")
  }

  /// What can be seen of a variant without truth; `nil` for one that learned from the truth, and for
  /// one that does not see what its teacher saw: it has to differ, which says nothing.
  private func light(
    _ name: String, _ variant: DistillStage.Variant, _ checkpoints: [ModelCheckpoint],
    _ inputs: inout Inputs, _ context: StageContext
  ) throws -> StudentLight? {
    guard case .pseudo = variant.labels else { return nil }
    let pool = try inputs.samples(DistillStage.from, variant: name)
    let labels = try inputs.labels(variant: name)
    let tensors = try pool.tensors(variant.modalities).map(\.values)
    let device = try Device(context.job.device)
    let classes = try pool.classes()
    var predicted = [Int](repeating: 0, count: classes.count)
    var pseudo = predicted
    var agreed = 0
    for (index, checkpoint) in checkpoints.enumerated() {
      let moved = try tensors.map { try $0.moved(to: device) }
      let guesses = try checkpoint.network.logits(moved).argmax(axis: 1).integers()
      let wanted = try labels.hardLabels(for: pool, seed: index)
      for (guess, label) in zip(guesses, wanted) where label >= 0 {
        predicted[guess] += 1
        pseudo[label] += 1
        if guess == label { agreed += 1 }
      }
    }
    let light = StudentLight(
      variant: name, agreement: Double(agreed) / Double(max(1, pseudo.reduce(0, +))),
      predicted: predicted, pseudo: pseudo)
    guard labels.modalities.allSatisfy(variant.modalities.contains) else {
      context.summarise(
        light.line(classes: classes) + " (sees other modalities than its teacher)")
      return nil
    }
    context.summarise(light.line(classes: classes))
    // A student without T is expected to copy; the light is for those that should not.
    if let warning = light.warning, light.light == .collapses || !variant.transform.isEmpty {
      context.warn(warning.message, mend: warning.mend)
    }
    return light
  }
}

/// The inputs of a distillation, each opened once however many variants read it.
private struct Inputs {
  private let context: StageContext
  private var samples: [String: SampleSet] = [:]
  private var labels: [String: PseudoLabelSet] = [:]

  init(_ context: StageContext) { self.context = context }

  /// Every set of samples that was asked for, in a stable order.
  var all: [SampleSet] { samples.sorted { $0.key < $1.key }.map(\.value) }

  func input(_ port: Port, variant: String) throws -> Job.Input {
    guard let input = context.inputs(port).first(where: { $0.serves(variant) }) else {
      return try context.input(port)
    }
    return input
  }

  mutating func samples(_ port: Port, variant: String) throws -> SampleSet {
    let input = try input(port, variant: variant)
    let key = "\(input.fingerprint) \(input.reference)"
    if let known = samples[key] { return known }
    let opened = try SampleSet(input)
    samples[key] = opened
    return opened
  }

  mutating func labels(variant: String) throws -> PseudoLabelSet {
    let input = try input(DistillStage.labels, variant: variant)
    if let known = labels[input.fingerprint] { return known }
    let opened = try PseudoLabelSet(input)
    labels[input.fingerprint] = opened
    return opened
  }
}

extension Job.Input {
  /// Whether `variant` asks for this input.
  fileprivate func serves(_ variant: String) -> Bool {
    variants.isEmpty || variants.contains(variant)
  }
}

/// One variant: what it learns from, for each of its seeds.
private struct StudentPlan {
  let name: String
  let variant: DistillStage.Variant
  /// D_u
  let pool: SampleSet
  private let classes: [String]
  /// One for each seed of the teacher; seed i of the student takes i modulo their number.
  private let sources: [MemorySource]
  private let labelSource: String

  init(
    _ name: String, _ variant: DistillStage.Variant, _ inputs: inout Inputs,
    _ context: StageContext
  ) throws {
    self.name = name
    self.variant = variant
    let pool = try inputs.samples(DistillStage.from, variant: name)
    let classes = try pool.classes()
    self.pool = pool
    self.classes = classes
    var labelled: SampleSet?
    if variant.alsoLabelled != nil {
      let samples = try inputs.samples(DistillStage.alsoLabelled, variant: name)
      guard try samples.classes() == classes else {
        throw Diagnostic(
          "variant '\(name)'", "'also-labelled' has other classes than the unlabelled samples",
          mend: "give both the same 'classes' in the same order")
      }
      labelled = samples
    }
    let answers: [[Answer?]]
    switch variant.labels {
    case .truth:
      labelSource = "truth"
      let truth = try Truth(context).labels(of: pool)
      guard truth.contains(where: { $0 >= 0 }) else {
        throw Diagnostic(
          "variant '\(name)'", "the true labels of '\(pool.input.reference)' are not known",
          mend: "leave the supervised variant out: it is the upper bound, not the method")
      }
      answers = [truth.map { $0 < 0 ? nil : .hard($0) }]
    case .pseudo(let reference):
      labelSource = reference.description
      let labels = try inputs.labels(variant: name)
      guard labels.classes == classes else {
        throw Diagnostic(
          "variant '\(name)'",
          "the labels know the classes \(labels.classes.joined(separator: ", ")), the samples "
            + classes.joined(separator: ", "),
          mend: "give both the same 'classes' in the same order")
      }
      answers = try (0..<labels.seeds).map { try labels.answers(for: pool, seed: $0) }
    }
    sources = try answers.map {
      try Self.source($0, pool, labelled, variant.modalities, classes, variant: name)
    }
  }

  func items(device: Device) throws -> [Study.Item] {
    let trainer = Trainer(
      network: variant.network, classes: classes.count, training: variant.training,
      transforms: variant.transform, consistency: variant.consistency, device: device)
    return variant.training.seedList.enumerated().map { index, seed in
      Study.Item(
        variant: name, seed: seed, trainer: trainer, source: sources[index % sources.count],
        classes: classes,
        provenance: ModelCheckpoint.Provenance(
          samples: pool.input.reference.description, fingerprint: pool.input.fingerprint,
          labels: labelSource))
    }
  }

  /// The samples with an answer, and D_l with its labels where the variant wants it too.
  private static func source(
    _ answers: [Answer?], _ pool: SampleSet, _ labelled: SampleSet?, _ modalities: [String],
    _ classes: [String], variant: String
  ) throws -> MemorySource {
    let kept = answers.indices.filter { answers[$0] != nil }
    guard !kept.isEmpty else {
      throw Diagnostic(
        "variant '\(variant)'", "no sample of '\(pool.input.reference)' has a label to learn from",
        mend: "lower the 'threshold' of the pseudo-label stage")
    }
    var tensors = try pool.tensors(modalities)
    if kept.count < answers.count {
      let rows = try Tensor(classes: kept)
      tensors = try tensors.map { ($0.name, try $0.values.selecting(rows)) }
    }
    var targets = kept.compactMap { answers[$0] }
    if let labelled {
      let more = try labelled.tensors(modalities)
      tensors = try zip(tensors, more).map {
        ($0.name, try Tensor.concatenate([$0.values, $1.values], axis: 0))
      }
      targets += try labelled.openLabels().map { .hard($0) }
    }
    return try MemorySource(tensors, targets: try Targets(targets, classes: classes.count))
  }
}

extension Targets {
  /// Hard when every answer is; else distributions, a class being all of its own.
  fileprivate init(_ answers: [Answer], classes: Int) throws {
    var hard: [Int] = []
    for case .hard(let label) in answers { hard.append(label) }
    if hard.count == answers.count {
      self = .hard(try Tensor(classes: hard))
      return
    }
    var shares: [Float] = []
    for answer in answers {
      switch answer {
      case .hard(let label): shares += (0..<classes).map { $0 == label ? 1 : 0 }
      case .soft(let distribution): shares += distribution
      }
    }
    self = .soft(try Tensor(shares, shape: [answers.count, classes]))
  }
}
