/// How a clock differs from the common one: it shows `offset + (1 + drift) · t` when the common
/// clock shows `t`, both in seconds.
///
/// A stream's time t′ therefore becomes t = (t′ − offset) / (1 + drift). A positive offset means
/// that the clock is ahead, a positive drift that it runs fast.
public struct Clock: Sendable, Hashable {
  /// Seconds.
  public var offset: Double
  /// Seconds per second.
  public var drift: Double

  public static let common = Clock(offset: 0, drift: 0)

  public init(offset: Double, drift: Double) {
    self.offset = offset
    self.drift = drift
  }

  /// What the common clock shows when this one shows `instant`; `nil` beyond 146 years, and for a
  /// clock that stands still.
  public func common(_ instant: Instant) -> Instant? {
    guard let offset = Instant(seconds: offset), drift > -1 else { return nil }
    // Both are below 2^62.
    let difference = instant.nanoseconds &- offset.nanoseconds
    guard drift != 0 else {
      return difference.magnitude < 1 << 62 ? Instant(nanoseconds: difference) : nil
    }
    return Instant(wholeNanoseconds: (Double(difference) / (1 + drift)).rounded())
  }

  /// A stream of this clock on the common one.
  public func common(_ timeline: Timeline) -> Timeline? {
    guard self != .common else { return timeline }
    guard let start = common(timeline.start) else { return nil }
    guard drift != 0 else {
      return Timeline(
        start: start, rate: timeline.rate, offsets: timeline.offsets, count: timeline.count,
        interval: timeline.interval)
    }
    if let rate = timeline.rate {
      let corrected = rate * (1 + drift)
      guard corrected > 0, corrected.isFinite else { return nil }
      return Timeline(start: start, rate: corrected, count: timeline.count)
    }
    return Timeline(
      start: start, offsets: (timeline.offsets ?? []).map { $0 / (1 + drift) })
  }
}

/// A clock estimated from events that were seen on it and on the common clock, by ordinary least
/// squares: t′ = offset + (1 + drift) · t.
///
/// Standard errors are those of simple linear regression (Draper and Smith, "Applied Regression
/// Analysis", section 1.4), with n − 2 degrees of freedom. One event, or events that are all at one
/// time, give the offset alone.
public struct ClockFit: Sendable, Hashable, Codable {
  public var events: Int
  public var offset: Double
  public var drift: Double
  /// Seconds; `nil` where there are too few events to tell.
  public var offsetError: Double?
  /// Seconds per second; `nil` where there are too few events to tell.
  public var driftError: Double?
  /// Root of the mean squared residual, s.
  public var deviation: Double
  /// Largest residual, s.
  public var largestResidual: Double

  public var clock: Clock { Clock(offset: offset, drift: drift) }

  /// - Parameters:
  ///   - reference: times of the events on the common clock, s.
  ///   - times: of the same events on this clock, s.
  /// - Returns: `nil` without an event, and where a time is not finite.
  public init?(reference: [Double], times: [Double]) {
    let count = min(reference.count, times.count)
    guard count > 0, reference.allSatisfy(\.isFinite), times.allSatisfy(\.isFinite) else {
      return nil
    }
    let number = Double(count)
    // The difference of the clocks is fitted, not the time itself: it keeps its digits.
    let ahead = zip(reference, times).map { $1 - $0 }
    let middle = reference.prefix(count).map { $0 - reference[0] }.reduce(0, +) / number
    let centred = reference.prefix(count).map { $0 - reference[0] - middle }
    let mean = ahead.reduce(0, +) / number
    let spread = centred.reduce(0) { $0 + $1 * $1 }
    let product = zip(centred, ahead).reduce(0) { $0 + $1.0 * ($1.1 - mean) }
    let hasDrift = count > 1 && spread > 0
    let drift = hasDrift ? product / spread : 0
    let residuals = zip(centred, ahead).map { $1 - mean - drift * $0 }
    let squares = residuals.reduce(0) { $0 + $1 * $1 }
    events = count
    self.drift = drift
    let centre = reference[0] + middle
    offset = mean - drift * centre
    deviation = (squares / number).squareRoot()
    largestResidual = residuals.map(\.magnitude).max() ?? 0
    let freedom = count - (hasDrift ? 2 : 1)
    if freedom > 0 {
      let variance = squares / Double(freedom)
      offsetError = (variance * (1 / number + (hasDrift ? centre * centre / spread : 0)))
        .squareRoot()
      driftError = hasDrift ? (variance / spread).squareRoot() : nil
    }
    guard drift > -1, offset.isFinite, drift.isFinite else { return nil }
  }
}
