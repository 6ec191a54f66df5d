public import Arrays

/// An array with a name: a parameter of a model.
public struct NamedArray: Sendable, Equatable {
  public var name: String
  /// Axes from the outermost to the innermost; `[]` is one number.
  public var shape: [Int]
  public var type: ElementType
  /// The numbers, row-major.
  public var bytes: [UInt8]

  public init<T: ArrayElement>(_ name: String, _ values: [T], shape: [Int]) {
    self.init(
      name, type: T.elementType, shape: shape, bytes: values.withUnsafeBytes { [UInt8]($0) })
  }

  /// Bytes as they are.
  public init(_ name: String, type: ElementType, shape: [Int], bytes: [UInt8]) {
    self.name = name
    self.shape = shape
    self.type = type
    self.bytes = bytes
  }

  /// The numbers as `T`, converted as in `Column.values(as:)`.
  public func values<T: ArrayElement>(as type: T.Type) -> [T] {
    ElementConversion.values(of: bytes, self.type, as: type)
  }
}
