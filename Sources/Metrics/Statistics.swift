/// Mean and spread of a few numbers.
public struct Statistics: Codable, Hashable, Sendable {
  public var count: Int
  public var mean: Double
  /// Sample standard deviation, with n − 1; `nil` of one number, which has no spread.
  public var std: Double?

  /// - Returns: `nil` when there are no numbers.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    count = values.count
    // From the first number on, so that equal numbers have exactly their own mean and no spread.
    let origin = values[0]
    let mean = origin + values.reduce(0) { $0 + ($1 - origin) } / Double(values.count)
    self.mean = mean
    guard values.count > 1 else { return }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    std = (squares / Double(values.count - 1)).squareRoot()
  }
}

/// One mean held against another.
public struct MeanDifference: Hashable, Sendable {
  /// First less second.
  public var difference: Double
  /// √(s₁²/n₁ + s₂²/n₂). A single number counts as fixed; `nil` when both are.
  public var standardError: Double?

  public init(_ first: Statistics, _ second: Statistics) {
    difference = first.mean - second.mean
    guard first.std != nil || second.std != nil else { return }
    standardError = [first, second].reduce(0) { sum, part in
      sum + (part.std.map { $0 * $0 / Double(part.count) } ?? 0)
    }.squareRoot()
  }

  /// Whether the difference is larger than its standard error.
  public var isClear: Bool { standardError.map { abs(difference) > $0 } ?? false }
}
