/// What one number of an array is.
///
/// Little-endian in files and in memory alike: all machines that this runs on are.
public enum ElementType: String, Codable, Hashable, Sendable, CaseIterable {
  case uint8, int16, uint16, int32, int64, uint64, float16, float32, float64

  /// Bytes of one number.
  public var size: Int {
    switch self {
    case .uint8: 1
    case .int16, .uint16, .float16: 2
    case .int32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  /// Whether it holds whole numbers alone.
  public var isInteger: Bool {
    switch self {
    case .uint8, .int16, .uint16, .int32, .int64, .uint64: true
    case .float16, .float32, .float64: false
    }
  }
}

/// A Swift number that arrays can hold.
public protocol ArrayElement: BitwiseCopyable, Sendable {
  static var elementType: ElementType { get }
}

extension UInt8: ArrayElement { public static var elementType: ElementType { .uint8 } }
extension Int16: ArrayElement { public static var elementType: ElementType { .int16 } }
extension UInt16: ArrayElement { public static var elementType: ElementType { .uint16 } }
extension Int32: ArrayElement { public static var elementType: ElementType { .int32 } }
extension Int64: ArrayElement { public static var elementType: ElementType { .int64 } }
extension UInt64: ArrayElement { public static var elementType: ElementType { .uint64 } }
extension Float16: ArrayElement { public static var elementType: ElementType { .float16 } }
extension Float: ArrayElement { public static var elementType: ElementType { .float32 } }
extension Double: ArrayElement { public static var elementType: ElementType { .float64 } }
