/// How far a student of a regression follows its pseudo-labels, without a single true value.
struct ValueAgreement {
  private let names: [String]
  private(set) var predicted: ValueTally
  private(set) var pseudo: ValueTally
  /// By value: how many, Σ (f(x) − ỹ)², and mean and Σ of squares of ỹ (Welford 1962).
  private var counts: [Double]
  private var residues: [Double]
  private var means: [Double]
  private var squares: [Double]

  init(_ names: [String], units: [String]?) {
    self.names = names
    predicted = ValueTally(names, units: units)
    pseudo = predicted
    counts = names.map { _ in 0 }
    (residues, means, squares) = (counts, counts, counts)
  }

  /// Adds some samples; those without a pseudo-label count nowhere.
  mutating func add(_ answers: [Float], _ labels: [Float]) {
    predicted.add(answers)
    pseudo.add(labels)
    for (place, (answer, label)) in zip(answers, labels).enumerated() where !label.isNaN {
      let (own, label) = (place % names.count, Double(label))
      counts[own] += 1
      let step = label - means[own]
      means[own] += step / counts[own]
      squares[own] += step * (label - means[own])
      residues[own] += (Double(answer) - label) * (Double(answer) - label)
    }
  }

  /// The share of the pseudo-labels' variance that the student explains, the mean over values; of
  /// values that never change nothing is said.
  var explained: Double? {
    let shares = names.indices.filter { squares[$0] > 0 }.map { 1 - residues[$0] / squares[$0] }
    return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
  }

  /// Such as `mke: explains 93.4 % of its pseudo-labels' variance; predicts speed 3.1 ± 0.4 m/s`.
  func line(_ variant: String) -> String {
    (explained.map {
      "\(variant): explains \(Figures.percent([$0])) of its pseudo-labels' variance; predicts "
    } ?? "\(variant): predicts ") + "\(predicted.text), pseudo-labels \(pseudo.text)"
  }

  /// What to make of a student that sees what its teacher saw; `nil` when all is well.
  ///
  /// - isTransformed: whether it learned from transformed samples: without, it is expected to copy
  func warning(
    _ variant: String, isTransformed: Bool
  ) -> (message: String, mend: String)? {
    guard let explained else { return nil }
    if explained <= 0 {
      return (
        "'\(variant)' collapses: it is no nearer to its pseudo-labels than their mean",
        "a weaker 'transform', a smaller consistency weight, or a longer training"
      )
    }
    guard isTransformed, explained >= 0.999 else { return nil }
    return (
      "'\(variant)' copies its teacher: it explains \(Figures.percent([explained])) of its "
        + "pseudo-labels' variance",
      "a stronger 'transform' lets a student differ; without any it mostly copies"
    )
  }
}
