/// Scores of every class with their truths, over samples that may have several labels each.
///
/// What is not known of a sample's truth leaves that class alone. Equal scores are one step: no
/// order among them is made up.
public struct LabelScores: Sendable {
  /// By class, sample after sample.
  public private(set) var scores: [[Float]]
  public private(set) var truths: [[Bool]]

  public init(classes: Int) {
    scores = Array(repeating: [], count: classes)
    truths = Array(repeating: [], count: classes)
  }

  /// Adds one sample.
  ///
  /// - scores: of each class, larger where it is likelier; logits do as well as probabilities.
  /// - truth: of each class 1, 0, or less than 0 where nobody knows.
  public mutating func add(_ sample: (scores: some Collection<Float>, truth: some Collection<Int>))
  {
    for (place, pair) in zip(sample.scores, sample.truth).enumerated()
    where pair.1 >= 0 && scores.indices.contains(place) {
      scores[place].append(pair.0)
      truths[place].append(pair.1 > 0)
    }
  }

  /// Average precision of each class; `nil` for one without a positive, or with a score that is no
  /// number.
  public var averagePrecisions: [Double?] { steps.map { $0.flatMap(Self.averagePrecision) } }

  /// Area under the receiver operating characteristic of each class; `nil` for one without a
  /// positive or without a negative, or with a score that is no number.
  public var areas: [Double?] { steps.map { $0.flatMap(Self.area) } }

  /// The positives and negatives at one score.
  private struct Step {
    var positives = 0
    var negatives = 0
  }

  /// Of each class, from the largest score down.
  private var steps: [[Step]?] {
    zip(scores, truths).map { scores, truths in
      guard !scores.contains(where: \.isNaN) else { return nil }
      var steps: [Step] = []
      var last = Float.nan
      for place in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
        if scores[place] != last { steps.append(Step()) }
        last = scores[place]
        if truths[place] {
          steps[steps.count - 1].positives += 1
        } else {
          steps[steps.count - 1].negatives += 1
        }
      }
      return steps
    }
  }

  /// Σ_n (R_n − R_{n−1}) · P_n over the distinct scores: step-wise, without interpolation.
  private static func averagePrecision(_ steps: [Step]) -> Double? {
    let all = steps.reduce(0) { $0 + $1.positives }
    guard all > 0 else { return nil }
    var (hits, seen, sum) = (0, 0, 0.0)
    for step in steps {
      hits += step.positives
      seen += step.positives + step.negatives
      sum += Double(step.positives) / Double(all) * (Double(hits) / Double(seen))
    }
    return sum
  }

  /// P(score of a positive > score of a negative), ties counting half.
  private static func area(_ steps: [Step]) -> Double? {
    let positives = steps.reduce(0) { $0 + $1.positives }
    let negatives = steps.reduce(0) { $0 + $1.negatives }
    guard positives > 0, negatives > 0 else { return nil }
    var (above, sum) = (0, 0.0)
    for step in steps {
      sum += Double(step.negatives) * (Double(above) + Double(step.positives) / 2)
      above += step.positives
    }
    return sum / Double(positives) / Double(negatives)
  }
}

/// The mean of the classes that have a value.
struct ClassMean {
  var value: Double?
  /// Classes that entered.
  var classes: Int

  init(_ values: [Double?]) {
    let known = values.compactMap(\.self)
    classes = known.count
    value = known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }
}
