public import Arrays

/// Which recorded steps the steps of an output come from.
///
/// A step that lies outside of the recording is padding; one that is farther than the tolerance from
/// what was recorded is out of tolerance. Both are zeros and not valid.
public struct StepPlan: Sendable, Equatable {
  /// Where one output step comes from.
  struct Pick: Sendable, Equatable {
    /// −1 where there is nothing.
    var lower: Int
    var upper: Int
    /// 0 is `lower` alone.
    var fraction: Double

    static let none = Pick(lower: -1, upper: -1, fraction: 0)
  }

  enum Picks: Sendable, Equatable {
    /// Neighbouring steps as they are; what is lacking at the end is padding.
    case run(Range<Int>)
    case each([Pick])
  }

  /// Output steps.
  public let count: Int
  let picks: Picks
  public let errors: TimeErrors
  /// Output steps outside of the recording.
  public let padded: Int
  public let outOfTolerance: Int

  /// 1 for every output step that stands for a recorded one.
  public var valid: [UInt8] {
    switch picks {
    case .run(let steps):
      [UInt8](repeating: 1, count: steps.count)
        + [UInt8](repeating: 0, count: count - steps.count)
    case .each(let picks): picks.map { $0.lower < 0 ? 0 : 1 }
    }
  }

  /// All steps of a recording as they are.
  public static func whole(_ count: Int) -> StepPlan {
    StepPlan(
      count: count, picks: .run(0..<count), errors: TimeErrors(), padded: 0, outOfTolerance: 0)
  }

  /// Nothing but padding.
  public static func padding(_ count: Int) -> StepPlan {
    StepPlan(
      count: count, picks: .run(0..<0), errors: TimeErrors(), padded: count, outOfTolerance: 0)
  }

  private init(
    count: Int, picks: Picks, errors: TimeErrors, padded: Int, outOfTolerance: Int
  ) {
    self.count = count
    self.picks = picks
    self.errors = errors
    self.padded = padded
    self.outOfTolerance = outOfTolerance
  }

  /// A plan for one window of one stream.
  ///
  /// - Parameters:
  ///   - timeline: the stream on the common clock.
  ///   - steps: which recorded step each of the timeline is; `nil` where they are the same.
  ///   - clip: what the window's times count from.
  ///   - start: of the window, seconds from the clip's start.
  ///   - duration: of the window, s.
  ///   - count: steps of the output.
  ///   - rate: of the steps of `native`, Hz, for a stream whose rate is only declared.
  ///   - isWhole: whether the streams cover the window, so that only rounding can lack a step.
  public init(
    _ policy: TimePolicy, of timeline: Timeline, steps: [Int]? = nil, in clip: Clip,
    start: Double, duration: Double, count: Int, rate: Double? = nil, isWhole: Bool = true
  ) {
    let origin = clip.start.seconds(since: timeline.start) + start
    var planner = Planner(timeline: timeline, tolerance: policy.tolerance)
    switch policy {
    case .native:
      self.init(
        native: timeline, steps, from: origin, count: count, rate: rate ?? timeline.rate,
        isWhole: isWhole)
      return
    case .nearest(let rate, _):
      planner.pick(count, at: { origin + Double($0) / rate }) { timeline, time in
        let nearest = timeline.nearest(time)
        return Pick(lower: nearest, upper: nearest, fraction: 0)
      }
    case .linear(let rate, _):
      planner.pick(count, at: { origin + Double($0) / rate }) { timeline, time in
        let place = timeline.place(time)
        guard place.lower >= 0 else { return Pick(lower: 0, upper: 0, fraction: 0) }
        return Pick(
          lower: place.lower, upper: place.fraction > 0 ? place.lower + 1 : place.lower,
          fraction: place.fraction)
      }
    case .hold(let rate, _):
      planner.pick(count, at: { origin + Double($0) / rate }) { timeline, time in
        let lower = timeline.place(time).lower
        return Pick(lower: lower, upper: lower, fraction: 0)
      }
    case .sample:
      let part = duration / Double(max(1, count))
      planner.pick(count, at: { origin + (Double($0) + 0.5) * part }) { timeline, time in
        let lower = max(0, timeline.place(time).lower)
        return Pick(lower: lower, upper: lower, fraction: 0)
      }
    }
    let picks = steps.map { steps in
      planner.picks.map { pick in
        pick.lower < 0
          ? pick
          : Pick(lower: steps[pick.lower], upper: steps[pick.upper], fraction: pick.fraction)
      }
    }
    self.init(
      count: count, picks: .each(picks ?? planner.picks), errors: planner.errors,
      padded: planner.padded, outOfTolerance: planner.outOfTolerance)
  }

