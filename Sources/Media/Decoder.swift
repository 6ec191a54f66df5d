internal import CFFmpeg

/// An open decoder of one stream.
///
/// It is strict: what its checks find wrong (checksums, the order of the bit stream, lengths) fails,
/// and is neither concealed nor left out.
///
/// The decoder of H.264 would then also refuse orders to forget a picture that is not there, which
/// every clip holds that was cut out of a longer one without encoding it anew. So it is left to
/// itself, and what it logs as an error counts as one, but for those orders.
final class Decoder {
  private let context: UnsafeMutablePointer<AVCodecContext>
  private let usualSkipping: AVDiscard
  private let heedsLog: Bool

  /// Pixels of the largest picture that is decoded, 134 million: no header asks for more memory.
  static let mostPixels = 1 << 27

  /// - Parameters:
  ///   - isExplosive: whether the decoder itself refuses what it finds wrong.
  ///   - threads: of this decoder.
  convenience init(
    _ stream: UnsafeMutablePointer<AVStream>, isExplosive: Bool = true, threads: Int = 1
  ) throws(LibraryError) {
    let parameters = stream.pointee.codecpar
    try self.init(
      codec: parameters?.pointee.codec_id ?? AV_CODEC_ID_NONE, parameters,
      clock: stream.pointee.time_base, isExplosive: isExplosive, threads: threads)
  }

  /// A decoder of one picture without a container.
  convenience init(picture codec: AVCodecID, isExplosive: Bool) throws(LibraryError) {
    try self.init(
      codec: codec, nil, clock: AVRational(num: 1, den: 1), isExplosive: isExplosive, threads: 1)
  }

  private init(
    codec id: AVCodecID, _ parameters: UnsafeMutablePointer<AVCodecParameters>?, clock: AVRational,
    isExplosive: Bool, threads: Int
  ) throws(LibraryError) {
    LibraryLog.clear()
    guard let codec = avcodec_find_decoder(id) else {
      throw LibraryError(
        call: "decode", code: cff_error_system(ENOSYS),
        line: "these FFmpeg libraries do not decode '\(String(cString: cff_codec_name(id)))'")
    }
    context = try Library.make("decode") { avcodec_alloc_context3(codec) }
    usualSkipping = context.pointee.skip_frame
    let context = context
    if let parameters {
      try Library.call("decode") { avcodec_parameters_to_context(context, parameters) }
    }
    context.pointee.pkt_timebase = clock
    context.pointee.max_pixels = Int64(Self.mostPixels)
    heedsLog = id == AV_CODEC_ID_H264
    context.pointee.err_recognition =
      AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER
      | (isExplosive && !heedsLog ? AV_EF_EXPLODE : 0)
    context.pointee.thread_count = Int32(clamping: max(1, threads))
    try Library.call("decode") { avcodec_open2(context, codec, nil) }
  }

  deinit {
    var context: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&context)
  }

  /// Whether pictures come out of which the decoder is not sure that it has seen all they rest on: in
  /// H.264, without this, good ones are lost after each start at a key frame that is not of the kind
  /// that forgets all before it.
  var showsUnsure: Bool {
    get { context.pointee.flags & AV_CODEC_FLAG_OUTPUT_CORRUPT != 0 }
    set {
      guard context.pointee.codec_id == AV_CODEC_ID_H264 else { return }
      if newValue {
        context.pointee.flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT
      } else {
        context.pointee.flags &= ~AV_CODEC_FLAG_OUTPUT_CORRUPT
      }
    }
  }

  /// Whether pictures that no other rests on are left out.
  var leavesUnreferenced: Bool {
    get { context.pointee.skip_frame == AVDISCARD_NONREF }
    set { context.pointee.skip_frame = newValue ? AVDISCARD_NONREF : usualSkipping }
  }

  /// Whether leaving those out leaves all others as they are. In HEVC, where pictures of a higher
  /// layer may rest on what is called unreferenced, it does not.
  var canLeaveUnreferenced: Bool {
    [AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4, AV_CODEC_ID_MPEG2VIDEO].contains(
      context.pointee.codec_id)
  }

  /// Takes a packet in, `nil` at the end; what it gives must have been taken out before.
  func send(_ packet: Packet?) throws(LibraryError) {
    let code = try callUnlessEnd { avcodec_send_packet(context, packet?.pointer) }
    if code == cff_error_again() { throw Library.failure("decode", code) }
  }

  /// Takes the next frame out.
  ///
  /// - Returns: whether there is one.
  func receive(_ frame: Frame) throws(LibraryError) -> Bool {
    try callUnlessEnd { avcodec_receive_frame(context, frame.pointer) } >= 0
  }

  /// Forgets all it has taken in, to begin at another place.
  func reset() { avcodec_flush_buffers(context) }

  /// The log is not cleared: a frame's fault may have been told when its packet was taken in.
  private func callUnlessEnd(_ body: () -> Int32) throws(LibraryError) -> Int32 {
    let code = body()
    guard code < 0, code != cff_error_again(), code != cff_error_eof() else {
      if heedsLog, let line = LibraryLog.error(), !line.hasPrefix("mmco:") {
        throw LibraryError(call: "decode", code: cff_error_invalid_data(), line: line)
      }
      return code
    }
    throw Library.failure("decode", code)
  }
}
