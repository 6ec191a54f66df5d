public import Configuration
public import Dataflow

/// Turns a teacher's answers into labels for D_u. METHOD: step 2, ỹ_i.
///
/// From logits: the arg max class (`hard`) or the distribution at temperature τ (`soft`); samples
/// below the confidence threshold are kept in the file and out of training. From an outside file:
/// one class for each sample id.
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
    /// τ, by which logits are divided before the softmax.
    public var temperature: Double
    /// Least confidence (top probability, at temperature 1) of a label that takes part in training.
    public var threshold: Double
  }

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
      "The arg max class, or the whole distribution."),
    Key(
      "temperature", .positiveNumber, default: 1, "Softens (> 1) or sharpens (< 1) 'soft' labels."),
    Key(
      "threshold", .share, default: 0,
      "Least confidence of a label that takes part in training."),
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
      if configuration.mode == .soft || configuration.threshold > 0 {
        report(
          Complaint(
            [configuration.mode == .soft ? "mode" : "threshold"],
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
      classes: predictions?.description?.classes ?? targets?.description?.classes,
      origin: predictions?.description?.origin ?? configuration.samples?.stage)
  }
}
