/// Mean over classes of the area under the receiver operating characteristic, in 0...1.
///
/// As scikit-learn's `roc_auc_score` class by class; a class without a positive or without a
/// negative is left out of the mean, and `classes` says how many entered.
public struct MacroAUC: Metric {
  public static let name = "macro-auc"
  public static let direction = Direction.higherIsBetter
  public static let documentation =
    "Mean over classes of the area under the receiver operating characteristic."

  private var labels: LabelScores

  public init(classes: Int) { labels = LabelScores(classes: classes) }

  public init(_ labels: LabelScores) { self.labels = labels }

  public mutating func add(_ sample: (scores: [Float], truth: [Int])) { labels.add(sample) }

  /// Classes that entered the mean.
  public var classes: Int { ClassMean(labels.areas).classes }

  public var value: Double? { ClassMean(labels.areas).value }
}
