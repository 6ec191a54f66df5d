internal import CFFmpeg

/// One packed piece of a stream, owned.
final class Packet {
  let pointer: UnsafeMutablePointer<AVPacket>

  init() throws(LibraryError) { pointer = try Library.make("read") { av_packet_alloc() } }

  /// Bytes with the zeros behind them that decoders want.
  init(bytes count: Int) throws(LibraryError) {
    let pointer = try Library.make("read") { av_packet_alloc() }
    self.pointer = pointer
    try Library.call("read") { av_new_packet(pointer, Int32(clamping: count)) }
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVPacket>? = pointer
    av_packet_free(&pointer)
  }

  /// Another owner of the same bytes.
  func copy() throws(LibraryError) -> Packet {
    let copy = try Packet()
    try Library.call("read") { av_packet_ref(copy.pointer, pointer) }
    return copy
  }

  var stream: Int32 { pointer.pointee.stream_index }
  var size: Int { Int(pointer.pointee.size) }
  var pts: Int64? { stamp(pointer.pointee.pts) }
  var dts: Int64? { stamp(pointer.pointee.dts) }
  /// In ticks; 0 where it is not told.
  var duration: Int64 { max(0, pointer.pointee.duration) }
  /// In the file; `nil` where the library does not tell it.
  var position: Int64? { pointer.pointee.pos < 0 ? nil : pointer.pointee.pos }
  var isKey: Bool { pointer.pointee.flags & AV_PKT_FLAG_KEY != 0 }
  /// Whether an edit list takes it away: decoded for others, never shown.
  var isHidden: Bool { pointer.pointee.flags & AV_PKT_FLAG_DISCARD != 0 }
  var isCutShort: Bool { pointer.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 }
}

/// One decoded picture or run of samples, owned; used over and over.
final class Frame {
  let pointer: UnsafeMutablePointer<AVFrame>

  init() throws(LibraryError) { pointer = try Library.make("decode") { av_frame_alloc() } }

  /// A picture with room for its pixels, whose lines stand as the scaler wants them.
  init(_ format: AVPixelFormat, width: Int, height: Int) throws(LibraryError) {
    let pointer = try Library.make("convert") { av_frame_alloc() }
    self.pointer = pointer
    pointer.pointee.format = format.rawValue
    pointer.pointee.width = Int32(clamping: width)
    pointer.pointee.height = Int32(clamping: height)
    try Library.call("convert") { av_frame_get_buffer(pointer, 0) }
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVFrame>? = pointer
    av_frame_free(&pointer)
  }

  func clear() { av_frame_unref(pointer) }

  var width: Int { Int(pointer.pointee.width) }
  var height: Int { Int(pointer.pointee.height) }
  var pixelFormat: AVPixelFormat { AVPixelFormat(pointer.pointee.format) }
  var sampleFormat: AVSampleFormat { AVSampleFormat(pointer.pointee.format) }
  var samples: Int { Int(pointer.pointee.nb_samples) }
  var rate: Int { Int(pointer.pointee.sample_rate) }
  var channels: Int { Int(pointer.pointee.ch_layout.nb_channels) }

  /// In ticks of the stream.
  var pts: Int64? {
    stamp(pointer.pointee.pts) ?? stamp(pointer.pointee.best_effort_timestamp)
  }

  /// Whether parts of it are missing, and were made up.
  var isConcealed: Bool { pointer.pointee.decode_error_flags != 0 }

  /// Whether the decoder has not seen all that it may rest on.
  var isUnsure: Bool { pointer.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 }

  /// What the decoder itself holds for broken.
  var damage: String? {
    if isConcealed { return LibraryLog.error() ?? "parts of it are missing" }
    if isUnsure { return LibraryLog.error() ?? "it rests on pictures that are missing" }
    return nil
  }
}
