import Configuration
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
    var task: LearningTask?
    var units: [String]?
    for (name, variant) in configuration.ordered {
      let plan = try StudentPlan(name, variant, &inputs, context)
      items += try plan.items(device: try Device(context.job.device))
      task = task ?? plan.pool.output.manifest.task
      units = units ?? plan.pool.output.manifest.units
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
    try ModelOutput.finish(
      writer, checkpoints, lights: lights, task: task, units: units, modalities: modalities)
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
    let stored = try inputs.stored(pool, variant.modalities)
    let device = try Device(context.job.device)
    let classes = try pool.classes()
    if pool.task == .regression {
      try tell(name, variant, checkpoints, pool, labels, stored, context)
      return nil
    }
    var agreement = Agreement(pool.task, classes: classes.count)
    for (index, checkpoint) in checkpoints.enumerated() {
      try answer(checkpoint, pool, stored, device) { ids, logits in
        let guesses = try Decisions.of(
          logits, pool.task, threshold: PseudoLabelStage.evenOdds)
        agreement.add(guesses, labels.decisions(on: ids, seed: index))
      }
    }
    let light = StudentLight(
      variant: name, agreement: agreement.value, predicted: agreement.predicted,
      pseudo: agreement.pseudo)
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

  /// Hands on what a student answers, a few samples at a time with their ids.
  private func answer(
    _ checkpoint: ModelCheckpoint, _ pool: SampleSet, _ stored: [StoredInput], _ device: Device,
    _ body: (_ ids: [String], _ answers: Tensor) throws -> Void
  ) throws {
    let size = checkpoint.network.samplesPerPass
    for start in stride(from: 0, to: pool.count, by: size) {
      let rows = start..<min(pool.count, start + size)
      let places = try Tensor(classes: Array(rows))
      let tensors = try stored.map { try $0.selecting(places).floats().moved(to: device) }
      try body(Array(pool.ids[rows]), checkpoint.network.logits(tensors))
    }
  }

  /// The same of a regression, which has no decisions to agree on.
  private func tell(
    _ name: String, _ variant: DistillStage.Variant, _ checkpoints: [ModelCheckpoint],
    _ pool: SampleSet, _ labels: PseudoLabelSet, _ stored: [StoredInput], _ context: StageContext
  ) throws {
    let device = try Device(context.job.device)
    var agreement = ValueAgreement(try pool.classes(), units: pool.output.manifest.units)
    for (index, checkpoint) in checkpoints.enumerated() {
      try answer(checkpoint, pool, stored, device) { ids, values in
        agreement.add(try values.floats(), labels.answers(on: ids, seed: index).values)
      }
    }
    let seesTheSame = labels.modalities.allSatisfy(variant.modalities.contains)
    context.summarise(
      agreement.line(name) + (seesTheSame ? "" : " (sees other modalities than its teacher)"))
    let warning = agreement.warning(name, isTransformed: !variant.transform.isEmpty)
    if seesTheSame, let warning { context.warn(warning.message, mend: warning.mend) }
  }
}

/// How often student and pseudo-labels agree, over all that the teacher labelled.
private struct Agreement {
  private let task: LearningTask
  private(set) var predicted: [Int]
  private(set) var pseudo: [Int]
  private var agreed = 0
  private var compared = 0

  init(_ task: LearningTask, classes: Int) {
    self.task = task
    predicted = Array(repeating: 0, count: classes)
    pseudo = predicted
  }

  mutating func add(_ guesses: [Int], _ labels: [Int]) {
    for (place, (guess, label)) in zip(guesses, labels).enumerated() where label >= 0 {
      switch task {
      case .singleLabel, .segmentation:
        predicted[guess] += 1
        pseudo[label] += 1
        compared += 1
        if guess == label { agreed += 1 }
      case .multiLabel:
        predicted[place % predicted.count] += guess
        pseudo[place % pseudo.count] += label
        // What neither gives says little: most labels of most samples are absent.
        compared += guess + label
        agreed += 2 * guess * label
      case .regression: break  // Values are no decisions: see ValueAgreement.
      }
    }
  }

  var value: Double { Double(agreed) / Double(max(1, compared)) }
}

/// The inputs of a distillation, each opened once however many variants read it.
private struct Inputs {
  private let context: StageContext
  private var samples: [String: SampleSet] = [:]
  private var labels: [String: PseudoLabelSet] = [:]
  private var modalities: [String: StoredInput] = [:]

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

