/// Numbers of one type in row-major order, the last axis running fastest.
public struct NumberArray: Sendable, Hashable {
  public let type: ElementType
  public let shape: [Int]
  /// `count * type.size` of them.
  public let bytes: [UInt8]

  /// Numbers, which is the product of the shape.
  public var count: Int { bytes.count / type.size }

  /// - Precondition: as many values as the shape says.
  public init<T: ArrayElement>(_ values: [T], shape: [Int]) {
    self.init(T.elementType, values.withUnsafeBytes { [UInt8]($0) }, shape: shape)
  }

  /// - Precondition: as many bytes as type and shape say.
  public init(_ type: ElementType, _ bytes: [UInt8], shape: [Int]) {
    precondition(bytes.count == shape.reduce(type.size, *), "\(bytes.count) bytes for \(shape)")
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }

  /// The numbers as `T`: copied when they are of that type, converted otherwise (clamped to what
  /// `T` holds; reals cut towards zero where `T` holds whole numbers).
  public func values<T: ArrayElement>(as type: T.Type) -> [T] {
    ElementConversion.values(of: bytes, self.type, as: type)
  }

  /// The same numbers as another type, by the rules of `values(as:)`.
  public func converted(to other: ElementType) -> NumberArray {
    guard other != type else { return self }
    let count = count
    let converted = [UInt8](unsafeUninitializedCapacity: count * other.size) { buffer, filled in
      bytes.withUnsafeBytes { source in
        ElementConversion.convert(
          source, from: type, into: UnsafeMutableRawBufferPointer(buffer), to: other, count: count)
      }
      filled = count * other.size
    }
    return NumberArray(other, converted, shape: shape)
  }

  /// The same numbers in another shape of the same size.
  public func reshaped(_ shape: [Int]) -> NumberArray { NumberArray(type, bytes, shape: shape) }
}
