public import Configuration
public import Dataflow

/// Turns a teacher's answers into labels for D_u. METHOD: step 2, ỹ_i.
///
/// From logits: the arg max class, of a sample or of each pixel, or the labels whose probability
/// reaches a threshold (`hard`); or the probabilities at temperature τ (`soft`). What is not
/// confident enough is kept in the file and out of training: a sample, a label of it, a pixel. From
/// an outside file: one class for each sample id.
public enum PseudoLabelStage: Stage {
  public enum Mode: String, Decodable, Sendable, CaseIterable { case hard, soft }

  /// A table with one row for each sample, made by somebody else's teacher.
  public struct OutsideLabels: Decodable, Sendable {
    public var path: String
    public var id: String
    public var column: String
  }

  public struct Configuration: Decodable, Sendable {
    /// The predictions, unless `file` is given.
    public var from: StageReference?
    /// The samples that the rows of `file` belong to.
    public var samples: StageReference?
    public var file: OutsideLabels?
    public var mode: Mode
    /// τ, by which logits are divided before the softmax or sigmoid.
    public var temperature: Double
    /// Of several labels: the probability from which a label is given. Of single labels: the same as
    /// `minConfidence`.
    public var threshold: Double?
    /// Least confidence (probability of what the label says, at temperature 1) of a label that takes
    /// part in training.
    public var minConfidence: Double

    /// Of single labels: least confidence of one that takes part in training.
    public var leastConfidence: Double { max(threshold ?? 0, minConfidence) }
    /// Of several labels: the probability from which one is given.
    public var decision: Double { threshold ?? PseudoLabelStage.evenOdds }
  }

  /// The probability from which a label is likelier there than not.
  public static let evenOdds = 0.5

  public static let kind = "pseudo-label"
  public static let documentation =
    "Turns predictions, or a column of an outside file, into labels for the unlabelled samples."
  public static let from = Port(
    "from", .predictions, count: .optional, "The teacher's predictions.")
  public static let samples = Port(
    "samples", .alignedSamples, count: .optional, selection: .split([.unlabelled]),
    "The samples that the rows of 'file' belong to.")
  public static let inputs = [from, samples]
  public static let output = PortType.pseudoLabels
  public static let keys = [
    Key(
      "file",
      .object([
        .required("path", .path, "A CSV or TSV table with a header."),
        Key("id", .string, default: "id", "Column of the sample ids."),
        .required("column", .string, "Column of the classes, by name."),
      ]), "Labels that somebody else's teacher gave, in place of 'from'."),
    Key(
      "mode", .choice(Mode.allCases.map(\.rawValue)), default: "hard",
      "The decision (the arg max class, the labels from 'threshold' on), or the probabilities."),
    Key(
      "temperature", .positiveNumber, default: 1, "Softens (> 1) or sharpens (< 1) 'soft' labels."),
    Key(
      "threshold", .share,
      "Of several labels the probability from which one is given (0.5 when absent); of single labels "
        + "the same as 'min-confidence'."),
    Key(
      "min-confidence", .share, default: 0,
      "Least confidence of a label, of a sample or of a pixel, that takes part in training."),
  ]
  public static let usesDevice = false
  public static let version = 1

  public static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription {
    let predictions = inputs.first(from.name)
    let targets = inputs.first(samples.name)
    switch (configuration.from, configuration.file) {
    case (nil, nil):
      report(
        Complaint(
          [], "nothing to make labels of",
          mend: "add 'from: PREDICTIONS', or 'file: {path: …, column: …}' and 'samples: …'"))
    case (.some, .some):
      report(
        Complaint(["file"], "both 'from' and 'file' give labels", mend: "keep one of them"))
    case (nil, .some):
      if configuration.samples == nil {
        report(
          Complaint(
            ["file"], "'samples' must say which samples the rows of the file belong to",
            mend: "add 'samples: STAGE.unlabelled'"))
      }
      if configuration.mode == .soft || configuration.leastConfidence > 0 {
        let key = configuration.minConfidence > 0 ? "min-confidence" : "threshold"
        report(
          Complaint(
            [configuration.mode == .soft ? "mode" : key],
            "a column of classes has no probabilities", mend: "keep 'mode: hard' and no threshold"))
      }
    case (.some, nil):
      if configuration.samples != nil {
        report(
          Complaint(
            ["samples"], "'samples' goes with 'file'; predictions know their samples",
            mend: "remove 'samples'"))
      }
    }
    let task = predictions?.description?.task ?? targets?.description?.task
    check(configuration, task, report: report)
    if let splits = predictions?.description?.splits, !splits.isEmpty, splits != [.unlabelled] {
      report(
        Complaint(
          ["from"],
          "the predictions are of the \(splits[0].rawValue) split; pseudo-labels are for the "
            + "unlabelled one",
          mend: "infer 'from: STAGE.unlabelled'"))
    }
    return OutputDescription(
      .pseudoLabels, modalities: predictions?.description?.modalities, splits: [.unlabelled],
      task: task,
      classes: predictions?.description?.classes ?? targets?.description?.classes,
      origin: predictions?.description?.origin ?? configuration.samples?.stage)
  }

  /// Whether the keys suit what the samples ask for.
  private static func check(
    _ configuration: Configuration, _ task: LearningTask?, report: (Complaint) -> Void
  ) {
    if let task, task != .singleLabel, configuration.file != nil {
      report(
        Complaint(
          ["file"],
          "a column of classes gives one label a sample, and the samples ask for "
            + "'\(task.rawValue)'", mend: "label them by 'from: PREDICTIONS'"))
    }
    guard configuration.threshold != nil else { return }
    if task == .segmentation {
      report(
        Complaint(
          ["threshold"], "a pixel has one class: there is no threshold from which it is given",
          mend: "write 'min-confidence', the least confidence of a pixel that is learned from"))
    } else if task == .singleLabel, configuration.minConfidence > 0 {
      report(
        Complaint(
          ["threshold"], "of single labels 'threshold' and 'min-confidence' say the same",
          mend: "keep one of them"))
    }
  }
}
