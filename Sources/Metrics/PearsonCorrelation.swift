/// Pearson's correlation of predictions and truth, in −1...1. As `scipy.stats.pearsonr`.
public struct PearsonCorrelation: Metric {
  public static let name = "pearson"
  public static let direction = Direction.higherIsBetter
  public static let documentation = "Pearson's correlation of predictions and truth."
  public static let isShare = false

  private var count = 0.0
  private var means = (truth: 0.0, prediction: 0.0)
  /// Σ of squares and products of deviations from the means (Welford 1962).
  private var squares = (truth: 0.0, prediction: 0.0)
  private var products = 0.0

  public init() {}

  public mutating func add(_ sample: (truth: Double, prediction: Double)) {
    count += 1
    let steps = (sample.truth - means.truth, sample.prediction - means.prediction)
    means.truth += steps.0 / count
    means.prediction += steps.1 / count
    squares.truth += steps.0 * (sample.truth - means.truth)
    squares.prediction += steps.1 * (sample.prediction - means.prediction)
    products += steps.0 * (sample.prediction - means.prediction)
  }

  /// `nil` of fewer than two samples, and where one of the two never changes.
  public var value: Double? {
    guard count > 1, squares.truth > 0, squares.prediction > 0 else { return nil }
    let share = products / (squares.truth.squareRoot() * squares.prediction.squareRoot())
    return max(-1, min(1, share))
  }
}
