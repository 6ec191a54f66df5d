import Arrays
import Testing

@testable import Alignment

@Suite struct StepPlanTests {
  private struct Case: Decodable {
    let name: String
    let times: [Double]
    let values: [Float]
    let rate: Double
    let count: Int
    let linear: [Double]
    let nearest: [Double]
    let hold: [Double]
  }

  private func resampled(
    _ values: NumberArray, _ timeline: Timeline, _ policy: TimePolicy, count: Int,
    start: Double = 0, duration: Double? = nil, isWhole: Bool = true
  ) -> (values: NumberArray, plan: StepPlan) {
    let plan = StepPlan(
      policy, of: timeline, in: Clip(start: timeline.start, duration: timeline.duration),
      start: start, duration: duration ?? timeline.duration, count: count, isWhole: isWhole)
    return (plan.apply(to: values), plan)
  }

  private func regular(_ rate: Double, _ count: Int, start: Double = 0) throws -> Timeline {
    Timeline(start: try #require(Instant(seconds: start)), rate: rate, count: count)
  }

  /// Golden: numpy.interp and SciPy's interp1d; float32 values, interpolated in float64 and rounded
  /// once, so that linear agrees to half a unit in the last place.
  @Test func matchesNumpyAndSciPy() throws {
    for golden in try GoldenFile<Case>.read("streams").cases {
      let timeline = Timeline(Stamps(golden.times).instants)
      let values = NumberArray(golden.values, shape: [golden.times.count, 2])
      let nearest = resampled(
        values, timeline, .nearest(rate: golden.rate, tolerance: nil), count: golden.count)
      #expect(
        nearest.values.values(as: Double.self) == golden.nearest, "\(golden.name): nearest")
      let hold = resampled(
        values, timeline, .hold(rate: golden.rate, tolerance: nil), count: golden.count)
      #expect(hold.values.values(as: Double.self) == golden.hold, "\(golden.name): hold")
      let linear = resampled(
        values, timeline, .linear(rate: golden.rate, tolerance: nil), count: golden.count)
      for (found, wanted) in zip(linear.values.values(as: Double.self), golden.linear) {
        #expect(abs(found - wanted) <= 6e-8 * max(abs(wanted), 1), "\(golden.name): linear")
      }
    }
  }

  /// Whatever the type of the numbers: nothing is computed where a step is hit.
  @Test(arguments: ElementType.allCases)
  func itsOwnGridIsTheIdentity(type: ElementType) throws {
    var generator = SplitMix(state: 3)
    for (rate, count) in [(25.0, 50), (30, 41), (29.97, 37), (44_100, 200), (3, 17)] {
      let numbers = (0..<count * 3).map { _ in Float(Int.random(in: 0...250, using: &generator)) }
      let values = NumberArray(numbers, shape: [count, 3]).converted(to: type)
      let stamps = Stamps((0..<count).map { 12.75 + Double($0) / rate })
      for timeline in [try regular(rate, count, start: 12.75), Timeline(stamps.instants)] {
        for policy in [
          TimePolicy.nearest(rate: rate, tolerance: 0), .linear(rate: rate, tolerance: 0),
          .hold(rate: rate, tolerance: 0), .native,
        ] {
          let found = resampled(values, timeline, policy, count: count)
          #expect(found.values == values)
          #expect(found.plan.errors.largest == 0)
          #expect(found.plan.valid == [UInt8](repeating: 1, count: count))
        }
      }
    }
  }

