import Configuration
public import Dataflow
import Diagnostics
import Metrics
import Shards
public import Stages
import Tensors

/// Holds every network against the truth, on the test split and on the pseudo-labelled samples.
public struct EvaluateWork: StageWork {
  public typealias Face = EvaluateStage

  private let configuration: EvaluateStage.Configuration

  public init(_ configuration: EvaluateStage.Configuration) { self.configuration = configuration }

  public func run(_ context: StageContext) async throws {
    let device = try Device(context.job.device)
    let models = try context.inputs(EvaluateStage.models).map { try ModelSet($0, device: device) }
    let test = try known(SampleSet(try context.input(EvaluateStage.on)), context)
    try check(test.samples.task, context)
    try checkUnseen(models, test.samples, context)
    var document = MetricsDocument()
    for model in models {
      try model.check(test.samples)
      try add(model, on: test, to: &document, context)
    }
    if let pool = context.inputs(EvaluateStage.denoiseOn).first,
      let labels = context.inputs(EvaluateStage.labels).first
    {
      let known = try known(SampleSet(pool), context)
      for model in models {
        try add(
          model, denoising: known, labels: PseudoLabelSet(labels), to: &document, context)
      }
    }
    let writer = try OutputWriter(
      context.outputDirectory, header: OutputHeader(context.job, .evaluation))
    try writer.writeFile("metrics.json", Array(document.json().utf8))
    try writer.writeFile("metrics.csv", Array(document.csv().utf8))
    // A tenth of the size: what every run shows at its end, also when it had nothing to do.
    try writer.writeFile("aggregates.json", Array(JSON.text(document.aggregates()).utf8))
    _ = try writer.finish(
      task: test.samples.output.manifest.task, classes: try test.samples.classes(),
      units: test.samples.output.manifest.units, modalities: [],
      details: try JSON.details(
        Details(
          on: test.samples.input.reference.description, samples: test.samples.count,
          models: models.map(\.input.reference.description))))
    context.summarise(
      "\(document.rows.count) figures of \(models.reduce(0) { $0 + $1.members.count }) networks"
        + " on \(test.samples.count) \(test.samples.split.rawValue) samples")
  }

  private struct Details: Encodable {
    var on: String
    var samples: Int
    var models: [String]
  }

  /// Samples with what is true of them.
  private struct KnownSamples {
    var samples: SampleSet
    var truth: LabelColumn
  }

  private func known(_ samples: SampleSet, _ context: StageContext) throws -> KnownSamples {
    let truth = try Truth(context).labels(of: samples)
    guard truth.count == samples.count else {
      throw Diagnostic(
        "input '\(samples.input.reference)'",
        "it has \(samples.count) samples and \(truth.count) true labels",
        mend: "rerun the stage that made it with --force")
    }
    let unknown = (0..<truth.count).count { !truth.isKnown($0) }
    guard unknown < truth.count else {
      throw Diagnostic(
        "input '\(samples.input.reference)'", "the true label of not one sample is known",
        mend: "leave this evaluation out, or give the ingest stage the labels")
    }
    if unknown > 0 {
      context.warn(
        "\(unknown) of \(truth.count) samples of '\(samples.input.reference)' have no true label "
          + "and are left out")
    }
    return KnownSamples(samples: samples, truth: truth)
  }

  /// What the face could not know before the data were there.
  private func check(_ task: LearningTask, _ context: StageContext) throws {
    let known = TaskMetrics.names(of: task)
    if let other = configuration.metrics?.first(where: { !known.contains($0) }) {
      throw Diagnostic(
        "stage '\(context.job.stage)'", "'\(other)' is no metric of '\(task.rawValue)'",
        mend: "metrics: \(known.joined(separator: ", "))")
    }
    if configuration.threshold != nil, task != .multiLabel {
      throw Diagnostic(
        "stage '\(context.job.stage)'",
        "'threshold' goes with several labels, and the samples ask for '\(task.rawValue)'",
        mend: "remove it")
    }
  }

