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
  static let label = "/labels/class"
  static let truth = "/sealed/class"
  static let logits = "/predictions/logits"
  static let pseudoLabel = "/pseudo/label"
  static let pseudoClasses = "/pseudo/classes"
  static let pseudoMap = "/pseudo/map"
  static let pseudoConfidence = "/pseudo/confidence"
  static let pseudoKept = "/pseudo/kept"
  static let pseudoProbabilities = "/pseudo/probabilities"

  static func modality(_ name: String) -> String { "/modalities/\(name)/data" }
  static func presence(_ name: String) -> String { "/modalities/\(name)/present" }
  static func validity(_ name: String) -> String { "/modalities/\(name)/valid" }

  /// Where open labels of a task stand.
  static func label(_ task: LearningTask) -> String { "/labels/\(form(task))" }
  /// Where sealed labels of a task stand.
  static func truth(_ task: LearningTask) -> String { "/sealed/\(form(task))" }

  private static func form(_ task: LearningTask) -> String {
    switch task {
    case .singleLabel: "class"
    case .multiLabel: "classes"
    case .segmentation: "map"
    }
  }

  static let idField = FieldDescription(
    id, .text, documentation: "Name of the sample, unique in the data set.")
  static let splitField = FieldDescription(
    split, .text, documentation: "Part of the study: labelled, unlabelled or test.")
  static let contentField = FieldDescription(
    content, .text, documentation: "SHA-256 over the sample's values, first 32 hex digits.")

  /// Where the class of a sample of `split` stands: open for D_l alone.
  static func labelField(_ split: Split, classes: [String]) -> FieldDescription {
    FieldDescription(
      split == .labelled ? label : truth, .number(.int32), labels: classes,
      documentation: split == .labelled
        ? "Index of the class, -1 when there is none."
        : "Index of the true class, sealed: for evaluation alone; -1 when nobody knows it.")
  }

  static func presenceField(_ modality: String) -> FieldDescription {
    FieldDescription(
      presence(modality), .number(.uint8),
      documentation: "1 where the sample has this modality, 0 where it is missing.")
  }
}
