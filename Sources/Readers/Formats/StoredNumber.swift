import Arrays
import Diagnostics
import Foundation

/// How a file stores a number. It is read as the smallest element type that holds all its values.
enum StoredNumber: Sendable, Hashable {
  case bool, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float16, float32, float64

  /// Bytes in the file.
  var size: Int {
    switch self {
    case .bool, .int8, .uint8: 1
    case .int16, .uint16, .float16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  /// What it becomes.
  var elementType: ElementType {
    switch self {
    case .bool, .uint8: .uint8
    case .int8, .int16: .int16
    case .uint16: .uint16
    case .int32: .int32
    case .uint32, .int64: .int64
    case .uint64: .uint64
    case .float16: .float16
    case .float32: .float32
    case .float64: .float64
    }
  }

  /// The stored numbers as the bytes of numbers of `elementType`.
  func numbers(_ stored: consuming [UInt8], isBigEndian: Bool) -> [UInt8] {
    if isBigEndian { Self.swapBytes(&stored, size: size) }
    let count = stored.count / size
    switch self {
    case .bool:
      for index in stored.indices where stored[index] > 1 { stored[index] = 1 }
      return stored
    case .int8: return Self.widened(stored, Int8.self, Int16.self, count)
    case .uint32: return Self.widened(stored, UInt32.self, Int64.self, count)
    default: return stored
    }
  }

  private static func swapBytes(_ bytes: inout [UInt8], size: Int) {
    guard size > 1 else { return }
    bytes.withUnsafeMutableBufferPointer { bytes in
      var start = 0
      while start + size <= bytes.count {
        for index in 0..<(size / 2) { bytes.swapAt(start + index, start + size - 1 - index) }
        start += size
      }
    }
  }

  private static func widened<Narrow: FixedWidthInteger, Wide: FixedWidthInteger>(
    _ bytes: [UInt8], _ narrow: Narrow.Type, _ wide: Wide.Type, _ count: Int
  ) -> [UInt8] where Narrow: BitwiseCopyable, Wide: BitwiseCopyable {
    let length = count * MemoryLayout<Wide>.size
    return [UInt8](unsafeUninitializedCapacity: length) { buffer, filled in
      let target = UnsafeMutableRawBufferPointer(buffer)
      bytes.withUnsafeBytes { source in
        for index in 0..<count {
          let number = source.loadUnaligned(
            fromByteOffset: index * MemoryLayout<Narrow>.size, as: Narrow.self)
          target.storeBytes(
            of: Wide(number), toByteOffset: index * MemoryLayout<Wide>.size, as: Wide.self)
        }
      }
      filled = length
    }
  }
}

/// Sizes that a file tells, which nobody may believe unseen.
enum ArraySize {
  /// The number of values of `shape`; `nil` when a size is negative, or when with axes of size 0 left
  /// out more than 2⁵⁹ values would come out, so that no later product overflows.
  static func count(_ shape: [Int]) -> Int? {
    var product = 1
    for size in shape {
      guard size >= 0 else { return nil }
      let (next, isTooLarge) = product.multipliedReportingOverflow(by: max(size, 1))
      guard !isTooLarge, next <= 1 << 59 else { return nil }
      product = next
    }
    return shape.contains(0) ? 0 : product
  }

  /// - Throws: `Diagnostic` when this machine cannot hold that many bytes.
  static func checkMemory(_ bytes: Int, _ subject: String) throws {
    guard bytes < 0 || UInt64(bytes) > ProcessInfo.processInfo.physicalMemory else { return }
    throw Diagnostic(
      subject, "\(bytes) bytes exceed the memory of this machine", mend: "read it row by row")
  }

  /// The most that deflate makes of so many packed bytes: 258 bytes out of 2 bits.
  static func mostInflated(_ packed: Int) -> Int {
    let (bytes, isTooLarge) = max(packed, 0).multipliedReportingOverflow(by: 1032)
    return isTooLarge ? .max : bytes
  }
}
