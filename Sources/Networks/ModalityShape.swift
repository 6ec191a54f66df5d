/// A modality as a network sees it.
public struct ModalityShape: Codable, Hashable, Sendable {
  public var name: String
  /// Of one sample: `[feature]` of a table, `[time, channel]` of a series.
  public var shape: [Int]

  public init(_ name: String, _ shape: [Int]) {
    self.name = name
    self.shape = shape
  }

  /// Numbers in one sample.
  var width: Int { shape.reduce(1, *) }
}