  /// Property: a constant added to every clock changes no bit.
  @Test(arguments: [1000.0, -37.25, 86_400, 0.1])
  func shiftingAllClocksChangesNothing(shift: Double) throws {
    var generator = SplitMix(state: 11)
    for _ in 0..<40 {
      let count = Int.random(in: 5...60, using: &generator)
      let rate = Double.random(in: 5...200, using: &generator)
      let offset = Double(Int.random(in: 0...1000, using: &generator)) / 1000
      let times = (0..<count).map {
        ((Double($0) + Double.random(in: -0.3...0.3, using: &generator)) / rate * 1e6).rounded()
          / 1e6
      }
      let values = NumberArray(
        (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }, shape: [count, 1])
      func aligned(_ shift: Double) throws -> [NumberArray?] {
        let stamped = Timeline(Stamps(times.map { $0 + shift }).instants)
        let other = try regular(rate, count, start: offset + shift)
        guard let clip = Clip(overlapOf: [stamped, other]) else { return [nil] }
        return [
          TimePolicy.linear(rate: 31, tolerance: nil), .nearest(rate: 17, tolerance: 0.01),
          .hold(rate: 50, tolerance: 0.02), .sample(frames: 7), .native,
        ].flatMap { policy in
          [stamped, other].map { timeline in
            StepPlan(
              policy, of: timeline, in: clip, start: 0, duration: clip.duration, count: 7
            ).apply(to: values)
          }
        }
      }
      #expect(try aligned(0) == aligned(shift))
    }
  }

  /// Property: a smooth stream that is brought to another rate first, and to the grid then, is that
  /// brought to the grid at once. The tolerance is twice the error of linear interpolation of a sine
  /// of 1 Hz at 100 Hz: (2π · 0.01)² / 8.
  @Test func resamplingThenAligningIsAligningThenResampling() throws {
    let fine = try regular(200, 800, start: 3)
    let values = NumberArray(
      (0..<800).map { Float(sine(Double($0) / 200)) }, shape: [800, 1])
    let atOnce = resampled(values, fine, .linear(rate: 33, tolerance: nil), count: 120).values
    let middle = resampled(values, fine, .linear(rate: 100, tolerance: nil), count: 400).values
    let thenAligned = resampled(
      middle, try regular(100, 400, start: 3), .linear(rate: 33, tolerance: nil), count: 120)
    for (found, wanted) in zip(
      thenAligned.values.values(as: Double.self), atOnce.values(as: Double.self))
    {
      #expect(abs(found - wanted) < 0.001)
    }
  }

  private func sine(_ turns: Double) -> Double {
    // Bhaskara's approximation is smooth enough, and needs no library.
    let turn = turns - turns.rounded(.down)
    let half = turn < 0.5 ? turn * 2 : turn * 2 - 1
    let bow = 16 * half * (1 - half) / (5 - 4 * half * (1 - half))
    return turn < 0.5 ? bow : -bow
  }

