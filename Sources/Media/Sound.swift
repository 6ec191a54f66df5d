public import Arrays

/// Decoded sound.
public struct Sound: Sendable {
  /// `[time, channel]`, `int16` (±32768 for ±1) or `float32`.
  public var samples: NumberArray
  /// Hz, of `samples`.
  public var rate: Double
  /// Seconds of the first sample, on the file's clock; sample `i` is at `start + i / rate`.
  public var start: Double
  /// Hz, of the recording.
  public var sourceRate: Int
  /// Of the recording.
  public var sourceChannels: Int
  /// Seconds of silence that fill gaps of the recording.
  public var silence: Double

  public init(
    samples: NumberArray, rate: Double, start: Double, sourceRate: Int, sourceChannels: Int,
    silence: Double = 0
  ) {
    self.samples = samples
    self.rate = rate
    self.start = start
    self.sourceRate = sourceRate
    self.sourceChannels = sourceChannels
    self.silence = silence
  }
}
