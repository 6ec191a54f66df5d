import Arrays
import Testing

@testable import Shards

@Suite struct ColumnTests {
  @Test func numbersConvertAndClamp() {
    let reals = Column([-1.7, 0.5, 300, 2.9, .nan, .infinity, -1e300], count: 7)
    #expect(reals.values(as: UInt8.self) == [0, 0, 255, 2, 0, 255, 0])
    #expect(reals.values(as: Int32.self) == [-1, 0, 300, 2, 0, .max, .min])
    #expect(Column([Int64.max, -5], count: 2).values(as: UInt64.self) == [1 << 63 - 1, 0])
    #expect(Column([Int64.max, -5], count: 2).values(as: Int16.self) == [.max, -5])
    #expect(Column([UInt8(1), 255], count: 2).values(as: Float.self) == [1, 255])
    #expect(Column([Float(0.25)], count: 1).values(as: Double.self) == [0.25])
    #expect(Column([Int32(7), -7], count: 2).values(as: Int32.self) == [7, -7])
  }

  @Test func textsAndNumbersStayApart() {
    #expect(Column(texts: ["a"]).values(as: Float.self) == [])
    #expect(Column([Float(1)], count: 1).texts == [])
  }
}

@Suite struct ByteShuffleTests {
  @Test(arguments: [1, 2, 4, 8])
  func anyRangeIsRestored(_ size: Int) {
    var generator = SplitMix64(seed: UInt64(size))
    let count = 77
    let bytes = (0..<(count * size)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    var shuffled = bytes.map { _ in UInt8(0) }
    bytes.withUnsafeBytes { input in
      shuffled.withUnsafeMutableBytes { ByteShuffle.apply(input, elementSize: size, into: $0) }
    }
    for index in 0..<count {
      for byte in 0..<size {
        #expect(shuffled[byte * count + index] == bytes[index * size + byte])
      }
    }
    for range in [0..<count, 0..<0, 5..<6, 13..<70, 64..<77] {
      var restored = [UInt8](repeating: 0, count: range.count * size)
      shuffled.withUnsafeBytes { input in
        restored.withUnsafeMutableBytes {
          ByteShuffle.undo(input, elementSize: size, range: range, into: $0)
        }
      }
      #expect(restored == Array(bytes[(range.lowerBound * size)..<(range.upperBound * size)]))
    }
  }
}
