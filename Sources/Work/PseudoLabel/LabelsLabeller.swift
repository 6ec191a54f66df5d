import Arrays
import Foundation
import Shards
import Stages

/// Several labels for each sample: those whose probability reaches the threshold, or all
/// probabilities. Every label is confident or not for itself.
struct LabelsLabeller: Labeller {
  static let noun = "labels"

  private let configuration: PseudoLabelStage.Configuration
  private let form: PredictionForm
  private(set) var tally: LabelTally

  private var isSoft: Bool { configuration.mode == .soft }

  init(_ configuration: PseudoLabelStage.Configuration, _ form: PredictionForm) {
    self.configuration = configuration
    self.form = form
    tally = LabelTally(classes: form.classes.count)
  }

  var fields: [FieldDescription] {
    func field(_ path: String, _ type: ElementType, _ documentation: String) -> FieldDescription {
      FieldDescription(
        path, .number(type), shape: [form.seeds, form.classes.count], axes: ["seed", "class"],
        labels: form.classes, documentation: documentation)
    }
    return [
      field(
        StandardField.pseudoClasses, .uint8,
        "1 for each class that each seed of the teacher gives to the sample."),
      field(
        StandardField.pseudoConfidence, .float32,
        "Probability that the sample has the class, or lacks it, as the label says; at temperature 1."
      ),
      field(StandardField.pseudoKept, .uint8, "1 where the label takes part in training."),
    ]
      + (isSoft
        ? [
          field(
            StandardField.pseudoProbabilities, .float32,
            "Soft label: probability of each class at the stage's temperature.")
        ] : [])
  }

  mutating func label(_ column: Column) throws -> [String: Column] {
    let logits = column.values(as: Float.self)
    let classes = form.classes.count
    var (labels, confidences, kept, probabilities) = ([UInt8](), [Float](), [UInt8](), [Float]())
    for (place, logit) in logits.enumerated() {
      let share = Self.sigmoid(Double(logit))
      let isGiven = share >= configuration.decision
      let confidence = isGiven ? share : 1 - share
      // Not `threshold`, which says which labels are given.
      let isKept = confidence >= configuration.minConfidence
      labels.append(isGiven ? 1 : 0)
      confidences.append(Float(confidence))
      kept.append(isKept ? 1 : 0)
      if isSoft {
        probabilities.append(Float(Self.sigmoid(Double(logit) / configuration.temperature)))
      }
      if isKept { tally.kept += 1 } else { tally.dropped += 1 }
      if isKept, isGiven { tally.balance[place % classes] += 1 }
    }
    var columns = [
      StandardField.pseudoClasses: Column(labels, count: column.count),
      StandardField.pseudoConfidence: Column(confidences, count: column.count),
      StandardField.pseudoKept: Column(kept, count: column.count),
    ]
    if isSoft {
      columns[StandardField.pseudoProbabilities] = Column(probabilities, count: column.count)
    }
    return columns
  }

  static func sigmoid(_ logit: Double) -> Double { 1 / (1 + exp(-logit)) }
}
