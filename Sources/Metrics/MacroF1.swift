/// Mean over classes of F1 = 2 · hits / (truths + predictions), in 0...1.
///
/// As scikit-learn's `f1_score(average="macro", zero_division=0)`: the classes are those that stand
/// in the truth or among the predictions; one that is never hit counts with 0, one that stands in
/// neither does not count.
public struct MacroF1: Metric {
  public static let name = "macro-f1"
  public static let direction = Direction.higherIsBetter
  public static let documentation =
    "Mean of F1 over the classes that stand in the truth or among the predictions."

  private var matrix = ConfusionMatrix(classes: 0)

  public init() {}

  public init(_ matrix: ConfusionMatrix) { self.matrix = matrix }

  public mutating func add(_ sample: (truth: Int, prediction: Int)) { matrix.add(sample) }

  /// F1 of each class; `nil` for a class that stands in neither truth nor predictions.
  public var ofEachClass: [Double?] {
    let (hits, truths, predictions) = (matrix.hits, matrix.truths, matrix.predictions)
    return hits.indices.map { index in
      let both = truths[index] + predictions[index]
      return both == 0 ? nil : 2 * Double(hits[index]) / Double(both)
    }
  }

  public var value: Double? {
    let scores = ofEachClass.compactMap(\.self)
    return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
  }
}
