/// Numbers of one type as numbers of another: whole numbers are clamped to what the type holds,
/// reals are cut towards zero (not-a-number becomes 0) where the type holds whole numbers.
public enum ElementConversion {
  /// Converts `count` numbers; `source` need not be aligned.
  public static func convert(
    _ source: UnsafeRawBufferPointer, from: ElementType,
    into target: UnsafeMutableRawBufferPointer, to: ElementType, count: Int
  ) {
    guard from != to else {
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<(count * from.size)]))
      return
    }
    switch from {
    case .uint8: convert(source, UInt8.self, into: target, to: to, count: count)
    case .int16: convert(source, Int16.self, into: target, to: to, count: count)
    case .uint16: convert(source, UInt16.self, into: target, to: to, count: count)
    case .int32: convert(source, Int32.self, into: target, to: to, count: count)
    case .int64: convert(source, Int64.self, into: target, to: to, count: count)
    case .uint64: convert(source, UInt64.self, into: target, to: to, count: count)
    case .float16: convert(source, Float16.self, into: target, to: to, count: count)
    case .float32: convert(source, Float.self, into: target, to: to, count: count)
    case .float64: convert(source, Double.self, into: target, to: to, count: count)
    }
  }

  /// The numbers of `bytes` as `T`.
  public static func values<T: ArrayElement>(
    of bytes: [UInt8], _ elementType: ElementType, as type: T.Type
  ) -> [T] {
    let count = bytes.count / elementType.size
    return [T](unsafeUninitializedCapacity: count) { buffer, filled in
      bytes.withUnsafeBytes { source in
        convert(
          source, from: elementType, into: UnsafeMutableRawBufferPointer(buffer),
          to: T.elementType, count: count)
      }
      filled = count
    }
  }

  private static func convert<Source: ConvertibleElement>(
    _ source: UnsafeRawBufferPointer, _ type: Source.Type,
    into target: UnsafeMutableRawBufferPointer, to: ElementType, count: Int
  ) {
    switch to {
    case .uint8: convert(source, type, into: target, UInt8.self, count: count)
    case .int16: convert(source, type, into: target, Int16.self, count: count)
    case .uint16: convert(source, type, into: target, UInt16.self, count: count)
    case .int32: convert(source, type, into: target, Int32.self, count: count)
    case .int64: convert(source, type, into: target, Int64.self, count: count)
    case .uint64: convert(source, type, into: target, UInt64.self, count: count)
    case .float16: convert(source, type, into: target, Float16.self, count: count)
    case .float32: convert(source, type, into: target, Float.self, count: count)
    case .float64: convert(source, type, into: target, Double.self, count: count)
    }
  }

  private static func convert<Source: ConvertibleElement, Target: ConvertibleElement>(
    _ source: UnsafeRawBufferPointer, _ type: Source.Type,
    into target: UnsafeMutableRawBufferPointer, _ targetType: Target.Type, count: Int
  ) {
    var index = 0
    while index < count {
      let number = source.loadUnaligned(
        fromByteOffset: index &* MemoryLayout<Source>.size, as: Source.self)
      target.storeBytes(
        of: number.converted(to: Target.self),
        toByteOffset: index &* MemoryLayout<Target>.size, as: Target.self)
      index &+= 1
    }
  }
}

private protocol ConvertibleElement: ArrayElement {
  init(whole: some FixedWidthInteger)
  init(real: Double)
  func converted<Target: ConvertibleElement>(to type: Target.Type) -> Target
}

extension ConvertibleElement where Self: FixedWidthInteger {
  init(whole: some FixedWidthInteger) { self.init(clamping: whole) }

  init(real: Double) {
    if let exact = Self(exactly: real.rounded(.towardZero)) {
      self = exact
    } else {
      // Beyond the bounds, or not a number.
      self = real.isNaN ? 0 : (real < 0 ? Self.min : Self.max)
    }
  }

  func converted<Target: ConvertibleElement>(to type: Target.Type) -> Target { Target(whole: self) }
}

extension ConvertibleElement where Self: BinaryFloatingPoint {
  init(whole: some FixedWidthInteger) { self.init(whole) }
  func converted<Target: ConvertibleElement>(to type: Target.Type) -> Target {
    Target(real: Double(self))
  }
}

extension UInt8: ConvertibleElement {}
extension Int16: ConvertibleElement {}
extension UInt16: ConvertibleElement {}
extension Int32: ConvertibleElement {}
extension Int64: ConvertibleElement {}
extension UInt64: ConvertibleElement {}
extension Float16: ConvertibleElement { fileprivate init(real: Double) { self.init(real) } }
extension Float: ConvertibleElement { fileprivate init(real: Double) { self.init(real) } }
extension Double: ConvertibleElement { fileprivate init(real: Double) { self = real } }
