import Diagnostics

/// Which frames of a video come out.
///
/// `start` and `stop` are those of the range, else the first frame's stamp, and the end of the last
/// frame.
public enum FrameChoice: Sendable, Hashable {
  /// Those with start ≤ stamp < stop.
  case all
  /// So many a second, Hz: what is shown at start + k / rate, before stop. A frame that is shown
  /// longer comes more than once.
  case rate(Double)
  /// So many, evenly: what is shown in the middle of each of n equal parts, at
  /// start + (k + ½)·(stop − start) / n.
  case count(Int)
}

/// What of a video is wanted.
///
/// What is shown at a time is the frame with the largest stamp that is not later, give or take half
/// a tick of the stamps; before the first frame it is the first one.
public struct VideoOptions: Sendable, Hashable {
  public var picture: PictureOptions
  public var frames: FrameChoice
  public var range: TimeRange
  /// Of the decoder of one file; many files are better decoded at the same time, one thread each.
  /// With more than one, damage that a decoder tells its log alone goes unheard.
  public var threads: Int
  /// Bytes of the frames that come out; more of them are refused.
  public var maximumBytes: Int

  public init(
    picture: PictureOptions = PictureOptions(), frames: FrameChoice = .all,
    range: TimeRange = TimeRange(), threads: Int = 1, maximumBytes: Int = 4 << 30
  ) {
    self.picture = picture
    self.frames = frames
    self.range = range
    self.threads = threads
    self.maximumBytes = maximumBytes
  }

  func check(_ path: String) throws {
    try range.check(path)
    try picture.check(path)
    switch frames {
    case .all: break
    case .rate(let rate):
      guard rate > 0, rate <= 1e6 else {
        throw Diagnostic(
          path, "frames do not come at \(rate) Hz", mend: "give a rate above 0, as 5")
      }
    case .count(let count):
      guard count > 0 else {
        throw Diagnostic(path, "\(count) frames are none", mend: "give a count above 0, as 16")
      }
    }
  }
}
