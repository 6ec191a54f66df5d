/// A point in time on some clock, in whole nanoseconds.
///
/// Recordings give their times as seconds in float64, whose differences depend on how far from zero
/// they are. In whole nanoseconds a difference is exact, so that a shift of every clock by one
/// constant changes no bit of what is computed from them.
public struct Instant: Hashable, Comparable, Sendable {
  public let nanoseconds: Int64

  /// Beyond this (146 years) the difference of two instants would not fit into 64 bits.
  private static let limit = 0x1p62

  /// The nearest whole nanosecond; `nil` for what is not finite or beyond 146 years.
  public init?(seconds: Double) {
    self.init(wholeNanoseconds: (seconds * 1e9).rounded())
  }

  init?(wholeNanoseconds number: Double) {
    guard number.magnitude < Self.limit else { return nil }
    nanoseconds = Int64(number)
  }

  init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// Seconds from `earlier` to this, negative where it is the later one.
  public func seconds(since earlier: Instant) -> Double {
    Double(nanoseconds &- earlier.nanoseconds) / 1e9
  }
}
