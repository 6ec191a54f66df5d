internal import CFFmpeg
import Diagnostics

/// What a recording says of itself, without decoding it.
public struct MediaProbe: Sendable, Hashable, Codable {
  /// One stream of sound or pictures.
  public struct Stream: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable { case sound, pictures, other }

    public var kind: Kind
    /// FFmpeg's name for it, as in `h264`.
    public var codec: String
    /// Seconds of its first stamp on the file's clock; `nil` where it does not say.
    public var start: Double?
    /// Seconds; `nil` where it does not say.
    public var duration: Double?
    /// Hz: samples a second, or the mean of frames a second; `nil` where it does not say.
    public var rate: Double?
    public var channels: Int?
    /// Pixels, after turning.
    public var size: PictureSize?
    /// Clockwise degrees by which pixels are turned; `nil` where that mirrors too.
    public var rotation: Int?
  }

  /// FFmpeg's names for the container, as in `matroska,webm`.
  public var format: String
  /// Seconds of the longest stream; `nil` where it does not say.
  public var duration: Double?
  public var streams: [Stream]

  /// - Throws: a `Diagnostic` where the file cannot be read or is no recording.
  public static func read(_ path: String) throws -> MediaProbe {
    let demuxer = try Demuxer(path)
    let streams = try demuxer.streams.map { try stream($0, demuxer.clock(of: $0), path) }
    return MediaProbe(format: demuxer.format, duration: demuxer.duration, streams: streams)
  }

  private static func stream(
    _ stream: UnsafeMutablePointer<AVStream>, _ clock: Clock, _ path: String
  ) throws -> Stream {
    let parameters = stream.pointee.codecpar?.pointee
    var result = Stream(
      kind: .other,
      codec: String(cString: cff_codec_name(parameters?.codec_id ?? AV_CODEC_ID_NONE)),
      start: stamp(stream.pointee.start_time).map(clock.seconds),
      duration: stamp(stream.pointee.duration).flatMap { $0 > 0 ? Double($0) * clock.tick : nil })
    guard let parameters else { return result }
    switch parameters.codec_type {
    case AVMEDIA_TYPE_AUDIO:
      result.kind = .sound
      result.rate = parameters.sample_rate > 0 ? Double(parameters.sample_rate) : nil
      result.channels = Int(parameters.ch_layout.nb_channels)
    case AVMEDIA_TYPE_VIDEO where stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0:
      result.kind = .pictures
      result.rate = VideoTrack.declaredRate(of: stream)
      let turn = try VideoTrack.turn(of: stream, path)
      let (height, width) = (Int(parameters.height), Int(parameters.width))
      result.size =
        turn.swapsAxes
        ? PictureSize(height: width, width: height) : PictureSize(height: height, width: width)
      result.rotation = turn.degrees
    default: break
    }
    return result
  }
}
