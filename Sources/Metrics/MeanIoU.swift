/// Mean over classes of intersection over union, in 0...1, over the pixels of all pictures together.
///
/// IoU = hits / (truths + predictions − hits). A class that stands neither in the truth nor among
/// the predictions is left out; pixels without a truth count nowhere. As scikit-learn's
/// `jaccard_score(average="macro")` over the classes that stand in either.
public struct MeanIoU: Metric {
  public static let name = "miou"
  public static let direction = Direction.higherIsBetter
  public static let documentation =
    "Mean over classes of intersection over union, of the pixels of all pictures together."

  private var matrix = ConfusionMatrix(classes: 0)

  public init() {}

  public init(_ matrix: ConfusionMatrix) { self.matrix = matrix }

  /// Adds one pixel.
  public mutating func add(_ sample: (truth: Int, prediction: Int)) { matrix.add(sample) }

  /// Of each class; `nil` for one that stands neither in the truth nor among the predictions.
  public var ofEachClass: [Double?] { matrix.overlaps }

  /// Classes that entered the mean.
  public var classes: Int { ClassMean(ofEachClass).classes }

  public var value: Double? { ClassMean(ofEachClass).value }
}

extension ConfusionMatrix {
  /// Intersection over union of each class; `nil` for one of which there is neither.
  public var overlaps: [Double?] {
    let (hits, truths, predictions) = (hits, truths, predictions)
    return hits.indices.map { index in
      let union = truths[index] + predictions[index] - hits[index]
      return union == 0 ? nil : Double(hits[index]) / Double(union)
    }
  }
}
