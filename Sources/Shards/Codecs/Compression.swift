/// How the chunks of a shard are packed, and what finds a flipped bit in them.
public enum Compression: String, Codable, Hashable, Sendable, CaseIterable {
  /// Zstandard frames (registered filter 32015) with the frame's own checksum.
  case zstd
  /// HDF5's own deflate, read by every HDF5 program without a plugin, under a Fletcher-32 checksum.
  case gzip
  /// As they are, under a Fletcher-32 checksum.
  case none

  static let zstdLevel = 3
  static let gzipLevel: UInt32 = 4
}

/// HDF5's shuffle filter: the first bytes of all numbers, then their second bytes, ….
enum ByteShuffle {
  static func apply(_ bytes: [UInt8], elementSize: Int) -> [UInt8] {
    let count = bytes.count / elementSize
    return [UInt8](unsafeUninitializedCapacity: bytes.count) { output, filled in
      for byte in 0..<elementSize {
        for index in 0..<count { output[byte * count + index] = bytes[index * elementSize + byte] }
      }
      for index in (count * elementSize)..<bytes.count { output[index] = bytes[index] }
      filled = bytes.count
    }
  }

  static func undo(
    _ bytes: UnsafeRawBufferPointer, elementSize: Int, into output: UnsafeMutableRawBufferPointer
  ) {
    let count = bytes.count / elementSize
    if elementSize == 2 {
      for index in 0..<count {
        output[2 * index] = bytes[index]
        output[2 * index + 1] = bytes[count + index]
      }
    } else {
      for byte in 0..<elementSize {
        for index in 0..<count { output[index * elementSize + byte] = bytes[byte * count + index] }
      }
    }
    for index in (count * elementSize)..<bytes.count { output[index] = bytes[index] }
  }
}
