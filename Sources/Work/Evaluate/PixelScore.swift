import Metrics
import Tensors

/// One class for each pixel.
struct PixelScore: TaskScore {
  private let classes: [String]
  private var matrix: ConfusionMatrix
  private var perImage = MeanIoUPerImage()

  init(_ classes: [String]) {
    self.classes = classes
    matrix = ConfusionMatrix(classes: classes.count)
  }

  mutating func add(_ logits: Tensor, truth: Answers) throws {
    let truth = truth.decisions
    let labels = try logits.argmax(axis: 1).integers()
    let pixels = logits.shape.dropFirst(2).reduce(1, *)
    for start in stride(from: 0, to: labels.count, by: max(1, pixels)) {
      var own = ConfusionMatrix(classes: classes.count)
      own.add(
        truths: Array(truth[start..<start + pixels]),
        predictions: Array(labels[start..<start + pixels]))
      matrix.add(own)
      perImage.add(own)
    }
  }

  var figures: [Figure] {
    let (overlap, recall) = (MeanIoU(matrix), MeanClassAccuracy(matrix))
    return [
      Figure(MeanIoU.name, overlap.value, classes: overlap.classes),
      Figure(MeanIoUPerImage.name, perImage.value),
      Figure(PixelAccuracy.name, PixelAccuracy(matrix).value),
      Figure(MeanClassAccuracy.name, recall.value, classes: recall.classes),
    ]
      + zip(classes, overlap.ofEachClass).map { name, value in
        Figure(MeanIoU.name, name: "\(Measure.overlap.name)/\(name)", value)
      }
  }

  var confusion: ConfusionMatrix? { matrix }
}
