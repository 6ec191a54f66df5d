public import Arrays
import Diagnostics

/// What of a recording's sound is wanted.
public struct SoundOptions: Sendable, Hashable {
  /// Which channels come out.
  public enum Channels: String, Sendable, Hashable, Codable, CaseIterable {
    /// Those that are recorded.
    case keep
    /// One, mixed as `ffmpeg -ac 1` does it.
    case mono
    /// Two, mixed as `ffmpeg -ac 2` does it.
    case stereo
  }

  /// Hz; `nil` keeps the recording's own.
  public var rate: Int?
  public var channels: Channels
  /// `int16` or `float32`, whole numbers being ±32768 for ±1; `nil` is `int16` where the recording
  /// has at most 16 bits or was packed with loss, and `float32` otherwise.
  public var type: ElementType?
  public var range: TimeRange
  /// Bytes of the samples; more of them are refused.
  public var maximumBytes: Int

  public init(
    rate: Int? = nil, channels: Channels = .keep, type: ElementType? = nil,
    range: TimeRange = TimeRange(), maximumBytes: Int = 4 << 30
  ) {
    self.rate = rate
    self.channels = channels
    self.type = type
    self.range = range
    self.maximumBytes = maximumBytes
  }

  static let rates = 1...1_000_000

  func check(_ path: String) throws {
    try range.check(path)
    if let rate, !Self.rates.contains(rate) {
      throw Diagnostic(
        path, "no sound has a rate of \(rate) Hz", mend: "give 1 to 1000000 Hz, as 16000")
    }
    if let type, type != .int16, type != .float32 {
      throw Diagnostic(
        path, "sound does not come as \(type.rawValue)", mend: "ask for int16 or float32")
    }
  }
}
