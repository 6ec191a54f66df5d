import HDF5Files

/// The rows of one data set of an open shard.
final class DatasetReader: Sendable {
  private enum Source {
    /// Zstandard frames, which we read and unpack past HDF5, on any thread.
    case frames([HDF5Dataset.Chunk])
    /// HDF5 unpacks and verifies, one thread at a time.
    case library(HDF5Dataset)
  }

  let path: String
  let layout: HDF5Dataset.Layout
  let rows: Int
  private let source: Source

  init(_ path: String, in file: HDF5File) throws {
    let (dataset, rows) = try HDF5Dataset.openRows(path, in: file)
    self.path = path
    self.rows = rows
    layout = dataset.layout
    source =
      dataset.layout.compression == .zstd
      ? .frames(try dataset.chunks(rows: rows)) : .library(dataset)
  }

  /// Whether HDF5 must keep the file open.
  var needsLibrary: Bool { if case .library = source { true } else { false } }

  /// Where the packed chunks stand; empty when HDF5 reads them.
  var packedChunks: [HDF5Dataset.Chunk] {
    if case .frames(let chunks) = source { chunks } else { [] }
  }

  /// Reads rows as the bytes of their numbers or texts.
  func bytes(
    _ rows: Range<Int>, from file: ReadableFile, with unpacking: Unpacking
  ) throws -> [UInt8] {
    guard rows.lowerBound >= 0, rows.upperBound <= self.rows else {
      throw ReadFault(message: "rows \(rows) of \(self.rows)")
    }
    let byteCount = rows.count * layout.rowBytes
    guard byteCount > 0 else { return [] }
    // Room for the whole last chunk, so that it can be unpacked in place.
    let isChunk = rows.lowerBound % layout.rowsPerChunk == 0 && rows.count <= layout.rowsPerChunk
    let capacity = isChunk ? max(byteCount, layout.chunkBytes) : byteCount
    return try [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      // The capacity may be larger than asked for.
      let output = UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[..<capacity])
      switch source {
      case .library(let dataset):
        try dataset.read(
          rows, into: UnsafeMutableRawBufferPointer(rebasing: output[..<byteCount]))
      case .frames(let chunks):
        try unpack(rows, chunks, from: file, with: unpacking, into: output)
      }
      count = byteCount
    }
  }

  private func unpack(
    _ rows: Range<Int>, _ chunks: [HDF5Dataset.Chunk], from file: ReadableFile,
    with unpacking: Unpacking, into output: UnsafeMutableRawBufferPointer
  ) throws {
    var row = rows.lowerBound
    while row < rows.upperBound {
      let chunk = row / layout.rowsPerChunk
      let start = chunk * layout.rowsPerChunk
      let end = min(start + layout.rowsPerChunk, rows.upperBound)
      try unpacking.unpack(
        chunks[chunk], layout, rows: (row - start)..<(end - start), from: file,
        into: UnsafeMutableRawBufferPointer(
          rebasing: output[((row - rows.lowerBound) * layout.rowBytes)...]))
      row = end
    }
  }
}
