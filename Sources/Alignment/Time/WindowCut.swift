/// Where the windows of a clip are.
public struct WindowCut: Sendable, Equatable {
  /// Which windows are taken.
  public enum Take: String, Sendable, Hashable, CaseIterable {
    case all
    /// The one at the start of the clip.
    case first
    /// The one in the middle of the clip.
    case middle
  }

  /// Of the first window, seconds from the clip's start.
  public let first: Double
  /// Seconds from one window to the next.
  public let hop: Double
  /// Windows that the clip covers.
  public let whole: Int
  /// Whether more is left after them than half a step.
  public let hasRest: Bool

  /// More windows than anybody wants of one recording.
  private static let most = 10_000_000

  /// - Parameters:
  ///   - duration: of the clip, s.
  ///   - length: of a window, s.
  ///   - step: seconds from one step to the next of the slowest stream; 0 where it is not known.
  /// - Returns: `nil` for more than ten million windows.
  public init?(duration: Double, length: Double, hop: Double, take: Take, step: Double) {
    let slack = length * 1e-6
    let fits = duration >= length - slack
    self.hop = hop
    switch take {
    case .all:
      let more = ((duration - length) / hop + 1e-6).rounded(.down)
      guard !fits || more < Double(Self.most) else { return nil }
      whole = fits ? max(0, Int(more)) + 1 : 0
      first = 0
      let covered = whole == 0 ? 0 : Double(whole - 1) * hop + length
      hasRest = duration - covered > max(slack, step / 2)
    case .first:
      whole = fits ? 1 : 0
      first = 0
      hasRest = !fits
    case .middle:
      whole = fits ? 1 : 0
      let spare = max(0, duration - length) / 2
      // At a step of the slowest stream, so that as many streams as can be keep their own steps.
      first = step > 0 ? (spare / step + 1e-6).rounded(.down) * step : spare
      hasRest = !fits
    }
  }

  /// Seconds from the clip's start to window `number`.
  public func start(_ number: Int) -> Double { first + Double(number) * hop }

  /// The whole number of steps that `duration` is; `nil` where it is none, or more than 2^40.
  public static func steps(in duration: Double, at rate: Double) -> Int? {
    let steps = (duration * rate).rounded()
    guard steps >= 1, steps < 0x1p40, abs(duration * rate - steps) < 1e-6 * steps else {
      return nil
    }
    return Int(steps)
  }

  /// The steps that a clip of `duration` has room for; `nil` for more than 2^40.
  public static func wholeSteps(in duration: Double, at rate: Double) -> Int? {
    let steps = (duration * rate + 1e-6).rounded(.down)
    return steps >= 0 && steps < 0x1p40 ? Int(steps) : nil
  }
}
