import Foundation
import Inspection
import Testing

@Suite struct RunningStatisticsTests {
  @Test func blocksGiveWhatAllValuesGive() throws {
    let values = (0..<1000).map { sin(Double($0)) * 3 + 1e6 }
    var whole = RunningStatistics()
    whole.add(values)
    var parts = RunningStatistics()
    for start in stride(from: 0, to: 1000, by: 77) {
      parts.add(Array(values[start..<min(1000, start + 77)]))
    }
    let mean = values.reduce(0, +) / 1000
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    #expect(parts.count == 1000)
    #expect(parts.minimum == values.min() && parts.maximum == values.max())
    // Rounding of a sum of a thousand doubles near a million.
    #expect(abs(parts.mean - mean) < 1e-8 && abs(whole.mean - mean) < 1e-8)
    #expect(abs(try #require(parts.deviation) - (squares / 1000).squareRoot()) < 1e-8)
  }

  @Test func columnsAreTakenByStride() {
    var second = RunningStatistics()
    second.add([1, 10, 2, 20, 3, 30], from: 1, stride: 2)
    #expect(second.count == 3 && second.mean == 20 && second.minimum == 10)
  }

  @Test func whatIsNotFiniteIsCountedAndLeftOut() {
    var statistics = RunningStatistics()
    statistics.add([1, .nan, 3, .infinity])
    #expect(statistics.notFinite == 2 && statistics.count == 2 && statistics.mean == 2)
  }

  @Test func nothingHasNoMeanAndNoDeviation() throws {
    let empty = RunningStatistics()
    #expect(empty.deviation == nil && empty.minimum == nil)
    let json = String(decoding: try JSONEncoder().encode(empty), as: UTF8.self)
    #expect(!json.contains("mean") && !json.contains("std"))
  }
}
