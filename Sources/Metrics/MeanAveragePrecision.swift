/// Mean over classes of the average precision, in 0...1: step-wise, Σ_n (R_n − R_{n−1}) · P_n.
///
/// As scikit-learn's `average_precision_score` class by class; a class without a positive is left
/// out of the mean, and `classes` says how many entered.
public struct MeanAveragePrecision: Metric {
  public static let name = "map"
  public static let direction = Direction.higherIsBetter
  public static let documentation =
    "Mean over the classes that have a positive of the step-wise average precision."

  private var labels: LabelScores

  public init(classes: Int) { labels = LabelScores(classes: classes) }

  public init(_ labels: LabelScores) { self.labels = labels }

  public mutating func add(_ sample: (scores: [Float], truth: [Int])) { labels.add(sample) }

  /// Classes that entered the mean.
  public var classes: Int { ClassMean(labels.averagePrecisions).classes }

  public var value: Double? { ClassMean(labels.averagePrecisions).value }
}
