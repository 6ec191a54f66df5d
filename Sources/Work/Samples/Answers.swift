/// What is known of some samples, one after the other, in the form of one task.
struct Answers {
  /// 0, 1, …, and −1 where nobody knows; empty of a regression.
  var decisions: [Int] = []
  /// Of a regression, in their units; NaN where nobody knows.
  var values: [Float] = []
}

/// How far the networks of several seeds are apart.
enum SeedSpread {
  /// The sample standard deviation over seeds of each value of each sample, with n − 1; NaN of one.
  ///
  /// - values: `[sample, seed, value]`
  /// - Returns: `[sample, value]`
  static func of(_ values: [Float], seeds: Int, width: Int) -> [Float] {
    let size = seeds * width
    var result: [Float] = []
    result.reserveCapacity(seeds == 0 ? 0 : values.count / max(1, seeds))
    for start in stride(from: 0, to: values.count, by: max(1, size)) {
      for place in 0..<width {
        let own = (0..<seeds).map { Double(values[start + $0 * width + place]) }
        guard seeds > 1 else {
          result.append(.nan)
          continue
        }
        // From the first on, so that equal numbers have no spread at all.
        let mean = own[0] + own.reduce(0) { $0 + ($1 - own[0]) } / Double(seeds)
        let squares = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        result.append(Float((squares / Double(seeds - 1)).squareRoot()))
      }
    }
    return result
  }
}

/// Mean and deviation of the values of many samples, by value, as summary lines show them.
struct ValueTally {
  private let names: [String]
  private let units: [String]?
  private var counts: [Double]
  private var means: [Double]
  private var squares: [Double]

  init(_ names: [String], units: [String]?) {
    self.names = names
    self.units = units
    counts = names.map { _ in 0 }
    (means, squares) = (counts, counts)
  }

  /// Adds values, one sample after the other; NaN counts nowhere.
  mutating func add(_ values: some Sequence<Float>) {
    for (place, value) in values.enumerated() where !value.isNaN {
      let name = place % names.count
      counts[name] += 1
      // Welford's running mean and sum of squares.
      let step = Double(value) - means[name]
      means[name] += step / counts[name]
      squares[name] += step * (Double(value) - means[name])
    }
  }

  /// The mean of a value by its place.
  func mean(_ place: Int) -> Double { means[place] }

  /// Such as `speed 3.1 ± 0.4 m/s`, the deviation being that over samples.
  var text: String {
    names.enumerated().map { place, name in
      let deviation = (squares[place] / max(1, counts[place])).squareRoot()
      let unit = units.flatMap { $0.indices.contains(place) ? " \($0[place])" : nil } ?? ""
      return "\(name) \(Figures.short(means[place])) ± \(Figures.short(deviation))\(unit)"
    }.joined(separator: ", ")
  }
}
