import Arrays
import Configuration
import Dataflow
import Shards

/// Paths of the data sets that stages agree on.
enum StandardField {
  static let id = "/samples/id"
  static let split = "/samples/split"
  static let content = "/samples/content"
  static let start = "/samples/start"
  static let stop = "/samples/stop"
  static let top = "/samples/top"
  static let left = "/samples/left"
  static let group = "/samples/group"
  static let label = "/labels/class"
  static let truth = "/sealed/class"
  static let labels = "/labels/classes"
  static let truths = "/sealed/classes"
  static let labelMap = "/labels/map"
  static let truthMap = "/sealed/map"
  static let value = "/labels/value"
  static let trueValue = "/sealed/value"
  static let logits = "/predictions/logits"
  static let values = "/predictions/values"
  static let spread = "/predictions/spread"
  static let pseudoLabel = "/pseudo/label"
  static let pseudoClasses = "/pseudo/classes"
  static let pseudoMap = "/pseudo/map"
  static let pseudoValue = "/pseudo/value"
  static let pseudoSpread = "/pseudo/spread"
  static let pseudoConfidence = "/pseudo/confidence"
  static let pseudoKept = "/pseudo/kept"
  static let pseudoProbabilities = "/pseudo/probabilities"

  static func modality(_ name: String) -> String { "/modalities/\(name)/data" }
  static func modalityStart(_ name: String) -> String { "/modalities/\(name)/start" }
  static func modalityTime(_ name: String) -> String { "/modalities/\(name)/time/data" }
  static func presence(_ name: String) -> String { "/modalities/\(name)/present" }
  static func validity(_ name: String) -> String { "/modalities/\(name)/valid" }

  /// Where open labels of a task stand.
  static func label(_ task: LearningTask) -> String {
    switch task {
    case .singleLabel: label
    case .multiLabel: labels
    case .segmentation: labelMap
    case .regression: value
    }
  }

  /// Where sealed labels of a task stand.
  static func truth(_ task: LearningTask) -> String {
    switch task {
    case .singleLabel: truth
    case .multiLabel: truths
    case .segmentation: truthMap
    case .regression: trueValue
    }
  }

  /// What networks say of a sample.
  static func prediction(_ task: LearningTask) -> String { task == .regression ? values : logits }

  /// What a teacher labels a sample with.
  static func pseudoLabel(_ task: LearningTask) -> String {
    switch task {
    case .singleLabel: pseudoLabel
    case .multiLabel: pseudoClasses
    case .segmentation: pseudoMap
    case .regression: pseudoValue
    }
  }

  /// What stands for a value that nobody knows: the NaN of which every bit is set, as it is in labels
  /// of every kind that nobody knows.
  static let unknownValue = Float(bitPattern: .max)

  static let idField = FieldDescription(
    id, .text, documentation: "Name of the sample, unique in the data set.")
  static let splitField = FieldDescription(
    split, .text, documentation: "Part of the study: labelled, unlabelled or test.")
  static let contentField = FieldDescription(
    content, .text, documentation: "SHA-256 over the sample's values, first 32 hex digits.")

  static let groupField = FieldDescription(
    group, .text, documentation: "What is not divided between splits: an actor, a scene.")

  /// Where the class of a sample of `split` stands: open for D_l alone.
  static func labelField(_ split: Split, classes: [String]) -> FieldDescription {
    FieldDescription(
      split == .labelled ? label : truth, .number(.int32), labels: classes,
      documentation: split == .labelled
        ? "Index of the class, -1 when there is none."
        : "Index of the true class, sealed: for evaluation alone; -1 when nobody knows it.")
  }

  /// Where the classes of a sample of `split` stand that may have several: open for D_l alone.
  static func labelsField(_ split: Split, classes: [String]) -> FieldDescription {
    FieldDescription(
      split == .labelled ? labels : truths, .number(.uint8), shape: [classes.count],
      axes: ["class"], labels: classes,
      documentation: split == .labelled
        ? "1 for every class of the sample; 255 where nobody knows."
        : "1 for every true class, sealed: for evaluation alone; 255 where nobody knows.")
  }

  /// Where the classes of a sample's pixels stand: open for D_l alone.
  static func labelMapField(
    _ split: Split, size: (height: Int, width: Int), classes: [String]
  ) -> FieldDescription {
    FieldDescription(
      split == .labelled ? labelMap : truthMap, .number(.uint8), shape: [size.height, size.width],
      axes: ["height", "width"], labels: classes,
      documentation: split == .labelled
        ? "Index of every pixel's class; 255 where nobody knows."
        : "Index of every pixel's true class, sealed: for evaluation alone; 255 where nobody "
          + "knows.")
  }

  /// Where the values of a sample of `split` stand: open for D_l alone.
  static func valueField(_ split: Split, names: [String], units: [String]?) -> FieldDescription {
    FieldDescription(
      split == .labelled ? value : trueValue, .number(.float32), shape: [names.count],
      axes: ["value"], unit: unit(units), labels: names,
      documentation: split == .labelled
        ? "Values that the sample is labelled with; NaN where nobody knows."
        : "True values, sealed: for evaluation alone; NaN where nobody knows.")
  }

  /// Several units in the place of one: the one that all have, or all of them.
  static func unit(_ units: [String]?) -> String? {
    guard let units, let first = units.first, units.contains(where: { !$0.isEmpty }) else {
      return nil
    }
    return units.allSatisfy { $0 == first } ? first : units.joined(separator: ", ")
  }

  static func presenceField(_ modality: String) -> FieldDescription {
    FieldDescription(
      presence(modality), .number(.uint8),
      documentation: "1 where the sample has this modality, 0 where it is missing.")
  }
}
