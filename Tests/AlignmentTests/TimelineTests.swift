import Testing

@testable import Alignment

@Suite struct TimelineTests {
  private func instant(_ seconds: Double) throws -> Instant {
    try #require(Instant(seconds: seconds))
  }

  @Test func whatIsNoTimeIsNone() {
    for seconds in [Double.nan, .infinity, -.infinity, 1e12] {
      #expect(Instant(seconds: seconds) == nil)
    }
    #expect(Instant(seconds: 1.7e9) != nil)
  }

  /// Differences are exact, however far from zero: what 0.1 + 0.2 does not do.
  @Test(arguments: [0, 1000, -37.25, 86_400, 1e6])
  func differencesDoNotDependOnTheClock(shift: Double) throws {
    let generator = 0..<200
    for number in generator {
      let (first, second) = (Double(number) * 0.1, Double(number) * 0.37 + 0.01)
      let near = try instant(second).seconds(since: instant(first))
      let far = try instant(second + shift).seconds(since: instant(first + shift))
      #expect(near == far)
    }
  }

  @Test func aTimeFallsOnAStepOrBetweenTwo() throws {
    for timeline in [
      Timeline(start: try instant(5), rate: 10, count: 4),
      Timeline(try [5, 5.1, 5.2, 5.3].map(instant)),
    ] {
      #expect(timeline.place(-0.01) == .init(lower: -1, fraction: 0))
      #expect(timeline.place(0) == .init(lower: 0, fraction: 0))
      #expect(timeline.place(0.1) == .init(lower: 1, fraction: 0))
      #expect(timeline.place(0.3) == .init(lower: 3, fraction: 0))
      #expect(timeline.place(0.35) == .init(lower: 3, fraction: 0))
      #expect(timeline.place(99) == .init(lower: 3, fraction: 0))
      let between = timeline.place(0.175)
      #expect(between.lower == 1)
      #expect(abs(between.fraction - 0.75) < 1e-12)
      #expect(timeline.nearest(0.15) == 1)
      #expect(timeline.nearest(0.151) == 2)
      #expect(timeline.nearest(-3) == 0)
      #expect(timeline.nearest(3) == 3)
      #expect(abs(timeline.duration - 0.4) < 1e-12)
      #expect(!timeline.isOutside(0.39) && timeline.isOutside(0.4) && timeline.isOutside(-0.1))
    }
  }

  /// Thirds of a second in whole nanoseconds are a little off the grid, on either side.
  @Test func aGridOfThirdsHitsItsOwnStamps() throws {
    let timeline = Timeline(try (0..<90).map { try instant(Double($0) / 30) })
    for step in 0..<90 {
      #expect(timeline.place(Double(step) / 30) == .init(lower: step, fraction: 0))
    }
  }

  @Test func streamsOverlapFromTheLastStartToTheFirstEnd() throws {
    let early = Timeline(start: try instant(0), rate: 4, count: 20)
    let late = Timeline(start: try instant(1.5), rate: 10, count: 100)
    let clip = try #require(Clip(overlapOf: [early, late]))
    #expect(clip == Clip(start: try instant(1.5), duration: 3.5))
    #expect(Clip(overlapOf: []) == nil)
    #expect(
      Clip(overlapOf: [early, Timeline(start: try instant(6), rate: 1, count: 5)]) == nil)
  }
}

@Suite struct StampsTests {
  @Test func stampsInOrderStayAsTheyAre() {
    let stamps = Stamps([0, 0.5, 1.25])
    #expect(stamps.instants.map(\.nanoseconds) == [0, 500_000_000, 1_250_000_000])
    #expect(stamps.steps == nil)
    #expect(stamps.faults.isNone)
  }

  @Test func whatIsWrongWithStampsIsCountedAndMended() {
    let stamps = Stamps([1, .nan, 3, 2, 2, .infinity, 4, 3])
    #expect(stamps.instants.map(\.nanoseconds) == [1, 2, 3, 4].map { $0 * 1_000_000_000 })
    #expect(stamps.steps == [0, 3, 2, 6])
    #expect(stamps.faults.notFinite == 2)
    #expect(stamps.faults.unordered == 3)
    #expect(stamps.faults.duplicates == 2)
  }

  @Test func noneIsNone() {
    #expect(Stamps([]).instants.isEmpty)
    #expect(Stamps([.nan]).instants.isEmpty)
  }
}

@Suite struct WindowCutTests {
  private func cut(
    _ duration: Double, _ length: Double, hop: Double? = nil, take: WindowCut.Take = .all,
    step: Double = 0.1
  ) throws -> WindowCut {
    try #require(
      WindowCut(duration: duration, length: length, hop: hop ?? length, take: take, step: step))
  }

  @Test func windowsCoverTheClip() throws {
    #expect(try cut(10, 2).whole == 5)
    #expect(try cut(10, 2).hasRest == false)
    #expect(try cut(11, 2).whole == 5)
    #expect(try cut(11, 2).hasRest)
    #expect(try cut(10, 4, hop: 2).whole == 4)
    #expect(try cut(10, 4, hop: 2).start(3) == 6)
    #expect(try cut(1, 2).whole == 0)
    #expect(try cut(1, 2).hasRest)
    // Three tenths are no whole number of tenths in float64.
    #expect(try cut(0.3, 0.1, step: 0.01).whole == 3)
    #expect(try cut(0.3, 0.1, step: 0.01).hasRest == false)
  }

  @Test func lessThanHalfAStepIsNoRest() throws {
    #expect(try cut(10.04, 2).hasRest == false)
    #expect(try cut(10.06, 2).hasRest)
  }

  @Test func theFirstOrTheMiddleOneIsTakenAlone() throws {
    let first = try cut(11, 2, take: .first)
    #expect(first.whole == 1 && first.start(0) == 0 && !first.hasRest)
    let middle = try cut(10.3, 2, take: .middle)
    #expect(middle.whole == 1 && !middle.hasRest)
    // (10.3 − 2) / 2 = 4.15, at a step of the slowest stream.
    #expect(abs(middle.start(0) - 4.1) < 1e-12)
    #expect(try cut(1, 2, take: .middle).whole == 0)
    #expect(try cut(1, 2, take: .middle).hasRest)
  }

  @Test func aHopThatGivesMillionsIsRefused() {
    #expect(WindowCut(duration: 1e6, length: 1, hop: 1e-9, take: .all, step: 1) == nil)
  }

  @Test func stepsAreWholeNumbers() {
    #expect(WindowCut.steps(in: 5, at: 25) == 125)
    #expect(WindowCut.steps(in: 1.5, at: 1) == nil)
    #expect(WindowCut.steps(in: 1e300, at: 1e300) == nil)
    #expect(WindowCut.wholeSteps(in: 0.3, at: 10) == 3)
    #expect(WindowCut.wholeSteps(in: 0.39, at: 10) == 3)
  }
}
