/// Mean over classes of the share of their pixels that were recognised, in 0...1.
///
/// A class that no pixel truly has does not count: scikit-learn's `balanced_accuracy_score` over
/// pixels.
public struct MeanClassAccuracy: Metric {
  public static let name = "mean-class-accuracy"
  public static let direction = Direction.higherIsBetter
  public static let documentation =
    "Mean over the classes that pixels truly have of the share of them that was recognised."

  private var matrix = ConfusionMatrix(classes: 0)

  public init() {}

  public init(_ matrix: ConfusionMatrix) { self.matrix = matrix }

  /// Adds one pixel.
  public mutating func add(_ sample: (truth: Int, prediction: Int)) { matrix.add(sample) }

  /// Classes that entered the mean.
  public var classes: Int { ClassMean(matrix.recalls).classes }

  public var value: Double? { ClassMean(matrix.recalls).value }
}
