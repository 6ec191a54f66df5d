/// d′ = √2 · Φ⁻¹(AUC): how many standard deviations positives and negatives lie apart, were their
/// scores two normal distributions of equal width. AUC is the mean over classes.
///
/// Source: Gemmeke et al., "Audio Set", ICASSP 2017; Hershey et al., "CNN Architectures for
/// Large-Scale Audio Classification", ICASSP 2017.
public struct DPrime: Metric {
  public static let name = "d-prime"
  public static let direction = Direction.higherIsBetter
  public static let documentation =
    "Distance of positives and negatives in standard deviations, from the macro AUC."
  public static let isShare = false

  private var area: MacroAUC

  public init(classes: Int) { area = MacroAUC(classes: classes) }

  public init(_ labels: LabelScores) { area = MacroAUC(labels) }

  public mutating func add(_ sample: (scores: [Float], truth: [Int])) { area.add(sample) }

  /// Classes that entered the mean.
  public var classes: Int { area.classes }

  /// `nil` also where every positive lies above every negative, or below: no number is so large.
  public var value: Double? { area.value.flatMap(Self.value(ofArea:)) }

  /// √2 · Φ⁻¹(area); `nil` where that is not finite.
  public static func value(ofArea area: Double) -> Double? {
    guard area > 0, area < 1 else { return nil }
    return 2.0.squareRoot() * NormalDistribution.quantile(area)
  }
}
