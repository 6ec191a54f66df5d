import Arrays
import Shards
import Stages
import Tensors

/// One class for each pixel: the most probable one, or the distribution. Every pixel is confident or
/// not for itself.
struct PixelLabeller: Labeller {
  static let noun = "pixels"

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
    let shape = [form.seeds] + form.pixels
    let axes = ["seed", "height", "width"]
    return [
      FieldDescription(
        StandardField.pseudoMap, .number(.uint8), shape: shape, axes: axes,
        documentation: "The class that each seed of the teacher gives to the pixel."),
      FieldDescription(
        StandardField.pseudoConfidence, .number(.float16), shape: shape, axes: axes,
        documentation: "Probability of that class, at temperature 1."),
      FieldDescription(
        StandardField.pseudoKept, .number(.uint8), shape: shape, axes: axes,
        documentation: "1 where the pixel takes part in training."),
    ]
      + (isSoft
        ? [
          FieldDescription(
            StandardField.pseudoProbabilities, .number(.float16),
            shape: [form.seeds, form.classes.count] + form.pixels,
            axes: ["seed", "class", "height", "width"],
            documentation: "Soft label: distribution over classes at the stage's temperature.")
        ] : [])
  }

  mutating func label(_ column: Column) throws -> [String: Column] {
    let logits = try Tensor(
      column, sampleShape: [form.seeds, form.classes.count] + form.pixels
    ).converted(to: .float32)
    let labels = try logits.argmax(axis: 2)
    let shape = labels.shape
    let confidences = try logits.softmax(axis: 2)
      .gathering(labels.reshaped([shape[0], shape[1], 1] + form.pixels), axis: 2)
      .reshaped(shape)
    let kept = try confidences.isAtLeast(configuration.minConfidence)
    for (label, isKept) in zip(try labels.integers(), try kept.integers()) {
      tally.add(label: label, isKept: isKept == 1)
    }
    var columns = [
      StandardField.pseudoMap: try Column(labels, as: .uint8),
      StandardField.pseudoConfidence: try Column(confidences, as: .float16),
      StandardField.pseudoKept: try Column(kept, as: .uint8),
    ]
    if isSoft {
      columns[StandardField.pseudoProbabilities] = try Column(
        (logits * (1 / configuration.temperature)).softmax(axis: 2), as: .float16)
    }
    return columns
  }
}
