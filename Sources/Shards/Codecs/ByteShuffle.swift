/// HDF5's shuffle filter: the first bytes of all numbers, then their second bytes, ….
///
/// Neighbouring numbers of a smooth signal share their high bytes, which then stand side by side
/// and pack well.
enum ByteShuffle {
  /// Shuffles `input` into `output` of the same length.
  static func apply(
    _ input: UnsafeRawBufferPointer, elementSize: Int, into output: UnsafeMutableRawBufferPointer
  ) {
    let count = input.count / elementSize
    guard count > 0, let source = input.baseAddress, let target = output.baseAddress else { return }
    let from = source.assumingMemoryBound(to: UInt8.self)
    let to = target.assumingMemoryBound(to: UInt8.self)
    for byte in 0..<elementSize {
      let plane = to + byte * count
      var index = 0
      while index < count {
        plane[index] = from[index &* elementSize &+ byte]
        index &+= 1
      }
    }
    let whole = count * elementSize
    if whole < input.count {
      (target + whole).copyMemory(from: source + whole, byteCount: input.count - whole)
    }
  }

  /// Restores the numbers `range` out of `input`, which holds all of them shuffled.
  static func undo(
    _ input: UnsafeRawBufferPointer, elementSize: Int, range: Range<Int>,
    into output: UnsafeMutableRawBufferPointer
  ) {
    let planeLength = input.count / elementSize
    guard !range.isEmpty, let source = input.baseAddress, let target = output.baseAddress else {
      return
    }
    let start = source.assumingMemoryBound(to: UInt8.self) + range.lowerBound
    // Whole numbers are put together in registers: the compiler makes vector code of that.
    switch elementSize {
    case 2:
      undoPairs(start, start + planeLength, count: range.count, into: target)
    case 4:
      let planes = (
        start, start + planeLength, start + 2 * planeLength, start + 3 * planeLength
      )
      let numbers = target.assumingMemoryBound(to: UInt32.self)
      var index = 0
      while index < range.count {
        let low = UInt32(planes.0[index]) | UInt32(planes.1[index]) &<< 8
        let high = UInt32(planes.2[index]) | UInt32(planes.3[index]) &<< 8
        numbers[index] = low | high &<< 16
        index &+= 1
      }
    default:
      let bytes = target.assumingMemoryBound(to: UInt8.self)
      for byte in 0..<elementSize {
        let plane = start + byte * planeLength
        var index = 0
        while index < range.count {
          bytes[index &* elementSize &+ byte] = plane[index]
          index &+= 1
        }
      }
    }
  }

  /// Numbers of two bytes, sixteen at a time.
  private static func undoPairs(
    _ low: UnsafePointer<UInt8>, _ high: UnsafePointer<UInt8>, count: Int,
    into target: UnsafeMutableRawPointer
  ) {
    let (low, high) = (UnsafeRawPointer(low), UnsafeRawPointer(high))
    var index = 0
    while index &+ 16 <= count {
      var pairs = SIMD32<UInt8>()
      pairs.evenHalf = low.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
      pairs.oddHalf = high.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
      target.storeBytes(of: pairs, toByteOffset: 2 &* index, as: SIMD32<UInt8>.self)
      index &+= 16
    }
    while index < count {
      target.storeBytes(
        of: low.load(fromByteOffset: index, as: UInt8.self), toByteOffset: 2 &* index,
        as: UInt8.self)
      target.storeBytes(
        of: high.load(fromByteOffset: index, as: UInt8.self), toByteOffset: 2 &* index &+ 1,
        as: UInt8.self)
      index &+= 1
    }
  }
}
