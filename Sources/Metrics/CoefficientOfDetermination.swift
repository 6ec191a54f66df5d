/// R² = 1 − Σ (f(x) − y)² / Σ (y − ȳ)²: the share of the truth's variance that predictions explain;
/// 0 for its mean, less than 0 for worse.
///
/// As scikit-learn's `r2_score`: of a truth that never changes 1 where predictions are exact, else 0.
public struct CoefficientOfDetermination: Metric {
  public static let name = "r2"
  public static let direction = Direction.higherIsBetter
  public static let documentation =
    "Share of the truth's variance that is explained; below 0 where its mean would do better."
  public static let isShare = false

  private var count = 0.0
  private var mean = 0.0
  /// Of the truth from its mean (Welford 1962), and of predictions from the truth.
  private var squares = 0.0
  private var residues = 0.0

  public init() {}

  public mutating func add(_ sample: (truth: Double, prediction: Double)) {
    count += 1
    let step = sample.truth - mean
    mean += step / count
    squares += step * (sample.truth - mean)
    let deviation = sample.prediction - sample.truth
    residues += deviation * deviation
  }

  /// `nil` of fewer than two samples.
  public var value: Double? {
    guard count > 1 else { return nil }
    guard squares > 0 else { return residues == 0 ? 1 : 0 }
    return 1 - residues / squares
  }
}