  private init(
    native timeline: Timeline, _ steps: [Int]?, from origin: Double, count: Int, rate: Double?,
    isWhole: Bool
  ) {
    var first = timeline.nearest(origin)
    if timeline.isOutside(origin), origin > 0 { first = timeline.count }
    // Rounding alone may lack one step at the end, and then has one to spare at the start.
    if isWhole, first > 0, timeline.count - first < count { first -= 1 }
    let end = first + min(count, timeline.count - first)
    var errors = TimeErrors()
    for step in first..<end {
      // Where nobody declared a rate, the steps are where they are and only the start can be off.
      let wanted = rate.map { Double(step - first) / $0 }
      let passed = wanted ?? (timeline.time(of: step) - timeline.time(of: first))
      let error = abs(timeline.time(of: step) - origin - passed)
      errors.add(error <= timeline.slack ? 0 : error)
    }
    let picks: Picks =
      if let steps {
        .each(
          steps[first..<end].map { Pick(lower: $0, upper: $0, fraction: 0) }
            + [Pick](repeating: .none, count: count - (end - first)))
      } else {
        .run(first..<end)
      }
    self.init(
      count: count, picks: picks, errors: errors, padded: count - (end - first), outOfTolerance: 0)
  }

  /// Finds the picks of a grid and counts what is wrong with them.
  private struct Planner {
    let timeline: Timeline
    let tolerance: Double?
    var picks: [Pick] = []
    var errors = TimeErrors()
    var padded = 0
    var outOfTolerance = 0

    init(timeline: Timeline, tolerance: Double?) {
      self.timeline = timeline
      self.tolerance = tolerance
    }

    mutating func pick(
      _ count: Int, at time: (Int) -> Double, _ choose: (Timeline, Double) -> Pick
    ) {
      picks.reserveCapacity(count)
      for number in 0..<count {
        let time = time(number)
        guard timeline.count > 0, !timeline.isOutside(time) else {
          padded += 1
          picks.append(.none)
          continue
        }
        let pick = choose(timeline, time)
        guard pick.lower >= 0 else {
          padded += 1
          picks.append(.none)
          continue
        }
        var error = abs(time - timeline.time(of: pick.lower))
        if pick.upper != pick.lower {
          error = min(error, abs(timeline.time(of: pick.upper) - time))
        }
        if error <= timeline.slack { error = 0 }
        if let tolerance, error > tolerance + timeline.slack {
          outOfTolerance += 1
          picks.append(.none)
        } else {
          errors.add(error)
          picks.append(pick)
        }
      }
    }
  }
}

// MARK: Applying

extension StepPlan {
  /// The output steps of `source`, whose first axis is time; zeros where there is nothing.
  ///
  /// Steps are copied bit by bit; only where a step lies between two recorded ones are numbers
  /// computed, in float64, and rounded to the type of the source (whole numbers to the nearest, of
  /// two that are equally near the one farther from zero).
  ///
  /// - Precondition: the source has as many steps as the stream that the plan was made for.
  public func apply(to source: NumberArray) -> NumberArray {
    let rowShape = source.shape.dropFirst()
    let width = rowShape.reduce(1, *)
    let rowBytes = width * source.type.size
    let bytes = [UInt8](unsafeUninitializedCapacity: count * rowBytes) { target, filled in
      let target = UnsafeMutableRawBufferPointer(target)
      source.bytes.withUnsafeBytes { bytes in
        switch picks {
        case .run(let steps):
          let length = steps.count * rowBytes
          if length > 0 {
            target.copyMemory(
              from: UnsafeRawBufferPointer(
                rebasing: bytes[(steps.lowerBound * rowBytes)..<(steps.upperBound * rowBytes)]))
          }
          Self.clear(target, length..<(count * rowBytes))
        case .each(let picks):
          for (number, pick) in picks.enumerated() {
            let place = (number * rowBytes)..<((number + 1) * rowBytes)
            if pick.lower < 0 {
              Self.clear(target, place)
            } else if pick.fraction == 0 {
              target[place].copyBytes(
                from: bytes[(pick.lower * rowBytes)..<((pick.lower + 1) * rowBytes)])
            } else {
              Interpolation.blend(
                UnsafeRawBufferPointer(rebasing: bytes[(pick.lower * rowBytes)...]),
                UnsafeRawBufferPointer(rebasing: bytes[(pick.upper * rowBytes)...]),
                pick.fraction,
                into: UnsafeMutableRawBufferPointer(rebasing: target[place]), source.type,
                count: width)
            }
          }
        }
      }
      filled = count * rowBytes
    }
    return NumberArray(source.type, bytes, shape: [count] + rowShape)
  }

  private static func clear(_ target: UnsafeMutableRawBufferPointer, _ place: Range<Int>) {
    guard !place.isEmpty else { return }
    UnsafeMutableRawBufferPointer(rebasing: target[place]).initializeMemory(
      as: UInt8.self, repeating: 0)
  }
}
