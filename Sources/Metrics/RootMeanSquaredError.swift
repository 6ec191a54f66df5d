/// √ of the mean of (f(x) − y)², in the unit of the value. As scikit-learn's
/// `root_mean_squared_error`.
public struct RootMeanSquaredError: Metric {
  public static let name = "rmse"
  public static let direction = Direction.lowerIsBetter
  public static let documentation = "Root of the mean squared error, in the unit of the value."
  public static let isShare = false

  private var sum = 0.0
  private var count = 0.0

  public init() {}

  public mutating func add(_ sample: (truth: Double, prediction: Double)) {
    let deviation = sample.prediction - sample.truth
    sum += deviation * deviation
    count += 1
  }

  public var value: Double? { count == 0 ? nil : (sum / count).squareRoot() }
}
