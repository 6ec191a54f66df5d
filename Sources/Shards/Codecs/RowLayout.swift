import HDF5Files

/// How shards lay out and pack the rows of a data set.
extension HDF5Dataset.Layout {
  /// - Parameter isShuffled: whether numbers are byte-shuffled before they are packed.
  init(
    cell: CellType, shape: [Int], rowsPerChunk: Int, compression: Compression, isShuffled: Bool
  ) {
    self.init(
      cell: cell, shape: shape, rowsPerChunk: rowsPerChunk,
      filters: (isShuffled ? [.shuffle] : []) + Self.filters(of: compression))
  }

  /// Whether numbers are byte-shuffled before they are packed.
  var isShuffled: Bool { filters.first == .shuffle }

  /// `nil` when the rows are packed as no shard is.
  var compression: Compression? {
    let rest = isShuffled ? filters.dropFirst() : filters[...]
    return switch (rest.count, rest.first, rest.last) {
    case (1, .zstd, _): .zstd
    case (2, .deflate, .fletcher32): .gzip
    case (1, .fletcher32, _): Compression.none
    default: nil
    }
  }

  private static func filters(of compression: Compression) -> [HDF5Filter] {
    switch compression {
    case .zstd: [.zstd(level: UInt32(Compression.zstdLevel))]
    case .gzip: [.deflate(level: Compression.gzipLevel), .fletcher32]
    case .none: [.fletcher32]
    }
  }
}

extension HDF5Dataset {
  /// Opens a data set of a shard.
  ///
  /// - Returns: the data set and the number of its rows.
  /// - Throws: `HDF5Error`, or `Unusable` when it is not laid out as this module does.
  static func openRows(
    _ path: String, in file: HDF5File
  ) throws -> (dataset: HDF5Dataset, rows: Int) {
    let opened = try open(path, in: file)
    guard opened.dataset.layout.compression != nil else {
      throw Unusable(
        message: "is packed by filters \(opened.dataset.layout.filters), not as shards are")
    }
    return opened
  }
}
