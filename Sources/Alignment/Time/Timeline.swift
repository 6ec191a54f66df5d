/// When the steps of a stream are, on one clock.
///
/// A stream is regular, with a rate, or stamped, every step with a time of its own. A step lasts
/// until the next one; the last of a stamped stream lasts as long as the median one.
public struct Timeline: Sendable, Equatable {
  /// A time this near a step, in steps, is the time of that step: grids in float64 hit each other.
  static let snap = 1e-6
  /// Stamps are whole nanoseconds; a grid of thirds of a second misses them by less than this.
  private static let stampSnap = 2e-9

  /// Of step 0.
  public let start: Instant
  /// Steps.
  public let count: Int
  /// Hz, of a regular stream.
  public let rate: Double?
  /// Of a stamped stream: seconds from `start` to every step, ascending.
  public let offsets: [Double]?
  /// Seconds from one step to the next; of a stamped stream the median, 0 where it has one step.
  public let interval: Double

  /// A regular stream.
  ///
  /// - Precondition: the rate is positive and finite.
  public init(start: Instant, rate: Double, count: Int) {
    precondition(rate > 0 && rate.isFinite, "a rate of \(rate) Hz")
    self.start = start
    self.rate = rate
    self.count = count
    offsets = nil
    interval = 1 / rate
  }

  /// A stamped stream.
  ///
  /// - Precondition: at least one stamp, each later than the one before.
  public init(_ stamps: [Instant]) {
    precondition(!stamps.isEmpty, "no stamps")
    let first = stamps[0]
    self.init(start: first, offsets: stamps.map { $0.seconds(since: first) })
  }

  init(start: Instant, offsets: [Double]) {
    self.start = start
    self.offsets = offsets
    count = offsets.count
    rate = nil
    interval = Self.median(zip(offsets.dropFirst(), offsets).map { $0 - $1 }) ?? 0
  }

  init(start: Instant, rate: Double?, offsets: [Double]?, count: Int, interval: Double) {
    self.start = start
    self.rate = rate
    self.offsets = offsets
    self.count = count
    self.interval = interval
  }

  /// The middle value, the mean of two where their number is even; `nil` of none.
  public static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// Seconds from the first step to the end of the last.
  public var duration: Double {
    if let rate { return Double(count) / rate }
    return (offsets?.last ?? 0) + interval
  }

  /// Seconds from the first step to step `number`.
  func time(of number: Int) -> Double {
    if let offsets { return offsets[number] }
    return rate.map { Double(number) / $0 } ?? 0
  }

  /// Where a time falls between the steps.
  struct Place: Equatable {
    /// The last step at or before it; −1 before the first one.
    var lower: Int
    /// How far on the way to the next step, 0 ..< 1; 0 past the last one.
    var fraction: Double
  }

  /// - Parameter time: seconds since `start`.
  func place(_ time: Double) -> Place {
    if let offsets { return place(time, among: offsets) }
    guard let rate, count > 0 else { return Place(lower: -1, fraction: 0) }
    let position = time * rate
    let nearest = position.rounded()
    guard nearest >= 0 else { return Place(lower: -1, fraction: 0) }
    if nearest >= Double(count) { return Place(lower: count - 1, fraction: 0) }
    let step = Int(nearest)
    if abs(position - nearest) <= Self.snap { return Place(lower: step, fraction: 0) }
    let lower = position < nearest ? step - 1 : step
    guard lower >= 0, lower < count - 1 else {
      return Place(lower: min(lower, count - 1), fraction: 0)
    }
    return Place(lower: lower, fraction: position - Double(lower))
  }

  private func place(_ time: Double, among offsets: [Double]) -> Place {
    let slack = slack
    // The first step after it.
    var low = 0
    var high = offsets.count
    while low < high {
      let middle = (low + high) / 2
      if offsets[middle] <= time + slack { low = middle + 1 } else { high = middle }
    }
    let lower = low - 1
    guard lower >= 0, low < offsets.count, time - offsets[lower] > slack else {
      return Place(lower: lower, fraction: 0)
    }
    return Place(
      lower: lower, fraction: (time - offsets[lower]) / (offsets[low] - offsets[lower]))
  }

  /// Seconds within which two times are one.
  var slack: Double { max(offsets == nil ? 0 : Self.stampSnap, Self.snap * interval) }

  /// The step nearest to a time, the earlier of two that are equally near.
  func nearest(_ time: Double) -> Int {
    let place = place(time)
    guard place.lower >= 0 else { return 0 }
    guard place.fraction > 0 else { return place.lower }
    let before = time - self.time(of: place.lower)
    let after = self.time(of: place.lower + 1) - time
    return after < before - slack ? place.lower + 1 : place.lower
  }

  /// Whether a time lies after the end of the last step, or before the first.
  func isOutside(_ time: Double) -> Bool {
    time < -slack || time >= max(duration - slack, slack)
  }
}

/// What all streams of a recording have in common.
public struct Clip: Sendable, Equatable {
  public var start: Instant
  /// Seconds; 0 where the last stream starts when the first one ends.
  public var duration: Double

  public init(start: Instant, duration: Double) {
    self.start = start
    self.duration = duration
  }

  /// From the latest start to the earliest end; `nil` where the streams have no time in common, or
  /// there is none.
  public init?(overlapOf timelines: [Timeline]) {
    guard let start = timelines.map(\.start).max() else { return nil }
    let ends = timelines.map { $0.start.seconds(since: start) + $0.duration }
    guard let end = ends.min(), end >= 0 else { return nil }
    self.init(start: start, duration: end)
  }
}

extension Timeline {
  /// The steps from the one nearest to the start of a clip up to its end.
  public func steps(in clip: Clip) -> Int {
    let origin = clip.start.seconds(since: start)
    let first = nearest(origin)
    let end = origin + clip.duration
    let last = place(end).lower
    let isBefore = last >= 0 && time(of: last) < end - slack
    return max(0, last + (isBefore ? 1 : 0) - first)
  }
}
