import HDF5Files

/// What unpacks chunks, with buffers that are used again; for one thread at a time.
final class Unpacking {
  private let unpacker: Zstd.Unpacker
  private var frame = Scratch()
  private var chunk = Scratch()

  init() throws { unpacker = try Zstd.Unpacker() }

  /// Unpacks the rows `rows` of the chunk at `place` into the start of `output`. Where a whole chunk
  /// fits into `output`, more than the rows may be written, which saves a copy.
  func unpack(
    _ place: HDF5Dataset.Chunk, _ layout: HDF5Dataset.Layout, rows: Range<Int>,
    from file: ReadableFile, into output: UnsafeMutableRawBufferPointer
  ) throws {
    // A frame is never larger than this; what says so is damaged and must not be believed.
    guard place.size <= Zstd.bound(layout.chunkBytes) else {
      throw ReadFault(message: "a chunk of \(layout.chunkBytes) bytes claims \(place.size) packed")
    }
    let packed = frame.bytes(place.size)
    try file.read(into: packed, at: place.offset)
    let source = UnsafeRawBufferPointer(packed)
    if !layout.isShuffled, rows.lowerBound == 0, output.count >= layout.chunkBytes {
      try unpacker.unpack(
        source, into: UnsafeMutableRawBufferPointer(rebasing: output[..<layout.chunkBytes]))
      return
    }
    let whole = chunk.bytes(layout.chunkBytes)
    try unpacker.unpack(source, into: whole)
    let target = UnsafeMutableRawBufferPointer(
      rebasing: output[..<(rows.count * layout.rowBytes)])
    if layout.isShuffled {
      let numbers = layout.rowBytes / layout.cell.size
      ByteShuffle.undo(
        UnsafeRawBufferPointer(whole), elementSize: layout.cell.size,
        range: (rows.lowerBound * numbers)..<(rows.upperBound * numbers), into: target)
    } else {
      let start = rows.lowerBound * layout.rowBytes
      target.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: whole[start..<(start + target.count)]))
    }
  }

  /// Memory that grows and is kept.
  private struct Scratch: ~Copyable {
    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    deinit { memory.deallocate() }

    mutating func bytes(_ count: Int) -> UnsafeMutableRawBufferPointer {
      if memory.count < count {
        memory.deallocate()
        memory = .allocate(byteCount: count, alignment: 64)
      }
      return UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
    }
  }
}
