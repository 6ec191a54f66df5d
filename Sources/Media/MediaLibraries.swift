internal import CFFmpeg

/// The FFmpeg libraries that decode.
public enum MediaLibraries {
  /// Name and version of each, as in `libavcodec 59.37.100`.
  public static var versions: [String] {
    [
      ("libavformat", avformat_version()), ("libavcodec", avcodec_version()),
      ("libavutil", avutil_version()), ("libswresample", swresample_version()),
      ("libswscale", swscale_version()),
    ].map { name, version in
      "\(name) \(version >> 16).\(version >> 8 & 255).\(version & 255)"
    }
  }
}
