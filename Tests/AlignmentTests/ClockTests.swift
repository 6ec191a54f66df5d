import Testing

@testable import Alignment

@Suite struct ClockTests {
  private struct Case: Decodable {
    let name: String
    let reference: [Double]
    let times: [Double]
    let offset: Double
    let drift: Double
    let offsetError: Double
    let driftError: Double
  }

  /// Golden: scipy.stats.linregress, which fits the times themselves and so loses digits of the
  /// drift: tolerances are a millionth of the standard errors and those lost digits.
  @Test func matchesLinearRegression() throws {
    for golden in try GoldenFile<Case>.read("clocks").cases {
      let fit = try #require(ClockFit(reference: golden.reference, times: golden.times))
      let offsetError = try #require(fit.offsetError)
      let driftError = try #require(fit.driftError)
      #expect(abs(fit.offset - golden.offset) < 1e-6 * golden.offsetError + 1e-7, "\(golden.name)")
      #expect(abs(fit.drift - golden.drift) < 1e-6 * golden.driftError + 1e-9, "\(golden.name)")
      #expect(abs(offsetError / golden.offsetError - 1) < 1e-4, "\(golden.name)")
      #expect(abs(driftError / golden.driftError - 1) < 1e-4, "\(golden.name)")
    }
  }

  @Test func oneEventTellsTheOffsetAndNoneTellsNothing() throws {
    let fit = try #require(ClockFit(reference: [10], times: [12.5]))
    #expect(fit.clock == Clock(offset: 2.5, drift: 0))
    #expect(fit.offsetError == nil && fit.driftError == nil)
    let together = try #require(ClockFit(reference: [10, 10], times: [12, 13]))
    #expect(together.clock == Clock(offset: 2.5, drift: 0))
    #expect(together.driftError == nil && together.offsetError != nil)
    #expect(together.largestResidual == 0.5)
    #expect(ClockFit(reference: [], times: []) == nil)
    #expect(ClockFit(reference: [1, .nan], times: [1, 2]) == nil)
    // A clock that runs backwards is none.
    #expect(ClockFit(reference: [0, 1], times: [0, -1]) == nil)
  }

  /// The clock shows offset + (1 + drift) · t when the common one shows t.
  @Test func aClockThatIsAheadAndFastIsPutBack() throws {
    let clock = Clock(offset: 2, drift: 0.001)
    for time in [0.0, 10, 1000] {
      let shown = try #require(Instant(seconds: 2 + 1.001 * time))
      let common = try #require(clock.common(shown))
      #expect(abs(Double(common.nanoseconds) / 1e9 - time) < 2e-9)
    }
    let start = try #require(Instant(seconds: 3.001))
    let timeline = try #require(clock.common(Timeline(start: start, rate: 100, count: 200)))
    #expect(timeline.start == Instant(seconds: 1))
    #expect(abs((timeline.rate ?? 0) - 100.1) < 1e-9)
    #expect(abs(timeline.duration - 2 / 1.001) < 1e-9)
  }

  @Test func stampsAreMovedAndDrawnTogether() throws {
    let stamps = Stamps([2, 2.5, 4])
    let timeline = try #require(Clock(offset: 1, drift: 1).common(Timeline(stamps.instants)))
    #expect(timeline.start == Instant(seconds: 0.5))
    #expect(timeline.offsets == [0, 0.25, 1])
  }

  @Test func aClockBeyondAllTimesIsRefused() throws {
    let start = try #require(Instant(seconds: 4e9))
    let timeline = Timeline(start: start, rate: 1, count: 1)
    #expect(Clock(offset: -4e9, drift: 0).common(timeline) == nil)
    #expect(Clock(offset: 0, drift: -0.99).common(timeline) == nil)
    #expect(Clock(offset: 0, drift: -1).common(timeline) == nil)
    #expect(Clock(offset: .nan, drift: 0).common(timeline) == nil)
  }
}
