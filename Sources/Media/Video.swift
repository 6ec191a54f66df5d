public import Arrays

/// Decoded frames of a video.
public struct Video: Sendable {
  /// `[time, height, width, channel]`, `uint8`, or `uint16` where the pictures are 16-bit grey (depth);
  /// turned as the file's tag says.
  public var frames: NumberArray
  /// Seconds, the stamp of each frame, on the file's clock.
  public var times: [Double]
  /// Hz, as the container tells it: the mean of all frames. `nil` where it does not.
  public var declaredRate: Double?

  public init(frames: NumberArray, times: [Double], declaredRate: Double?) {
    self.frames = frames
    self.times = times
    self.declaredRate = declaredRate
  }
}
