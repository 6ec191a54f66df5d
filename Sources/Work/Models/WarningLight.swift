/// What can be seen of a student without a single true label. METHOD: the warning light.
///
/// Measured there: agreement between student and pseudo-labels on D_u was 86 to 98 % where the
/// student helped, 99 % and more where it copied its teacher, 75 % and less where it collapsed.
struct WarningLight: Codable, Hashable, Sendable {
  enum Verdict: String, Codable, Sendable {
    /// Agreement of 99 % and more.
    case copies
    /// Neither of the others.
    case learns
    /// Agreement of 75 % and less, or a class that the teacher sees often and the student never.
    case collapses
  }

  static let copying = 0.99
  static let collapsing = 0.75
  /// Share of the pseudo-labels from which a class counts as seen often.
  static let often = 0.05

  var variant: String
  /// Mean over seeds of the share of D_u on which student and pseudo-labels agree.
  var agreement: Double
  /// Predictions of all seeds for each class of D_u, clean and in evaluation.
  var predicted: [Int]
  /// Pseudo-labels of all seeds for each class.
  var pseudo: [Int]
  var verdict: Verdict

  init(variant: String, agreement: Double, predicted: [Int], pseudo: [Int]) {
    self.variant = variant
    self.agreement = agreement
    self.predicted = predicted
    self.pseudo = pseudo
    let total = Double(max(1, pseudo.reduce(0, +)))
    let lost = zip(predicted, pseudo).contains { $0 == 0 && Double($1) / total >= Self.often }
    verdict =
      agreement >= Self.copying
      ? .copies : agreement <= Self.collapsing || lost ? .collapses : .learns
  }

  /// Such as `mke: agrees with 93.4 % of the pseudo-labels; predicts 0: 55 %, 1: 45 %`.
  func line(classes: [String]) -> String {
    let total = Double(max(1, predicted.reduce(0, +)))
    let shares = zip(classes, predicted).map { name, count in
      "\(name): \(Self.percent(Double(count) / total, digits: 0))"
    }
    return "\(variant): agrees with \(Self.percent(agreement, digits: 1)) of the pseudo-labels; "
      + "predicts \(shares.joined(separator: ", "))"
  }

  /// What to make of it; `nil` when all is well.
  var warning: (message: String, mend: String)? {
    switch verdict {
    case .learns: nil
    case .copies:
      (
        "'\(variant)' copies its teacher: it agrees with \(Self.percent(agreement, digits: 1)) of "
          + "the pseudo-labels",
        "a stronger 'transform' lets a student differ; without any it mostly copies"
      )
    case .collapses:
      (
        "'\(variant)' collapses: it agrees with only \(Self.percent(agreement, digits: 1)) of the "
          + "pseudo-labels, or has lost a class",
        "a weaker 'transform', a smaller consistency weight, or a longer training"
      )
    }
  }

  private static func percent(_ share: Double, digits: Int) -> String {
    let scale = digits == 0 ? 1.0 : 10.0
    let rounded = (share * 100 * scale).rounded() / scale
    return (digits == 0 ? "\(Int(rounded))" : "\(rounded)") + " %"
  }
}
