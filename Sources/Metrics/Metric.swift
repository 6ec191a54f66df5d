/// A number that says how good something is, gathered one sample at a time.
public protocol Metric: Sendable {
  /// One observation.
  associatedtype Sample

  /// As it stands in `metrics.json`: a stable name.
  static var name: String { get }
  static var direction: Direction { get }
  /// One sentence.
  static var documentation: String { get }
  /// Whether it is a share, in 0...1 or −1...1, which tables show in percent.
  static var isShare: Bool { get }

  mutating func add(_ sample: Sample)

  /// `nil` where it is not defined, as before the first sample.
  var value: Double? { get }
}

extension Metric {
  public static var isShare: Bool { true }

  public static var measure: Measure {
    Measure(name: name, direction: direction, documentation: documentation, isShare: isShare)
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
  /// Whether it is a share, in 0...1 or −1...1, which tables show in percent.
  public var isShare: Bool

  public init(name: String, direction: Direction, documentation: String, isShare: Bool = true) {
    self.name = name
    self.direction = direction
    self.documentation = documentation
    self.isShare = isShare
  }

  /// Every measure there is, in the order of the tables.
  public static let all: [Measure] =
    [
      Accuracy.measure, BalancedAccuracy.measure, MacroF1.measure, ExpectedCalibrationError.measure,
      MeanAveragePrecision.measure, MacroAUC.measure, DPrime.measure, averagePrecision,
      MeanIoU.measure, MeanIoUPerImage.measure, PixelAccuracy.measure, MeanClassAccuracy.measure,
      overlap, MeanAbsoluteError.measure, RootMeanSquaredError.measure,
      CoefficientOfDetermination.measure, PearsonCorrelation.measure,
    ] + Denoising.measures + ValueDenoising.measures

  /// Of one class alone.
  public static let averagePrecision = Measure(
    name: "average-precision", direction: .higherIsBetter,
    documentation: "Step-wise average precision of one class.")

  /// Of one class alone.
  public static let overlap = Measure(
    name: "iou", direction: .higherIsBetter,
    documentation: "Intersection over union of one class, of the pixels of all pictures together.")

  /// The measure called `name`.
  public static func named(_ name: String) -> Measure? { all.first { $0.name == name } }
}
