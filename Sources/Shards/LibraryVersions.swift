import HDF5Files

/// The libraries that read and write shards.
public enum LibraryVersions {
  /// `1.14.5`
  public static var hdf5: String { HDF5Library.version }

  public static var zstd: String { Zstd.version }

  /// Where HDF5 itself, and so h5dump, looks for filters: `$HDF5_PLUGIN_PATH`, else what it was
  /// built with.
  public static var hdf5PluginFolders: [String] { HDF5Library.pluginFolders }
}
