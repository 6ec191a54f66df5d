import Shards

/// Mean and standard deviation of each column of a modality, in one pass, and their use.
///
/// Running sums after Welford ("Note on a method for calculating corrected sums of squares and
/// products", Technometrics 1962), in double precision. The deviation is that of a population
/// (divided by n), as in scikit-learn's StandardScaler; a constant column is only centred.
struct Standardiser {
  private(set) var count = 0
  private var means: [Double]
  private var squares: [Double]

  init(columns: Int) {
    means = Array(repeating: 0, count: columns)
    squares = means
  }

  /// Takes rows of values in.
  mutating func add(_ values: [Float]) {
    let columns = means.count
    for start in stride(from: 0, to: values.count, by: columns) {
      count += 1
      for column in 0..<columns {
        let value = Double(values[start + column])
        let difference = value - means[column]
        means[column] += difference / Double(count)
        squares[column] += difference * (value - means[column])
      }
    }
  }

  var deviations: [Double] {
    squares.map { count == 0 ? 0 : ($0 / Double(count)).squareRoot() }
  }

  /// Columns that never change.
  var constantColumns: [Int] { deviations.indices.filter { deviations[$0] == 0 } }

  /// x ← (x − mean) / std, column by column.
  func apply(to values: inout [Float]) {
    let scales = deviations.map { $0 == 0 ? 1 : 1 / $0 }
    for start in stride(from: 0, to: values.count, by: means.count) {
      for column in means.indices {
        let centred = Double(values[start + column]) - means[column]
        values[start + column] = Float(centred * scales[column])
      }
    }
  }

  func description(of splits: [String]) -> Standardisation {
    Standardisation(splits: splits, mean: means, std: deviations, count: count)
  }
}
