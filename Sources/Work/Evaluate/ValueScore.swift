import Metrics
import Tensors

/// The values of a regression, each measured for itself; the metric is the mean over them.
struct ValueScore: TaskScore {
  private struct Measured {
    var absolute = MeanAbsoluteError()
    var squared = RootMeanSquaredError()
    var explained = CoefficientOfDetermination()
    var correlation = PearsonCorrelation()

    mutating func add(truth: Double, prediction: Double) {
      absolute.add((truth, prediction))
      squared.add((truth, prediction))
      explained.add((truth, prediction))
      correlation.add((truth, prediction))
    }
  }

  private let names: [String]
  private var measured: [Measured]

  init(_ names: [String]) {
    self.names = names
    measured = names.map { _ in Measured() }
  }

  mutating func add(_ answers: Tensor, truth: Answers) throws {
    for (place, (answer, value)) in zip(try answers.doubles(), truth.values).enumerated()
    where !value.isNaN {
      measured[place % names.count].add(truth: Double(value), prediction: answer)
    }
  }

  var figures: [Figure] {
    [
      (MeanAbsoluteError.name, measured.map(\.absolute.value)),
      (RootMeanSquaredError.name, measured.map(\.squared.value)),
      (CoefficientOfDetermination.name, measured.map(\.explained.value)),
      (PearsonCorrelation.name, measured.map(\.correlation.value)),
    ].flatMap { Figure.mean($0, of: names, $1) }
  }

  var confusion: ConfusionMatrix? { nil }
}

extension Figure {
  /// The mean over the values of a regression, and where there are several each of them.
  static func mean(_ metric: String, of names: [String], _ values: [Double?]) -> [Figure] {
    let known = values.compactMap(\.self)
    let mean = known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    let whole = Figure(metric, mean, classes: known.count == names.count ? nil : known.count)
    guard names.count > 1 else { return [whole] }
    return [whole] + zip(names, values).map { Figure(metric, name: "\(metric)/\($0)", $1) }
  }
}
