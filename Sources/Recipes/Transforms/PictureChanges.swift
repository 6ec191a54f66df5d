import Configuration

/// Brightness, contrast and saturation of standardised pictures.
public struct ColorJitter: Codable, Hashable, Sendable {
  /// In standard deviations of the input.
  public var brightness: Double
  public var contrast: Double
  public var saturation: Double
  public var modalities: [String]?

  public init(
    brightness: Double = 0.4, contrast: Double = 0.4, saturation: Double = 0.4,
    modalities: [String]? = nil
  ) {
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.modalities = modalities
  }

  static let keys: [Key] = [
    Key(
      "brightness", .nonNegativeNumber, default: 0.4,
      "The most that is added to all of a sample, up or down, in standard deviations."),
    Key(
      "contrast", .nonNegativeNumber, default: 0.4,
      "c: each sample is stretched about its mean by a factor from 1 - c (at least 0) to 1 + c."),
    Key(
      "saturation", .nonNegativeNumber, default: 0.4,
      "s: the channels of each pixel are stretched about their mean by a factor from 1 - s (at "
        + "least 0) to 1 + s; pictures of one channel stay as they are."),
  ]
}

/// Gaussian blur.
public struct Blur: Codable, Hashable, Sendable {
  /// Smallest and largest standard deviation in pixels.
  public var std: Interval
  public var modalities: [String]?

  public init(std: Interval = .init(0.1, 2), modalities: [String]? = nil) {
    self.std = std
    self.modalities = modalities
  }

  static let keys: [Key] = [
    Key(
      "std", Interval.shape(.number(.init(0, 64))), default: .array([.double(0.1), .double(2)]),
      "Smallest and largest standard deviation, in pixels; all between are equally likely.")
  ]
}

/// A box of each picture that is wiped out. Source: Zhong et al., "Random Erasing Data Augmentation"
/// (2020).
public struct Erasing: Codable, Hashable, Sendable {
  public enum Filling: String, Codable, Hashable, Sendable, CaseIterable {
    /// The mean of standardised input.
    case zero
    /// N(0, 1) for each number.
    case noise
  }

  public var probability: Double
  /// Share of the picture's area.
  public var area: Interval
  /// Width to height, in pixels.
  public var ratio: Interval
  public var fill: Filling
  public var modalities: [String]?

  public init(
    probability: Double = 0.5, area: Interval = .init(0.02, 0.4),
    ratio: Interval = .init(0.3, 3.3), fill: Filling = .zero, modalities: [String]? = nil
  ) {
    self.probability = probability
    self.area = area
    self.ratio = ratio
    self.fill = fill
    self.modalities = modalities
  }

  static let keys: [Key] = [
    Key("probability", .share, default: 0.5, "How likely a picture loses a box."),
    Key(
      "area", Interval.shape(.share), default: .array([.double(0.02), .double(0.4)]),
      "Smallest and largest share of the picture's area."),
    Key(
      "ratio", Interval.shape(.positiveNumber), default: .array([.double(0.3), .double(3.3)]),
      "Smallest and largest width to height, in pixels."),
    Key(
      "fill", .choice(Filling.allCases.map(\.rawValue)), default: "zero",
      "What the box is filled with: zero, the mean of standardised input, or N(0, 1)."),
  ]
}

/// A box of each picture, at the size of the whole. Source: torchvision's `RandomResizedCrop`.
public struct ResizedCrop: Codable, Hashable, Sendable {
  public enum Interpolation: String, Codable, Hashable, Sendable, CaseIterable {
    case bilinear, nearest
  }

  /// Share of the picture's area.
  public var area: Interval
  /// Width to height, in pixels.
  public var ratio: Interval
  public var interpolation: Interpolation
  public var modalities: [String]?
  /// Whether all pictures of a sample, and its label map, share one draw.
  public var joint: Bool

  public init(
    area: Interval = .init(0.08, 1), ratio: Interval = .init(0.75, 1.3333333333333333),
    interpolation: Interpolation = .bilinear, modalities: [String]? = nil, joint: Bool = true
  ) {
    self.area = area
    self.ratio = ratio
    self.interpolation = interpolation
    self.modalities = modalities
    self.joint = joint
  }

  static let keys: [Key] = [
    Key(
      "area", Interval.shape(.number(.init(0, 1, isLowerOpen: true))),
      default: .array([.double(0.08), .double(1)]),
      "Smallest and largest share of the picture's area."),
    Key(
      "ratio", Interval.shape(.positiveNumber),
      default: .array([.double(0.75), .double(1.3333333333333333)]),
      "Smallest and largest width to height, in pixels."),
    Key(
      "interpolation", .choice(Interpolation.allCases.map(\.rawValue)), default: "bilinear",
      "How pictures are read between pixels; label maps take the nearest."),
  ]
}

/// A smallest and a largest number, written as a list of the two.
public struct Interval: Codable, Hashable, Sendable {
  public var low: Double
  public var high: Double

  public init(_ low: Double, _ high: Double) {
    self.low = low
    self.high = high
  }

  /// Both as a range; `nil` when the smallest is the larger.
  public var range: ClosedRange<Double>? { low <= high ? low...high : nil }

  static func shape(_ number: Shape) -> Shape { .list(number, count: 2...2) }

  public init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    low = try container.decode(Double.self)
    high = try container.decode(Double.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(low)
    try container.encode(high)
  }
}
