internal import CHDF5
internal import CZstd

/// The libraries that `mke` is linked with.
enum LibraryVersions {
  /// `1.14.5`
  static var hdf5: String {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    H5get_libversion(&major, &minor, &release)
    return "\(major).\(minor).\(release)"
  }

  static var zstd: String { String(cString: ZSTD_versionString()) }

  /// Where HDF5 itself, and so h5dump, looks for filters: `$HDF5_PLUGIN_PATH`, else what it was
  /// built with.
  static var hdf5PluginFolders: [String] {
    H5open()
    var count: UInt32 = 0
    guard H5PLsize(&count) >= 0 else { return [] }
    return (0..<count).compactMap { index in
      var buffer = [CChar](repeating: 0, count: 4096)
      guard H5PLget(index, &buffer, buffer.count) > 0 else { return nil }
      return buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
    }
  }

  /// The compiler that built this program, as far as it can tell.
  static var swift: String {
    #if compiler(>=6.5)
      "6.5 or newer"
    #elseif compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}
