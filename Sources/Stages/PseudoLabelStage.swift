public import Configuration
public import Dataflow
import Diagnostics

/// Turns a teacher's answers into labels for D_u. METHOD: step 2, ỹ_i.
///
/// From logits: the arg max class, of a sample or of each pixel, or the labels whose probability
/// reaches a threshold (`hard`); or the probabilities at temperature τ (`soft`). Of a regression: the
/// values, unless the teacher's seeds are too far apart. What is not
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
    /// Of a regression: how far the teacher's seeds may be apart.
    public var maxSpread: MostSpread?

    /// Of single labels: least confidence of one that takes part in training.
    public var leastConfidence: Double { max(threshold ?? 0, minConfidence) }
    /// Of several labels: the probability from which one is given.
    public var decision: Double { threshold ?? PseudoLabelStage.evenOdds }
  }

  /// The largest standard deviation over the teacher's seeds of a value that takes part in training.
  public enum MostSpread: Decodable, Hashable, Sendable {
    case ofAll(Double)
    /// By name; those not named may have any.
    case named([String: Double])

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .ofAll(number)
      } else {
        self = .named(try container.decode([String: Double].self))
      }
    }

    /// Of the value called `name`; `nil` where it may be any.
    public func most(_ name: String) -> Double? {
      switch self {
      case .ofAll(let number): number
      case .named(let numbers): numbers[name]
      }
    }
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
    Key(
      "max-spread", .either([.nonNegativeNumber, .map(.nonNegativeNumber)]),
      "Of a regression: largest standard deviation over the teacher's seeds of a value that takes "
        + "part in training, in the value's unit; a mapping says it by value; absent means any."),
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
    check(
      configuration, task, values: predictions?.description?.classes, report: report)
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
    _ configuration: Configuration, _ task: LearningTask?, values: [String]?,
    report: (Complaint) -> Void
  ) {
    if let task, task != .singleLabel, configuration.file != nil {
      report(
        Complaint(
          ["file"],
          "a column of classes gives one label a sample, and the samples ask for "
            + "'\(task.rawValue)'", mend: "label them by 'from: PREDICTIONS'"))
    }
    if let task {
      for fault in configuration.faults(of: task, values: values) {
        report(Complaint([fault.key] + fault.path, fault.message, mend: fault.mend))
      }
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

extension PseudoLabelStage.Configuration {
  /// A key that does not suit what the samples ask for.
  public struct Fault: Hashable, Sendable {
    var key: String
    /// Below the key.
    var path: [String] = []
    public var message: String
    public var mend: String
  }

  /// What goes with classes alone, or with values alone.
  ///
  /// - values: names of the values of a regression; `nil` when only the data can tell
  public func faults(of task: LearningTask, values: [String]?) -> [Fault] {
    guard task == .regression else {
      guard maxSpread != nil else { return [] }
      return [
        Fault(
          key: "max-spread",
          message: "'max-spread' goes with the values of a regression, and the samples ask for "
            + "'\(task.rawValue)'", mend: "write 'min-confidence'")
      ]
    }
    let given = [
      mode == .soft ? "mode" : nil, temperature != 1 ? "temperature" : nil,
      threshold != nil ? "threshold" : nil, minConfidence > 0 ? "min-confidence" : nil,
    ].compactMap(\.self)
    var faults = given.map { key in
      Fault(
        key: key,
        message:
          "'\(key == "mode" ? "mode: soft" : key)' is about probabilities, and a regression has none",
        mend: key == "min-confidence" || key == "threshold"
          ? "write 'max-spread', how far the teacher's seeds may be apart" : "remove it")
    }
    if let values, case .named(let numbers) = maxSpread {
      for name in numbers.keys.sorted() where !values.contains(name) {
        faults.append(
          Fault(
            key: "max-spread", path: [name], message: "there is no value '\(name)'",
            mend: Suggestions.mend(name, among: values, called: "values")))
      }
    }
    return faults
  }
}
