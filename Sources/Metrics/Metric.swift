/// A number that says how good something is, gathered one sample at a time.
public protocol Metric: Sendable {
  /// One observation.
  associatedtype Sample

  /// As it stands in `metrics.json`: a stable name.
  static var name: String { get }
  static var direction: Direction { get }
  /// One sentence.
  static var documentation: String { get }

  mutating func add(_ sample: Sample)

  /// `nil` where it is not defined, as before the first sample.
  var value: Double? { get }
}

extension Metric {
  public static var measure: Measure {
    Measure(name: name, direction: direction, documentation: documentation)
  }
}

/// Which way a metric gets better.
public enum Direction: String, Codable, Hashable, Sendable {
  case higherIsBetter, lowerIsBetter
  /// It says how something is, not how good it is.
  case neither

  /// For the head of a column.
  public var arrow: String {
    switch self {
    case .higherIsBetter: "↑"
    case .lowerIsBetter: "↓"
    case .neither: ""
    }
  }

  /// Whether `value` is better than `other`; never where there is no better.
  public func isBetter(_ value: Double, than other: Double) -> Bool {
    switch self {
    case .higherIsBetter: value > other
    case .lowerIsBetter: value < other
    case .neither: false
    }
  }
}

/// What a row of `metrics.json` may be about.
public struct Measure: Codable, Hashable, Sendable {
  public var name: String
  public var direction: Direction
  public var documentation: String

  public init(name: String, direction: Direction, documentation: String) {
    self.name = name
    self.direction = direction
    self.documentation = documentation
  }

  /// Every measure there is, in the order of the tables.
  public static let all: [Measure] =
    [
      Accuracy.measure, BalancedAccuracy.measure, MacroF1.measure, ExpectedCalibrationError.measure,
    ] + Denoising.measures

  /// The measure called `name`.
  public static func named(_ name: String) -> Measure? { all.first { $0.name == name } }
}
