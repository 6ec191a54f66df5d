/// What is wrong with the time stamps of a stream.
public struct StampFaults: Sendable, Hashable, Codable {
  /// Stamps that are no finite number, or beyond all clocks.
  public var notFinite = 0
  /// Stamps that are earlier than one before them.
  public var unordered = 0
  /// Stamps that another step has too.
  public var duplicates = 0

  public init() {}

  public var isNone: Bool { notFinite == 0 && unordered == 0 && duplicates == 0 }

  public static func += (left: inout StampFaults, right: StampFaults) {
    left.notFinite += right.notFinite
    left.unordered += right.unordered
    left.duplicates += right.duplicates
  }
}

/// The time stamps of a stream in order: what is no time is left out, and of equal stamps all but
/// the first, with a count of each.
public struct Stamps: Sendable, Equatable {
  /// Ascending, no two of them equal.
  public let instants: [Instant]
  /// Which step of the stream each of them is; `nil` where all steps are there in their order.
  public let steps: [Int]?
  public let faults: StampFaults

  /// - Parameter seconds: one for each step.
  public init(_ seconds: [Double]) {
    var faults = StampFaults()
    var found: [(instant: Instant, step: Int)] = []
    found.reserveCapacity(seconds.count)
    var latest: Instant?
    for (step, time) in seconds.enumerated() {
      guard let instant = Instant(seconds: time) else {
        faults.notFinite += 1
        continue
      }
      if let latest, instant < latest { faults.unordered += 1 }
      latest = max(latest ?? instant, instant)
      found.append((instant, step))
    }
    if faults.unordered > 0 { found.sort { ($0.instant, $0.step) < ($1.instant, $1.step) } }
    var kept: [(instant: Instant, step: Int)] = []
    kept.reserveCapacity(found.count)
    for one in found {
      if let last = kept.last, last.instant == one.instant {
        faults.duplicates += 1
      } else {
        kept.append(one)
      }
    }
    instants = kept.map(\.instant)
    steps = faults.isNone ? nil : kept.map(\.step)
    self.faults = faults
  }
}
