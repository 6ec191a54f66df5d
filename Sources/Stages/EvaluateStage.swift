public import Configuration
public import Dataflow

/// Holds models against true labels. METHOD: what is measured.
///
/// The only kind that may read the sealed labels of D_u and of the test split.
public enum EvaluateStage: Stage {
  public struct Configuration: Decodable, Sendable {
    public var models: [StageReference]
    public var on: StageReference
    /// D_u, for the denoising measures.
    public var denoiseOn: StageReference?
    /// The pseudo-labels that the students learned from.
    public var labels: StageReference?
    /// Equal-width bins of the expected calibration error.
    public var calibrationBins: Int
    /// The task metrics to report; `nil` means all of the task.
    public var metrics: [String]?
    /// Of several labels: the probability from which a network gives one, for the denoising measures.
    public var threshold: Double?
    public var batchSize: Int

    /// The same with its default.
    public var decision: Double { threshold ?? PseudoLabelStage.evenOdds }

    private enum CodingKeys: String, CodingKey {
      case models, on, denoiseOn, labels, calibrationBins, metrics, threshold, batchSize
    }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      models = try container.decodeReferences(forKey: .models)
      on = try container.decode(StageReference.self, forKey: .on)
      denoiseOn = try container.decodeIfPresent(StageReference.self, forKey: .denoiseOn)
      labels = try container.decodeIfPresent(StageReference.self, forKey: .labels)
      calibrationBins = try container.decode(Int.self, forKey: .calibrationBins)
      metrics = try container.decodeIfPresent([String].self, forKey: .metrics)
      threshold = try container.decodeIfPresent(Double.self, forKey: .threshold)
      batchSize = try container.decode(Int.self, forKey: .batchSize)
    }
  }

  public static let kind = "evaluate"
  public static let documentation =
    "Holds models against the true labels: task metrics and denoising measures, over seeds."
  public static let models = Port(
    "models", .model, count: .many, selection: .variant, "The models, in the order of the table.")
  public static let on = Port(
    "on", .alignedSamples, selection: .split(Split.allCases),
    "The samples that nothing was trained on.")
  public static let denoiseOn = Port(
    "denoise-on", .alignedSamples, count: .optional, selection: .split([.unlabelled]),
    "The unlabelled samples, to see which pseudo-labels the students corrected.")
  public static let labels = Port(
    "labels", .pseudoLabels, count: .optional, "The pseudo-labels; goes with 'denoise-on'.")
  public static let inputs = [models, on, denoiseOn, labels]
  public static let output = PortType.evaluation
  public static let keys = [
    Key(
      "calibration-bins", .integer(1...1000), default: 15,
      "Bins of equal width of the expected calibration error."),
    Key(
      "metrics", .nonEmptyList(.choice(TaskMetrics.all)),
      "The task metrics to report; all of the task when absent."),
    Key(
      "threshold", .share,
      "Of several labels the probability from which a network gives one, for the denoising measures "
        + "(0.5 when absent)."),
    Key("batch-size", .integer(1...1_048_576), default: 256, "Samples a forward pass.")
      .keptOutOfFingerprint,
  ]
  public static let version = 1

  public static func readsTruth(_ configuration: Configuration) -> Bool { true }

  public static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription {
    let samples = inputs.first(on.name)
    for (index, model) in inputs.all(models.name).enumerated() {
      ModelChecks.check(model, runsOn: samples, at: [models.name, "\(index)"], report: report)
    }
    if let task = samples?.description?.task { check(configuration, task, report: report) }
    if (configuration.denoiseOn == nil) != (configuration.labels == nil) {
      let present = configuration.denoiseOn == nil ? labels.name : denoiseOn.name
      let absent = configuration.denoiseOn == nil ? denoiseOn.name : labels.name
      report(
        Complaint(
          [present], "'\(present)' goes with '\(absent)'", mend: "add '\(absent)', or remove both"))
    }
    let origin = inputs.first(labels.name)?.description?.origin
    if let origin, let pool = configuration.denoiseOn, origin != pool.stage {
      report(
        Complaint(
          [labels.name], "these labels are of the samples of '\(origin)', not of '\(pool.stage)'",
          mend: "denoise on '\(origin).unlabelled'"))
    }
    return OutputDescription(
      .evaluation,
      splits: configuration.on.selection.flatMap(Split.init(rawValue:)).map { [$0] }
        ?? [], task: samples?.description?.task, classes: samples?.description?.classes,
      origin: configuration.on.stage)
  }

  /// Whether the keys suit what the samples ask for.
  private static func check(
    _ configuration: Configuration, _ task: LearningTask, report: (Complaint) -> Void
  ) {
    let known = TaskMetrics.names(of: task)
    for (index, name) in (configuration.metrics ?? []).enumerated() where !known.contains(name) {
      report(
        Complaint(
          ["metrics", "\(index)"], "'\(name)' is no metric of '\(task.rawValue)'",
          mend: "metrics: \(known.joined(separator: ", "))"))
    }
    if configuration.threshold != nil, task != .multiLabel {
      report(
        Complaint(
          ["threshold"],
          "there is no threshold from which a class is given where each has one: the samples ask for "
            + "'\(task.rawValue)'", mend: "remove it"))
    }
  }
}
