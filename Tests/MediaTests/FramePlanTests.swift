import Diagnostics
import Testing

@testable import Media

@Suite struct FramePlanTests {
  private let clock = Clock(numerator: 1, denominator: 10)

  private func plan(
    _ stamps: [Int64], _ frames: FrameChoice, _ start: Double? = nil, _ stop: Double? = nil,
    most: Int = 1000
  ) throws -> [Int64] {
    let plan = try FramePlan(
      stamps, lastDuration: 1, clock: clock,
      options: VideoOptions(frames: frames, range: TimeRange(start: start, stop: stop)),
      most: most, path: "a")
    return zip(plan.wanted, plan.repeats).flatMap { [Int64](repeating: $0, count: $1) }
  }

  @Test func countTakesTheMiddleOfEachPart() throws {
    // 0 s to 1 s in 4 parts: 0.125, 0.375, 0.625, 0.875.
    #expect(try plan(Array(0..<10), .count(4)) == [1, 4, 6, 9])
    #expect(try plan([0, 5, 9], .count(4)) == [0, 0, 5, 9])
    // The first frame where none is shown yet.
    #expect(try plan([5, 6, 7], .count(2), 0, 0.8) == [5, 6])
    #expect(try plan([7], .count(3)) == [7, 7, 7])
  }

  @Test func rateTakesAGridFromTheStart() throws {
    #expect(try plan(Array(0..<10), .rate(5)) == [0, 2, 4, 6, 8])
    #expect(try plan([0, 1, 2], .rate(20)) == [0, 1, 1, 2, 2, 3].map { min($0, 2) }.sorted())
    #expect(try plan(Array(0..<10), .rate(2), 0.3, 0.9) == [3, 8])
  }

  @Test func allTakesTheRangeHalfOpen() throws {
    #expect(try plan(Array(0..<10), .all, 0.2, 0.5) == [2, 3, 4])
    #expect(try plan(Array(0..<10), .all) == Array(0..<10))
    #expect(throws: Diagnostic.self) { try plan([0, 9], .all, 0.2, 0.5) }
  }

  @Test func tooManyFramesAreRefusedBeforeAnythingIsDone() {
    for frames in [FrameChoice.all, .rate(1e6), .count(11)] {
      #expect(throws: Diagnostic.self) { try plan(Array(0..<11), frames, most: 10) }
    }
  }
}
