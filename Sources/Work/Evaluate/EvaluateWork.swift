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
    LibTorch.setIntraOperationThreads(1)
    let device = try Device(context.job.device)
    let models = try context.inputs(EvaluateStage.models).map { try ModelSet($0, device: device) }
    let test = try known(SampleSet(try context.input(EvaluateStage.on)), context)
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
      classes: try test.samples.classes(), modalities: [],
      details: try JSON.details(
        Details(
          on: test.samples.input.reference.description, samples: test.samples.count,
          models: models.map(\.input.reference.description))))
    context.summarise(
      "\(document.rows.count) figures of \(models.reduce(0) { $0 + $1.checkpoints.count }) networks"
        + " on \(test.samples.count) \(test.samples.split.rawValue) samples")
  }

  private struct Details: Encodable {
    var on: String
    var samples: Int
    var models: [String]
  }

  /// Samples with their true classes, −1 where nobody knows.
  private struct KnownSamples {
    var samples: SampleSet
    var truth: [Int]
  }

  private func known(_ samples: SampleSet, _ context: StageContext) throws -> KnownSamples {
    let truth = try Truth(context).labels(of: samples)
    let unknown = truth.count { $0 < 0 }
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

  /// What each network says: for every sample its class and confidence.
  private func answers(
    of model: ModelSet, to samples: SampleSet, _ context: StageContext
  ) throws -> [[(label: Int, confidence: Double)]] {
    let device = try Device(context.job.device)
    let classes = try samples.classes().count
    var answers = model.checkpoints.map { _ in [(label: Int, confidence: Double)]() }
    let batches = try BatchedSamples(
      samples, modalities: model.modalities, batchSize: configuration.batchSize,
      threads: context.job.threads)
    while let batch = try batches.next() {
      try Task.checkCancellation()
      let shares = try model.logits(batch.inputs, device: device).softmax(axis: 2).floats()
      for (place, start) in stride(from: 0, to: shares.count, by: classes).enumerated() {
        let row = shares[start..<start + classes]
        let label = PseudoLabelWork.argmax(row)
        answers[place % answers.count].append((label, Double(row[start + label])))
      }
      context.progress(
        model.input.reference.description, answers[0].count, of: samples.count, unit: "samples")
    }
    return answers
  }

  private func add(
    _ model: ModelSet, on known: KnownSamples, to document: inout MetricsDocument,
    _ context: StageContext
  ) throws {
    let classes = try known.samples.classes()
    let answers = try answers(of: model, to: known.samples, context)
    for (checkpoint, answers) in zip(model.checkpoints, answers) {
      var accuracy = Accuracy()
      var calibration = ExpectedCalibrationError(bins: configuration.calibrationBins)
      var confusion = ConfusionMatrix(classes: classes.count)
      for (truth, answer) in zip(known.truth, answers) where truth >= 0 {
        accuracy.add((truth, answer.label))
        calibration.add((answer.confidence, answer.label == truth))
        confusion.add((truth, answer.label))
      }
      let rows = Rows(model, checkpoint, known.samples.split)
      document.rows += [
        rows.row(Accuracy.name, accuracy.value),
        rows.row(BalancedAccuracy.name, BalancedAccuracy(confusion).value),
        rows.row(MacroF1.name, MacroF1(confusion).value),
        rows.row(ExpectedCalibrationError.name, calibration.value),
      ]
      document.confusionMatrices.append(rows.confusion(.student, classes, confusion))
    }
  }

  /// METHOD: what a student made of its pseudo-labels, seed by seed.
  private func add(
    _ model: ModelSet, denoising known: KnownSamples, labels: PseudoLabelSet,
    to document: inout MetricsDocument, _ context: StageContext
  ) throws {
    let classes = try known.samples.classes()
    try model.check(known.samples)
    let answers = try answers(of: model, to: known.samples, context)
    var seeds: [String: Int] = [:]
    for (checkpoint, answers) in zip(model.checkpoints, answers) {
      // As in distillation: the i-th seed of a variant learned from the i-th seed of the teacher.
      let place = seeds[checkpoint.variant, default: 0]
      seeds[checkpoint.variant] = place + 1
      let pseudo = try labels.hardLabels(for: known.samples, seed: place)
      var denoising = Denoising(classes: classes.count)
      var student = ConfusionMatrix(classes: classes.count)
      var teacher = ConfusionMatrix(classes: classes.count)
      for ((truth, label), answer) in zip(zip(known.truth, pseudo), answers)
      where truth >= 0 && label >= 0 {
        denoising.add(truth: truth, pseudoLabel: label, student: answer.label)
        student.add((truth, answer.label))
        teacher.add((truth, label))
      }
      let rows = Rows(model, checkpoint, known.samples.split)
      for (measure, value) in denoising.overall.values {
        document.rows.append(rows.row(measure.name, value))
      }
      for (name, rates) in zip(classes, denoising.ofEachClass) {
        for (measure, value) in rates.values {
          document.rows.append(rows.row("\(measure.name)/\(name)", value))
        }
      }
      document.confusionMatrices += [
        rows.confusion(.pseudoLabels, classes, teacher), rows.confusion(.student, classes, student),
      ]
    }
  }

  /// Rows of one network on one split.
  private struct Rows {
    private let stage: String
    private let variant: String
    private let seed: Int
    private let split: String

    init(_ model: ModelSet, _ checkpoint: ModelCheckpoint, _ split: Split) {
      stage = model.input.reference.stage
      variant = checkpoint.variant
      seed = checkpoint.seed
      self.split = split.rawValue
    }

    func row(_ metric: String, _ value: Double?) -> MetricRow {
      MetricRow(
        stage: stage, model: variant == stage ? stage : "\(stage).\(variant)", variant: variant,
        seed: seed, split: split, metric: metric, value: value)
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
