/// Mean over classes of the share of its samples that were recognised, in 0...1.
///
/// As scikit-learn's `balanced_accuracy_score`: a class that no sample truly has does not count.
public struct BalancedAccuracy: Metric {
  public static let name = "balanced-accuracy"
  public static let direction = Direction.higherIsBetter
  public static let documentation =
    "Mean of the recalls of the classes that the samples truly have."

  private var matrix = ConfusionMatrix(classes: 0)

  public init() {}

  public init(_ matrix: ConfusionMatrix) { self.matrix = matrix }

  public mutating func add(_ sample: (truth: Int, prediction: Int)) { matrix.add(sample) }

  public var value: Double? {
    let recalls = matrix.recalls.compactMap(\.self)
    return recalls.isEmpty ? nil : recalls.reduce(0, +) / Double(recalls.count)
  }
}
