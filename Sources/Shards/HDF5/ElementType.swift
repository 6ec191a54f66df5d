internal import CHDF5

/// What a number in a shard is; little-endian in the file.
public enum ElementType: String, Codable, Hashable, Sendable, CaseIterable {
  case uint8, int16, int32, int64, uint64, float32, float64

  /// Bytes of one number.
  public var size: Int {
    switch self {
    case .uint8: 1
    case .int16: 2
    case .int32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  /// HDF5's name for it on this machine.
  var identifier: hid_t {
    HDF5Library.locked {
      switch self {
      case .uint8: ch_uint8()
      case .int16: ch_int16()
      case .int32: ch_int32()
      case .int64: ch_int64()
      case .uint64: ch_uint64()
      case .float32: ch_float()
      case .float64: ch_double()
      }
    }
  }
}

/// A Swift number that shards can hold.
public protocol ShardElement: BitwiseCopyable, Sendable {
  static var elementType: ElementType { get }
}

extension UInt8: ShardElement { public static var elementType: ElementType { .uint8 } }
extension Int16: ShardElement { public static var elementType: ElementType { .int16 } }
extension Int32: ShardElement { public static var elementType: ElementType { .int32 } }
extension Int64: ShardElement { public static var elementType: ElementType { .int64 } }
extension UInt64: ShardElement { public static var elementType: ElementType { .uint64 } }
extension Float: ShardElement { public static var elementType: ElementType { .float32 } }
extension Double: ShardElement { public static var elementType: ElementType { .float64 } }

/// What a data set's cell is: a number, or text in a fixed number of UTF-8 bytes.
enum CellType: Hashable, Sendable, CustomStringConvertible {
  case number(ElementType)
  case text(bytes: Int)

  var size: Int {
    switch self {
    case .number(let type): type.size
    case .text(let bytes): bytes
    }
  }

  var description: String {
    switch self {
    case .number(let type): type.rawValue
    case .text: "text"
    }
  }
}