  /// A model must not be tested on what it has learned from.
  private func checkUnseen(
    _ models: [ModelSet], _ samples: SampleSet, _ context: StageContext
  ) throws {
    for model in models {
      if samples.split == .test {
        try TrainedOn.check(model.input, hasNotSeen: samples)
      } else if let first = try TrainedOn.overlap(model.input, with: samples).first {
        context.warn(
          "'\(model.input.reference)' has learned from samples of '\(samples.input.reference)' "
            + "such as '\(first)': these figures say how well it remembers",
          mend: "evaluate 'on: STAGE.test'")
      }
    }
  }

  /// Whether networks decide as often on a sample as its truth does.
  private func check(_ known: KnownSamples, against shape: [Int]) throws {
    let wanted =
      switch known.samples.task {
      case .singleLabel: 1
      case .multiLabel, .regression: shape[0]
      case .segmentation: shape.dropFirst().reduce(1, *)
      }
    guard known.truth.perSample == wanted else {
      throw Diagnostic(
        "input '\(known.samples.input.reference)'",
        "its true labels are \(known.truth.perSample) a sample, the networks give \(wanted)",
        mend: "bring pictures and label maps to one size in the align stage")
    }
  }

  /// Runs all networks over the samples, batch by batch.
  ///
  /// - each: gets the places of the batch's samples and the logits of each network, `[n] +
  ///   outputShape`
  private func run(
    _ model: ModelSet, on samples: SampleSet, _ context: StageContext,
    each: (Range<Int>, [Tensor]) throws -> Void
  ) throws {
    let device = try Device(context.job.device)
    let shape = try model.outputShape()
    let batches = try BatchedSamples(
      samples, modalities: model.modalities, preparing: try model.preparations(of: samples),
      batchSize: model.batchSize(atMost: configuration.batchSize, logits: shape),
      threads: context.job.threads)
    var done = 0
    while let batch = try batches.next() {
      try Task.checkCancellation()
      let logits = try model.logits(batch.inputs, device: device)
      let rows = done..<done + batch.ids.count
      try each(
        rows,
        try model.members.indices.map {
          try logits.sliced($0..<$0 + 1, axis: 1).reshaped([rows.count] + shape)
        })
      done += batch.ids.count
      context.progress(
        model.input.reference.description, done, of: samples.count, unit: "samples")
    }
  }

  private func add(
    _ model: ModelSet, on known: KnownSamples, to document: inout MetricsDocument,
    _ context: StageContext
  ) throws {
    let classes = try known.samples.classes()
    try check(known, against: model.outputShape())
    var scores = model.members.map { _ in
      configuration.score(known.samples.task, classes: classes)
    }
    try run(model, on: known.samples, context) { places, logits in
      let truth = known.truth.answers(places)
      for (index, logits) in logits.enumerated() { try scores[index].add(logits, truth: truth) }
    }
    for (member, score) in zip(model.members, scores) {
      let rows = Rows(model, member, known.samples.split)
      document.rows += score.figures.filter(configuration.wants).map(rows.row)
      if let confusion = score.confusion {
        document.confusionMatrices.append(rows.confusion(.student, classes, confusion))
      }
    }
  }

  /// METHOD: what a student made of its pseudo-labels, seed by seed.
  private func add(
    _ model: ModelSet, denoising known: KnownSamples, labels: PseudoLabelSet,
    to document: inout MetricsDocument, _ context: StageContext
  ) throws {
    let (samples, task) = (known.samples, known.samples.task)
    let classes = try samples.classes()
    try model.check(samples)
    try check(known, against: model.outputShape())
    guard labels.task == task, labels.perSample == known.truth.perSample else {
      throw Diagnostic(
        "stage '\(context.job.stage)'",
        "the pseudo-labels are not of the form of the true labels of '\(samples.input.reference)'",
        mend: "label the same samples that are denoised on")
    }
    // As in distillation: the i-th seed of a variant learned from the i-th seed of the teacher.
    var seeds: [String: Int] = [:]
    let places = model.members.map { member in
      defer { seeds[member.variant, default: 0] += 1 }
      return seeds[member.variant, default: 0]
    }
    if task == .regression {
      try add(
        model, denoisingValues: known, labels: labels, names: classes, places, to: &document,
        context)
      return
    }
    var accounts = places.map { _ in DenoisingAccount(task, classes: classes.count) }
    try run(model, on: samples, context) { rows, logits in
      let truth = known.truth.decisions(rows)
      for (index, logits) in logits.enumerated() {
        accounts[index].add(
          truth: truth, pseudo: labels.decisions(on: samples.ids[rows], seed: places[index]),
          student: try Decisions.of(logits, task, threshold: configuration.decision))
      }
    }
    for (member, account) in zip(model.members, accounts) {
      let rows = Rows(model, member, samples.split)
      for (measure, value) in account.denoising.overall.values {
        document.rows.append(rows.row(Figure(measure.name, value)))
      }
      for (name, rates) in zip(classes, account.denoising.ofEachClass) {
        for (measure, value) in rates.values {
          document.rows.append(
            rows.row(Figure(measure.name, name: "\(measure.name)/\(name)", value)))
        }
      }
      guard task != .multiLabel else { continue }
      document.confusionMatrices += [
        rows.confusion(.pseudoLabels, classes, account.teacher),
        rows.confusion(.student, classes, account.student),
      ]
    }
  }

