import Arrays
import Foundation
import Shards
import Stages

/// One class for each sample: the most probable one, or the distribution.
struct ClassLabeller: Labeller {
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
    Self.fields(seeds: form.seeds)
      + (isSoft
        ? [
          FieldDescription(
            StandardField.pseudoProbabilities, .number(.float32),
            shape: [form.seeds, form.classes.count], axes: ["seed", "class"], labels: form.classes,
            documentation: "Soft label: distribution over classes at the stage's temperature.")
        ] : [])
  }

  /// Those of hard labels, from whatever source.
  static func fields(seeds: Int) -> [FieldDescription] {
    [
      FieldDescription(
        StandardField.pseudoLabel, .number(.int32), shape: [seeds], axes: ["seed"],
        documentation: "The class that each seed of the teacher gives to the sample."),
      FieldDescription(
        StandardField.pseudoConfidence, .number(.float32), shape: [seeds], axes: ["seed"],
        documentation: "Probability of that class, at temperature 1."),
      FieldDescription(
        StandardField.pseudoKept, .number(.uint8), shape: [seeds], axes: ["seed"],
        documentation: "1 where the label takes part in training."),
    ]
  }

  mutating func label(_ column: Column) throws -> [String: Column] {
    let logits = column.values(as: Float.self)
    let classes = form.classes.count
    var (labels, confidences, kept, probabilities) = ([Int32](), [Float](), [UInt8](), [Float]())
    for start in stride(from: 0, to: logits.count, by: classes) {
      let row = logits[start..<start + classes]
      let plain = PseudoLabelWork.softmax(row, temperature: 1)
      let label = PseudoLabelWork.argmax(row)
      let isKept = Double(plain[label]) >= configuration.leastConfidence
      labels.append(Int32(label))
      confidences.append(plain[label])
      kept.append(isKept ? 1 : 0)
      if isSoft {
        probabilities += PseudoLabelWork.softmax(row, temperature: configuration.temperature)
      }
      tally.add(label: label, isKept: isKept)
    }
    var columns = [
      StandardField.pseudoLabel: Column(labels, count: column.count),
      StandardField.pseudoConfidence: Column(confidences, count: column.count),
      StandardField.pseudoKept: Column(kept, count: column.count),
    ]
    if isSoft {
      columns[StandardField.pseudoProbabilities] = Column(probabilities, count: column.count)
    }
    return columns
  }
}
