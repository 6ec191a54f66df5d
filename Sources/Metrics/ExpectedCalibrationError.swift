/// Expected calibration error, in 0...1 (0 is perfectly calibrated):
/// Σ_m |B_m| / n · |acc(B_m) − conf(B_m)|.
///
/// Bins of equal width over 0...1, the lower edge in the bin; a confidence of 1 is in the last.
///
/// Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, eq. 3.
public struct ExpectedCalibrationError: Metric {
  public static let name = "ece"
  public static let direction = Direction.lowerIsBetter
  public static let documentation =
    "Mean distance between confidence and accuracy over bins of equal width (Guo et al. 2017)."

  /// One bin of the reliability diagram.
  public struct Bin: Hashable, Sendable {
    public var count = 0
    public var correct = 0
    public var confidence = 0.0
  }

  public private(set) var bins: [Bin]
  /// Confidences outside 0...1, as of a network that diverged to NaN.
  public private(set) var undefined = 0

  public init(bins: Int = 15) { self.bins = Array(repeating: Bin(), count: max(1, bins)) }

  /// Adds one prediction; `confidence` is the top softmax probability, in 0...1.
  public mutating func add(_ sample: (confidence: Double, isCorrect: Bool)) {
    // A sum of rounded probabilities may exceed 1 by a hair.
    guard sample.confidence >= 0, sample.confidence <= 1 + 1e-6 else {
      undefined += 1
      return
    }
    let confidence = min(1, sample.confidence)
    let bin = min(bins.count - 1, Int(confidence * Double(bins.count)))
    bins[bin].count += 1
    bins[bin].confidence += confidence
    if sample.isCorrect { bins[bin].correct += 1 }
  }

  /// `nil` before the first sample, and after a confidence outside 0...1.
  public var value: Double? {
    let count = bins.reduce(0) { $0 + $1.count }
    guard count > 0, undefined == 0 else { return nil }
    return bins.reduce(0) { $0 + abs(Double($1.correct) - $1.confidence) } / Double(count)
  }
}
