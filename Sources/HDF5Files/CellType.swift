package import Arrays
internal import CHDF5

extension ElementType {
  /// HDF5's name for it on this machine.
  var identifier: hid_t {
    HDF5Library.locked {
      switch self {
      case .uint8: ch_uint8()
      case .int16: ch_int16()
      case .uint16: ch_uint16()
      case .int32: ch_int32()
      case .int64: ch_int64()
      case .uint64: ch_uint64()
      case .float16: ch_float16()
      case .float32: ch_float()
      case .float64: ch_double()
      }
    }
  }
}

/// What a data set's cell is: a number, or text in a fixed number of UTF-8 bytes.
package enum CellType: Hashable, Sendable, CustomStringConvertible {
  case number(ElementType)
  case text(bytes: Int)

  package var size: Int {
    switch self {
    case .number(let type): type.size
    case .text(let bytes): bytes
    }
  }

  package var description: String {
    switch self {
    case .number(let type): type.rawValue
    case .text: "text"
    }
  }
}
