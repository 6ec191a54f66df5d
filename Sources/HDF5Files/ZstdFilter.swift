internal import CHDF5
import Foundation

/// Zstandard as a filter of HDF5, registered under its public number, so that HDF5 itself and every
/// program with the usual plugin understand our chunks.
///
/// Source: The HDF Group, list of registered filter plugins, 32015.
enum ZstdFilter {
  static let identifier: H5Z_filter_t = 32015
  private static let name: StaticString = "Zstandard"

  static func register() -> Bool {
    // HDF5 keeps the pointer: a static string lives as long as the process.
    let name = UnsafeRawPointer(Self.name.utf8Start).assumingMemoryBound(to: CChar.self)
    var filter = H5Z_class2_t(
      version: H5Z_CLASS_T_VERS, id: identifier, encoder_present: 1, decoder_present: 1,
      name: name, can_apply: nil, set_local: nil,
      filter: { flags, count, values, size, bufferSize, buffer in
        guard let buffer, let bufferSize, let input = buffer.pointee else { return 0 }
        let source = UnsafeRawBufferPointer(start: input, count: size)
        let isReading = flags & UInt32(H5Z_FLAG_REVERSE) != 0
        let length = isReading ? Zstd.contentSize(source) : Zstd.bound(size)
        guard let length, let output = H5allocate_memory(max(length, 1), false) else { return 0 }
        let target = UnsafeMutableRawBufferPointer(start: output, count: length)
        var written: Int?
        if isReading {
          if (try? Zstd.Unpacker().unpack(source, into: target)) != nil { written = length }
        } else {
          let level = count > 0 ? Int(values?.pointee ?? 3) : 3
          written = try? Zstd.Packer(level: level).pack(source, into: target)
        }
        guard let written else {
          H5free_memory(output)
          return 0
        }
        H5free_memory(input)
        buffer.pointee = output
        bufferSize.pointee = length
        return written
      })
    return H5Zregister(&filter) >= 0
  }
}
