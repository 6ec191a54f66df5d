internal import CHDF5
internal import CZstd

/// The libraries that read and write shards.
public enum LibraryVersions {
  /// `1.14.5`
  public static var hdf5: String {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    H5get_libversion(&major, &minor, &release)
    return "\(major).\(minor).\(release)"
  }

  public static var zstd: String { String(cString: ZSTD_versionString()) }

  /// Where HDF5 itself, and so h5dump, looks for filters: `$HDF5_PLUGIN_PATH`, else what it was
  /// built with.
  public static var hdf5PluginFolders: [String] {
    H5open()
    var count: UInt32 = 0
    guard H5PLsize(&count) >= 0 else { return [] }
    return (0..<count).compactMap { index in
      var buffer = [CChar](repeating: 0, count: 4096)
      guard H5PLget(index, &buffer, buffer.count) > 0 else { return nil }
      return buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
    }
  }
}