  @Test func wholeNumbersAreRoundedToTheNearest() throws {
    let timeline = try regular(1, 2)
    for type in [ElementType.uint8, .int16, .uint16, .int32, .int64, .uint64] {
      let values = NumberArray([0, 10] as [Float], shape: [2]).converted(to: type)
      let found = resampled(values, timeline, .linear(rate: 8, tolerance: nil), count: 8).values
      #expect(found.type == type)
      #expect(found.values(as: Float.self) == [0, 1, 3, 4, 5, 6, 8, 9])
    }
    let half = NumberArray([Float16(1), 2], shape: [2])
    let found = resampled(half, timeline, .linear(rate: 4, tolerance: nil), count: 4).values
    #expect(found.type == .float16)
    #expect(found.values(as: Float.self) == [1, 1.25, 1.5, 1.75])
    let large = NumberArray([Int64.max, Int64.max], shape: [2])
    #expect(
      resampled(large, timeline, .linear(rate: 2, tolerance: nil), count: 2).values
        .values(as: Int64.self) == [.max, .max])
  }

  @Test func whatIsTooFarIsMaskedAndNotDropped() throws {
    let timeline = Timeline(Stamps([0, 0.1, 0.2, 0.9, 1.0]).instants)
    let values = NumberArray([1, 2, 3, 4, 5] as [Float], shape: [5, 1])
    for policy in [
      TimePolicy.nearest(rate: 10, tolerance: 0.06), .linear(rate: 10, tolerance: 0.06),
      .hold(rate: 10, tolerance: 0.06),
    ] {
      let found = resampled(values, timeline, policy, count: 11)
      #expect(found.values.values(as: Float.self) == [1, 2, 3, 0, 0, 0, 0, 0, 0, 4, 5])
      #expect(found.plan.valid == [1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1])
      #expect(found.plan.outOfTolerance == 6)
      #expect(found.plan.padded == 0)
      #expect(found.plan.errors.largest == 0)
    }
  }

  @Test func whatLiesOutsideOfTheRecordingIsPadding() throws {
    let timeline = try regular(10, 10)
    let values = NumberArray((0..<10).map { Int16($0 + 1) }, shape: [10])
    for policy in [
      TimePolicy.native, .nearest(rate: 10, tolerance: nil), .linear(rate: 10, tolerance: nil),
      .hold(rate: 10, tolerance: nil),
    ] {
      let found = resampled(
        values, timeline, policy, count: 4, start: 0.8, duration: 0.4, isWhole: false)
      #expect(found.values.values(as: Int16.self) == [9, 10, 0, 0])
      #expect(found.plan.valid == [1, 1, 0, 0])
      #expect(found.plan.padded == 2)
    }
    let beyond = resampled(
      values, timeline, .native, count: 4, start: 5, duration: 0.4, isWhole: false)
    #expect(beyond.values.values(as: Int16.self) == [0, 0, 0, 0])
    let frames = resampled(
      values, timeline, .sample(frames: 4), count: 4, start: 0.8, duration: 0.4, isWhole: false)
    #expect(frames.plan.valid == [1, 1, 0, 0])
  }

  /// t_k = (k + ½) · d / n, the frame that is shown then.
  @Test func framesAreTakenEvenlyOverTheClip() throws {
    let values = NumberArray((0..<30).map { UInt8($0) }, shape: [30])
    let found = resampled(values, try regular(30, 30), .sample(frames: 4), count: 4)
    #expect(found.values.values(as: Int64.self) == [3, 11, 18, 26])
    let stamped = Timeline(Stamps([0, 0.7, 0.8, 0.9]).instants)
    let few = NumberArray([1, 2, 3, 4] as [UInt8], shape: [4])
    #expect(
      resampled(few, stamped, .sample(frames: 2), count: 2, duration: 1).values
        .values(as: UInt8.self) == [1, 2])
  }

  @Test func theErrorOfTimeIsTheDistanceToWhatWasRecorded() throws {
    let timeline = try regular(10, 100)
    let values = NumberArray([Float](repeating: 0, count: 100), shape: [100])
    let nearest = resampled(values, timeline, .nearest(rate: 4, tolerance: nil), count: 4).plan
    #expect(abs(nearest.errors.largest - 0.05) < 1e-12)
    #expect(abs(nearest.errors.mean - 0.025) < 1e-12)
    let shifted = resampled(values, timeline, .native, count: 10, start: 0.53).plan
    #expect(abs(shifted.errors.largest - 0.03) < 1e-9)
  }

  /// Where a recording lost steps, its own ones do not fill the window: all but one, which rounding
  /// can ask for, are padding and not taken from before it.
  @Test func lostStepsAreLackingAtTheEnd() throws {
    let timeline = Timeline(Stamps([0, 0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9]).instants)
    let values = NumberArray((1...8).map { UInt8($0) }, shape: [8])
    let found = resampled(values, timeline, .native, count: 5, start: 0.5, duration: 0.5)
    #expect(found.values.values(as: UInt8.self) == [4, 5, 6, 7, 8])
    let more = resampled(values, timeline, .native, count: 10)
    #expect(more.values.values(as: UInt8.self) == [1, 2, 3, 4, 5, 6, 7, 8, 0, 0])
    #expect(more.plan.padded == 2)
  }

  @Test func stepsOutOfOrderAreFoundWhereTheyAre() throws {
    let stamps = Stamps([0, 0.2, 0.1, 0.3])
    let values = NumberArray([1, 3, 2, 4] as [Float], shape: [4])
    for policy in [TimePolicy.native, .linear(rate: 10, tolerance: nil)] {
      let plan = StepPlan(
        policy, of: Timeline(stamps.instants), steps: stamps.steps,
        in: Clip(start: stamps.instants[0], duration: 0.4), start: 0, duration: 0.4, count: 4)
      #expect(plan.apply(to: values).values(as: Float.self) == [1, 2, 3, 4])
    }
  }
}
