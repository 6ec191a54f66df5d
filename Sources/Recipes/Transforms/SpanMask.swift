import Configuration

/// Spans of an axis that are zeroed, which is the mean of standardised input. Source: Park et al.,
/// "SpecAugment" (2019).
public struct SpanMask: Codable, Hashable, Sendable {
  /// Spans in each sample.
  public var masks: Int
  /// The most places of one span; no limit of its own when `nil`.
  public var width: Int?
  /// The most of the axis that one span takes: SpecAugment's p.
  public var share: Double
  public var modalities: [String]?

  public init(
    masks: Int = 2, width: Int? = nil, share: Double = 0.2, modalities: [String]? = nil
  ) {
    self.masks = masks
    self.width = width
    self.share = share
    self.modalities = modalities
  }

  /// The most places of one span on an axis of `length`.
  public func most(of length: Int) -> Int {
    min(width ?? length, Int((share * Double(length)).rounded(.down)))
  }

  /// - places: what the axis counts: "time steps"
  static func keys(_ places: String) -> [Key] {
    [
      Key("masks", .integer(1...32), default: 2, "Spans in each sample; they may overlap."),
      Key(
        "width", .positiveInteger,
        "The most \(places) of one span; widths from 0 on are equally likely."),
      Key("share", .share, default: 0.2, "The most of the axis that one span takes."),
    ]
  }
}

/// One factor for each sample: a recording at another level.
public struct GainChange: Codable, Hashable, Sendable {
  /// The most, up or down.
  public var decibels: Double
  public var modalities: [String]?

  public init(decibels: Double, modalities: [String]? = nil) {
    self.decibels = decibels
    self.modalities = modalities
  }

  static let keys: [Key] = [
    .required("decibels", .number(.init(0, 120)), "The most, up or down; 6 is a factor of two.")
  ]
}
