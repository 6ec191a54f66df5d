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
