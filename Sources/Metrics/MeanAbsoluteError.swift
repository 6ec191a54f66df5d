/// Mean of |f(x) − y|, in the unit of the value. As scikit-learn's `mean_absolute_error`.
public struct MeanAbsoluteError: Metric {
  public static let name = "mae"
  public static let direction = Direction.lowerIsBetter
  public static let documentation = "Mean absolute error, in the unit of the value."
  public static let isShare = false

  private var sum = 0.0
  private var count = 0.0

  public init() {}

  public mutating func add(_ sample: (truth: Double, prediction: Double)) {
    sum += abs(sample.prediction - sample.truth)
    count += 1
  }

  public var value: Double? { count == 0 ? nil : sum / count }
}
