/// How the steps of a stream are brought to the grid of a clip or window.
public enum TimePolicy: Sendable, Hashable {
  /// The stream's own steps, from the one nearest to the start on.
  case native
  /// At `rate` Hz, the step nearest to each time; the earlier of two that are equally near.
  case nearest(rate: Double, tolerance: Double?)
  /// At `rate` Hz, on the straight line between the steps before and after each time.
  case linear(rate: Double, tolerance: Double?)
  /// At `rate` Hz, the last step at or before each time.
  case hold(rate: Double, tolerance: Double?)
  /// `frames` steps evenly: at the middle of each of as many equal parts, the one shown then.
  case sample(frames: Int)

  /// Steps a second, of a policy that sets it.
  public var rate: Double? {
    switch self {
    case .nearest(let rate, _), .linear(let rate, _), .hold(let rate, _): rate
    case .native, .sample: nil
    }
  }

  /// The farthest that a step may be from the recorded one that it comes from, s.
  public var tolerance: Double? {
    switch self {
    case .nearest(_, let tolerance), .linear(_, let tolerance), .hold(_, let tolerance): tolerance
    case .native, .sample: nil
    }
  }

  public var name: String {
    switch self {
    case .native: "native"
    case .nearest: "nearest"
    case .linear: "linear"
    case .hold: "hold"
    case .sample: "sample"
    }
  }
}

/// How far steps are in time from what was recorded.
public struct TimeErrors: Sendable, Hashable, Codable {
  /// Steps that were compared.
  public var steps = 0
  /// Sum over the steps, s.
  public var sum = 0.0
  /// s
  public var largest = 0.0

  public init() {}

  public var mean: Double { steps == 0 ? 0 : sum / Double(steps) }

  /// - Parameter error: seconds, not negative.
  public mutating func add(_ error: Double) {
    steps += 1
    sum += error
    largest = max(largest, error)
  }

  public static func += (left: inout TimeErrors, right: TimeErrors) {
    left.steps += right.steps
    left.sum += right.sum
    left.largest = max(left.largest, right.largest)
  }
}
