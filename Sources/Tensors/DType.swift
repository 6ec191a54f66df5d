internal import CTorch

/// The type of a tensor's elements.
public enum DType: Int, Sendable, Hashable, CaseIterable {
  case float32, float64, int64, int32, int16, uint8, bool, float16

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .int16, .float16: 2
    case .uint8, .bool: 1
    }
  }

  var code: CTDType { CTDType(rawValue: UInt32(rawValue)) }
}
