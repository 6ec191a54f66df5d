import Diagnostics

/// A part of a recording, on the file's own clock: that of its presentation time stamps.
///
/// What is shown or sounds at `start` belongs to it, what begins at `stop` no more.
public struct TimeRange: Sendable, Hashable {
  /// Seconds; `nil` is from the beginning.
  public var start: Double?
  /// Seconds; `nil` is to the end.
  public var stop: Double?

  public init(start: Double? = nil, stop: Double? = nil) {
    self.start = start
    self.stop = stop
  }

  /// - Throws: where it is not a range of time.
  func check(_ path: String) throws(Diagnostic) {
    for (name, time) in [("start", start), ("stop", stop)] {
      guard let time, !(abs(time) <= 1e9) else { continue }
      throw Diagnostic(
        path, "the range's \(name) is \(time) s", mend: "give a time in seconds")
    }
    if let start, let stop, start >= stop {
      throw Diagnostic(
        path, "the range from \(seconds(start)) to \(seconds(stop)) is empty",
        mend: "let it stop after it starts")
    }
  }
}

/// Seconds with as many digits as tell samples apart, as in `1.28`.
func seconds(_ time: Double) -> String {
  guard abs(time) < 1e12 else { return "\(time) s" }
  let rounded = (time * 1e6).rounded() / 1e6
  return rounded == rounded.rounded() ? "\(Int(rounded)) s" : "\(rounded) s"
}