  /// The values of some modalities, read once however many variants learn from them.
  mutating func stored(_ samples: SampleSet, _ names: [String]) throws -> [StoredInput] {
    let key = "\(samples.input.fingerprint) \(samples.input.reference) "
    for input in try samples.inputs(names.filter { modalities[key + $0] == nil }) {
      modalities[key + input.name] = input
    }
    return names.compactMap { modalities[key + $0] }
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
  private let network: NetworkDescription
  private let classes: [String]
  /// One for each seed of the teacher; seed i of the student takes i modulo their number.
  private let lessons: [(source: MemorySource, classWeights: [Float]?)]
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
    network = try pool.network(variant.network)
    var stored = try inputs.stored(pool, variant.modalities)
    let picture = stored.first?.shape.picture
    var labelled: Lesson?
    if variant.alsoLabelled != nil {
      let samples = try inputs.samples(DistillStage.alsoLabelled, variant: name)
      guard try samples.classes() == classes, samples.task == pool.task else {
        throw Diagnostic(
          "variant '\(name)'", "'also-labelled' has other classes than the unlabelled samples",
          mend: "give both the same 'classes' in the same order")
      }
      let more = try inputs.stored(samples, variant.modalities)
      for (own, other) in zip(stored, more) where own.shape != other.shape {
        throw Diagnostic(
          "modality '\(own.name)'",
          "'also-labelled' has samples of shape \(other.shape.shape), the unlabelled ones "
            + "\(own.shape.shape)", mend: "use the same align stage for both")
      }
      stored = try zip(stored, more).map { try $0.followed(by: $1) }
      labelled = try samples.openLabels().lesson(picture: picture)
    }
    let own: [Lesson]
    switch variant.labels {
    case .truth:
      labelSource = "truth"
      let lesson = try Truth(context).labels(of: pool).lesson(picture: picture)
      guard !lesson.rows.isEmpty else {
        throw Diagnostic(
          "variant '\(name)'", "the true labels of '\(pool.input.reference)' are not known",
          mend: "leave the supervised variant out: it is the upper bound, not the method")
      }
      own = [lesson]
    case .pseudo(let reference):
      labelSource = reference.description
      let labels = try inputs.labels(variant: name)
      guard labels.task == pool.task else {
        throw Diagnostic(
          "variant '\(name)'",
          "'\(reference)' are labels for '\(labels.task.rawValue)', and "
            + "'\(pool.input.reference)' asks for '\(pool.task.rawValue)'",
          mend: "label them by a teacher that was trained for '\(pool.task.rawValue)'")
      }
      guard labels.classes == classes else {
        throw Diagnostic(
          "variant '\(name)'",
          "the labels know the \(pool.task.namesNoun) \(labels.classes.joined(separator: ", ")), the samples "
            + classes.joined(separator: ", "),
          mend: "give both the same 'classes' in the same order")
      }
      own = try (0..<labels.seeds).map {
        try labels.lesson(for: pool, picture: picture, seed: $0)
      }
    }
    let inputs = stored
    lessons = try own.map { lesson in
      guard !lesson.rows.isEmpty else {
        throw Diagnostic(
          "variant '\(name)'", "no sample of '\(pool.input.reference)' has a label to learn from",
          mend: "lower the 'threshold' or 'min-confidence' of the pseudo-label stage")
      }
      let whole =
        try labelled.map {
          try lesson.followed(by: $0, offset: pool.count, classes: classes.count)
        } ?? lesson
      let isWhole = whole.rows.count == inputs.first?.values.shape.first
      return (
        try MemorySource(inputs, rows: isWhole ? nil : whole.rows, targets: whole.targets),
        try whole.weights(
          variant.training.classWeights, classes: classes, of: "variant '\(name)'")
      )
    }
  }

  func items(device: Device) throws -> [Study.Item] {
    variant.training.seedList.enumerated().map { index, seed in
      let lesson = lessons[index % lessons.count]
      return Study.Item(
        variant: name, seed: seed,
        trainer: Trainer(
          network: network, classes: classes.count, training: variant.training,
          transforms: variant.transform, consistency: variant.consistency,
          classWeights: lesson.classWeights, device: device),
        source: lesson.source, classes: classes,
        provenance: ModelCheckpoint.Provenance(
          samples: pool.input.reference.description, fingerprint: pool.input.fingerprint,
          labels: labelSource))
    }
  }
}
