import Metrics

/// What can be seen of a student without a single true label. METHOD: the warning light.
struct StudentLight: Codable, Hashable, Sendable {
  var variant: String
  /// Mean over seeds of the share of D_u (of its pixels) on which student and pseudo-labels agree; of
  /// several labels 2 · given by both / (given by one + given by the other), because labels that
  /// neither gives would drown what they agree on.
  var agreement: Double
  /// Predictions of all seeds for each class of D_u, clean and in evaluation; of pixels, or of labels
  /// given, where these are what is predicted.
  var predicted: [Int]
  /// Pseudo-labels of all seeds for each class.
  var pseudo: [Int]
  var light: WarningLight

  init(variant: String, agreement: Double, predicted: [Int], pseudo: [Int]) {
    self.variant = variant
    self.agreement = agreement
    self.predicted = predicted
    self.pseudo = pseudo
    light = WarningLight(agreement: agreement, predictions: predicted, labels: pseudo)
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
    switch light {
    case .off: nil
    case .copiesItsTeacher:
      (
        "'\(variant)' copies its teacher: it agrees with \(Self.percent(agreement, digits: 1)) of "
          + "the pseudo-labels",
        "a stronger 'transform' lets a student differ; without any it mostly copies"
      )
    case .collapses:
      (
        "'\(variant)' collapses: it agrees with only \(Self.percent(agreement, digits: 1)) of the "
          + "pseudo-labels, or never predicts a common class",
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
