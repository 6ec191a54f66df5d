import HDF5Files

/// Fills one data set, chunk by chunk, and holds no more than one chunk.
final class RowWriter {
  private let dataset: HDF5Dataset
  private let packing: Packing
  private var pending: [UInt8] = []
  private var rows = 0

  init(_ dataset: HDF5Dataset, packing: Packing) {
    self.dataset = dataset
    self.packing = packing
  }

  /// Rows handed over so far.
  var rowCount: Int { rows + pending.count / dataset.layout.rowBytes }

  /// Adds whole rows.
  func append(_ bytes: UnsafeRawBufferPointer) throws {
    let chunkBytes = dataset.layout.chunkBytes
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(chunkBytes - pending.count))
      rest = rest.dropFirst(piece.count)
      if piece.count == chunkBytes {
        try write(piece)
      } else {
        pending.append(contentsOf: piece)
        if pending.count == chunkBytes { try flush() }
      }
    }
  }

  /// Writes what is left, as a chunk that is filled up with zeros.
  func finish() throws {
    if !pending.isEmpty { try flush() }
  }

  private func flush() throws {
    try pending.withUnsafeBytes { try write($0) }
    pending.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws {
    let start = rows
    rows += bytes.count / dataset.layout.rowBytes
    try dataset.setRowCount(rows)
    if dataset.layout.compression == .zstd {
      try packing.withFrame(of: bytes, dataset.layout) { try dataset.writePacked($0, atRow: start) }
    } else {
      try dataset.write(bytes, atRow: start)
    }
  }
}

/// What packs chunks, with buffers that are used again; for one thread at a time.
final class Packing {
  private let packer: Zstd.Packer
  private var whole: [UInt8] = []
  private var shuffled: [UInt8] = []
  private var frame: [UInt8] = []

  init() throws { packer = try Zstd.Packer(level: Compression.zstdLevel) }

  /// Packs the rows in `bytes`, filled up with zeros to a chunk.
  func withFrame(
    of bytes: UnsafeRawBufferPointer, _ layout: HDF5Dataset.Layout,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    if bytes.count < layout.chunkBytes {
      whole.removeAll(keepingCapacity: true)
      whole.append(contentsOf: bytes)
      whole.append(contentsOf: repeatElement(0, count: layout.chunkBytes - bytes.count))
      try whole.withUnsafeBytes { try withFrame(ofChunk: $0, layout, body) }
    } else {
      try withFrame(ofChunk: bytes, layout, body)
    }
  }

  private func withFrame(
    ofChunk chunk: UnsafeRawBufferPointer, _ layout: HDF5Dataset.Layout,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard layout.isShuffled else { return try pack(chunk, body) }
    if shuffled.count != chunk.count { shuffled = [UInt8](repeating: 0, count: chunk.count) }
    shuffled.withUnsafeMutableBytes {
      ByteShuffle.apply(chunk, elementSize: layout.cell.size, into: $0)
    }
    try shuffled.withUnsafeBytes { try pack($0, body) }
  }

  private func pack(
    _ chunk: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let bound = Zstd.bound(chunk.count)
    if frame.count < bound { frame = [UInt8](repeating: 0, count: bound) }
    let length = try frame.withUnsafeMutableBytes { try packer.pack(chunk, into: $0) }
    try frame.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<length])) }
  }
}
