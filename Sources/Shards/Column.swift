public import Arrays

/// The values of one field for `count` samples, sample after sample.
public struct Column: Sendable, Equatable {
  public enum Cells: Sendable, Equatable {
    /// The numbers in memory order, as the field's shape says.
    case numbers(ElementType, [UInt8])
    case texts([String])
  }

  public var cells: Cells
  /// Samples.
  public var count: Int
  /// Of a ragged field: the steps of each sample.
  public var lengths: [Int]?

  /// Numbers of `count` samples, row-major.
  public init<T: ArrayElement>(_ values: [T], count: Int, lengths: [Int]? = nil) {
    self.init(
      .numbers(T.elementType, values.withUnsafeBytes { [UInt8]($0) }), count: count,
      lengths: lengths)
  }

  /// One text per sample.
  public init(texts: [String]) { self.init(.texts(texts), count: texts.count) }

  /// Cells as they are.
  public init(_ cells: Cells, count: Int, lengths: [Int]? = nil) {
    self.cells = cells
    self.count = count
    self.lengths = lengths
  }

  /// The numbers as `T`: copied when they are of that type, converted otherwise (clamped to what
  /// `T` holds; reals cut towards zero); empty for texts.
  public func values<T: ArrayElement>(as type: T.Type) -> [T] {
    guard case .numbers(let elementType, let bytes) = cells else { return [] }
    return ElementConversion.values(of: bytes, elementType, as: type)
  }

  /// The texts; empty for numbers.
  public var texts: [String] { if case .texts(let texts) = cells { texts } else { [] } }

  /// The bytes of the numbers; empty for texts.
  public var bytes: [UInt8] { if case .numbers(_, let bytes) = cells { bytes } else { [] } }
}
