internal import CHDF5
internal import CZstd
import Foundation

/// Zstandard as a filter of HDF5, registered under its public number, so that `H5Dread` and every
/// program with the usual plugin understand our chunks.
///
/// Source: The HDF Group, list of registered filter plugins, 32015.
enum ZstdFilter {
  static let identifier: H5Z_filter_t = 32015

  static func register() -> Bool {
    "Zstandard".withCString { name in
      var filter = H5Z_class2_t(
        version: H5Z_CLASS_T_VERS, id: identifier, encoder_present: 1, decoder_present: 1,
        name: name, can_apply: nil, set_local: nil,
        filter: { flags, count, values, size, bufferSize, buffer in
          guard let buffer, let bufferSize, let input = buffer.pointee else { return 0 }
          let source = UnsafeRawBufferPointer(start: input, count: size)
          let result: [UInt8]
          if flags & UInt32(H5Z_FLAG_REVERSE) != 0 {
            let length = ZSTD_getFrameContentSize(input, size)
            // Unknown or broken (the two largest numbers), or more than any chunk may hold.
            guard length < 1 << 32 else { return 0 }
            var output = [UInt8](repeating: 0, count: Int(length))
            let isWhole = output.withUnsafeMutableBytes {
              (try? Zstd.decompress(source, into: $0)) != nil
            }
            guard isWhole else { return 0 }
            result = output
          } else {
            let level = count > 0 ? Int(values?.pointee ?? 3) : 3
            guard let frame = try? Zstd.compress(source, level: level) else { return 0 }
            result = frame
          }
          guard let moved = H5allocate_memory(max(result.count, 1), false) else { return 0 }
          result.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { memcpy(moved, start, bytes.count) }
          }
          H5free_memory(input)
          buffer.pointee = moved
          bufferSize.pointee = result.count
          return result.count
        })
      return H5Zregister(&filter) >= 0
    }
  }
}
