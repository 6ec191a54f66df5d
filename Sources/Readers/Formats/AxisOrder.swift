public import Arrays

/// In which order the axes of a MATLAB array come.
///
/// MATLAB runs through its first axis fastest, everything else through its last one: the same bytes
/// are an array with its axes the other way round.
public enum AxisOrder: Sendable, Hashable {
  /// As MATLAB names them: `A(i, j, k)` is at `[i − 1, j − 1, k − 1]`, as scipy.io shows it.
  case matlab
  /// The other way round: `A(i, j, k)` is at `[k − 1, j − 1, i − 1]`, as h5py shows it.
  case reversed
}

extension NumberArray {
  /// The array with its axes the other way round: the number at `[i, j, k]` goes to `[k, j, i]`.
  public func axesReversed() -> NumberArray {
    let turned = Array(shape.reversed())
    // Nothing moves where fewer than two axes have a length.
    guard shape.count(where: { $0 > 1 }) > 1, !bytes.isEmpty else { return reshaped(turned) }
    let result = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, filled in
      bytes.withUnsafeBytes { source in
        let target = UnsafeMutableRawBufferPointer(buffer)
        switch type.size {
        case 1: AxisReversal.copy(source, into: target, shape, as: UInt8.self)
        case 2: AxisReversal.copy(source, into: target, shape, as: UInt16.self)
        case 4: AxisReversal.copy(source, into: target, shape, as: UInt32.self)
        default: AxisReversal.copy(source, into: target, shape, as: UInt64.self)
        }
      }
      filled = bytes.count
    }
    return NumberArray(type, result, shape: turned)
  }
}

private enum AxisReversal {
  /// Places of the first and the last axis that are moved together, so that both sides are read and
  /// written by lines of the cache.
  static let tile = 32

  static func copy<Word: FixedWidthInteger & BitwiseCopyable>(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, _ shape: [Int],
    as type: Word.Type
  ) {
    let size = MemoryLayout<Word>.size
    let rank = shape.count
    // Steps in numbers: `steps[axis]` in the source, `turned[axis]` in the target.
    var steps = [Int](repeating: 1, count: rank)
    var turned = [Int](repeating: 1, count: rank)
    for axis in 1..<rank {
      steps[rank - 1 - axis] = steps[rank - axis] * shape[rank - axis]
      turned[axis] = turned[axis - 1] * shape[axis - 1]
    }
    let (rows, columns) = (shape[0], shape[rank - 1])
    let (rowStep, columnStep) = (steps[0], turned[rank - 1])
    var place = [Int](repeating: 0, count: rank)
    while true {
      var (from, to) = (0, 0)
      for axis in 1..<(rank - 1) {
        from += place[axis] * steps[axis]
        to += place[axis] * turned[axis]
      }
      for firstRow in stride(from: 0, to: rows, by: tile) {
        for firstColumn in stride(from: 0, to: columns, by: tile) {
          for column in firstColumn..<min(firstColumn + tile, columns) {
            for row in firstRow..<min(firstRow + tile, rows) {
              let word = source.loadUnaligned(
                fromByteOffset: (from &+ row &* rowStep &+ column) &* size, as: Word.self)
              target.storeBytes(
                of: word, toByteOffset: (to &+ column &* columnStep &+ row) &* size, as: Word.self)
            }
          }
        }
      }
      // The next place of the axes in between.
      var axis = rank - 2
      while axis > 0 {
        place[axis] += 1
        if place[axis] < shape[axis] { break }
        place[axis] = 0
        axis -= 1
      }
      if axis <= 0 { return }
    }
  }
}