  /// The same of a regression, value by value.
  ///
  /// - places: which seed of the teacher each network learned from
  private func add(
    _ model: ModelSet, denoisingValues known: KnownSamples, labels: PseudoLabelSet,
    names: [String], _ places: [Int], to document: inout MetricsDocument, _ context: StageContext
  ) throws {
    let samples = known.samples
    var accounts = places.map { _ in names.map { _ in ValueDenoising() } }
    try run(model, on: samples, context) { rows, logits in
      let truth = known.truth.answers(rows).values
      for (index, logits) in logits.enumerated() {
        let pseudo = labels.answers(on: samples.ids[rows], seed: places[index]).values
        for (place, answer) in try logits.doubles().enumerated()
        where !truth[place].isNaN && !pseudo[place].isNaN {
          accounts[index][place % names.count].add(
            truth: Double(truth[place]), pseudoLabel: Double(pseudo[place]), student: answer)
        }
      }
    }
    for (member, account) in zip(model.members, accounts) {
      let rows = Rows(model, member, samples.split)
      for (place, measure) in ValueDenoising.measures.enumerated() {
        document.rows += Figure.mean(
          measure.name, of: names, account.map { $0.values[place].value }
        ).map(rows.row)
      }
    }
  }

  /// Rows of one network on one split.
  private struct Rows {
    private let stage: String
    private let variant: String
    private let seed: Int
    private let split: String

    init(_ model: ModelSet, _ member: ServedModel, _ split: Split) {
      stage = model.input.reference.stage
      variant = member.variant
      seed = member.seed
      self.split = split.rawValue
    }

    func row(_ figure: Figure) -> MetricRow {
      MetricRow(
        stage: stage, model: variant == stage ? stage : "\(stage).\(variant)", variant: variant,
        seed: seed, split: split, metric: figure.name, value: figure.value,
        classes: figure.classes)
    }

    func confusion(
      _ subject: ConfusionRecord.Subject, _ classes: [String], _ matrix: ConfusionMatrix
    ) -> ConfusionRecord {
      ConfusionRecord(
        stage: stage, variant: variant, seed: seed, split: split, of: subject, classes: classes,
        counts: matrix.counts)
    }
  }
}

/// What one student made of its pseudo-labels, decision by decision.
private struct DenoisingAccount {
  private let task: LearningTask
  private let classes: Int
  private(set) var denoising: Denoising
  private(set) var student: ConfusionMatrix
  private(set) var teacher: ConfusionMatrix

  init(_ task: LearningTask, classes: Int) {
    self.task = task
    self.classes = classes
    denoising = Denoising(classes: classes)
    student = ConfusionMatrix(classes: classes)
    teacher = ConfusionMatrix(classes: classes)
  }

  /// Adds decisions in the numbers of `LabelColumn`; those without truth or pseudo-label are left
  /// out.
  mutating func add(truth: [Int], pseudo: [Int], student answers: [Int]) {
    for (place, truth) in truth.enumerated() where truth >= 0 && pseudo[place] >= 0 {
      let (label, answer) = (pseudo[place], answers[place])
      if task == .multiLabel {
        denoising.add(truth: truth, pseudoLabel: label, student: answer, of: place % classes)
        continue
      }
      denoising.add(truth: truth, pseudoLabel: label, student: answer)
      student.add((truth, answer))
      teacher.add((truth, label))
    }
  }
}
