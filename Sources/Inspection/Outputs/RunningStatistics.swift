/// Count, mean, standard deviation, least and greatest of numbers that stream by.
///
/// Source: Welford 1962, in the form of Chan, Golub and LeVeque 1979 that merges blocks.
public struct RunningStatistics: Codable, Sendable, Equatable {
  /// Finite values seen.
  public private(set) var count = 0
  /// Values that are NaN or infinite; they are left out of the rest.
  public private(set) var notFinite = 0
  public private(set) var mean = 0.0
  public private(set) var minimum: Double?
  public private(set) var maximum: Double?
  /// Σ (x − mean)²
  private var squares = 0.0

  public init() {}

  /// Of the population: divided by the count. `nil` before the first value.
  public var deviation: Double? {
    count > 0 ? (squares / Double(count)).squareRoot() : nil
  }

  /// Adds every `stride`-th value from `start` on.
  public mutating func add(_ values: [Double], from start: Int = 0, stride step: Int = 1) {
    var block = RunningStatistics()
    var sum = 0.0
    var low = Double.infinity
    var high = -Double.infinity
    for index in stride(from: start, to: values.count, by: step) {
      let value = values[index]
      guard value.isFinite else {
        block.notFinite += 1
        continue
      }
      sum += value
      low = min(low, value)
      high = max(high, value)
      block.count += 1
    }
    if block.count > 0 {
      block.mean = sum / Double(block.count)
      (block.minimum, block.maximum) = (low, high)
      for index in stride(from: start, to: values.count, by: step) where values[index].isFinite {
        let difference = values[index] - block.mean
        block.squares += difference * difference
      }
    }
    merge(block)
  }

  public mutating func merge(_ other: RunningStatistics) {
    notFinite += other.notFinite
    guard other.count > 0 else { return }
    let total = count + other.count
    let difference = other.mean - mean
    squares +=
      other.squares + difference * difference * Double(count) * Double(other.count) / Double(total)
    mean += difference * Double(other.count) / Double(total)
    minimum = min(minimum ?? .infinity, other.minimum ?? .infinity)
    maximum = max(maximum ?? -.infinity, other.maximum ?? -.infinity)
    count = total
  }

  private enum CodingKeys: String, CodingKey {
    case count, notFinite, mean, std, min, max
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    count = try container.decode(Int.self, forKey: .count)
    notFinite = try container.decode(Int.self, forKey: .notFinite)
    mean = try container.decodeIfPresent(Double.self, forKey: .mean) ?? 0
    minimum = try container.decodeIfPresent(Double.self, forKey: .min)
    maximum = try container.decodeIfPresent(Double.self, forKey: .max)
    let deviation = try container.decodeIfPresent(Double.self, forKey: .std) ?? 0
    squares = deviation * deviation * Double(count)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(count, forKey: .count)
    try container.encode(notFinite, forKey: .notFinite)
    if count > 0 { try container.encode(mean, forKey: .mean) }
    try container.encodeIfPresent(deviation, forKey: .std)
    try container.encodeIfPresent(minimum, forKey: .min)
    try container.encodeIfPresent(maximum, forKey: .max)
  }
}
