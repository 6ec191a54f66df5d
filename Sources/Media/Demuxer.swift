internal import CFFmpeg
import Diagnostics
import Foundation

/// An open container, read packet by packet.
///
/// Which container it is tells its content, never its name; only the formats in `formats` are
/// opened, none of which leads to other files.
final class Demuxer {
  let input: FileInput
  private let context: UnsafeMutablePointer<AVFormatContext>
  /// As FFmpeg names it, as in `matroska,webm`.
  let format: String
  private let packet: Packet
  private var packets: Int64 = 0

  var path: String { input.path }

  /// Names, in FFmpeg, of the containers that are read.
  static let formats = [
    "wav", "w64", "aiff", "flac", "mp3", "aac", "ogg", "mov", "matroska", "avi", "mpegts",
  ]

  /// - Parameter looksInside: whether streams are decoded a little at once, to learn what headers do
  ///   not tell; those of mp4 and wav tell all that is needed for decoding.
  /// - Throws: a `Diagnostic` where the file is no recording in one of these, or is cut short.
  init(_ path: String, looksInside: Bool = true) throws {
    input = try FileInput(path)
    do {
      let bytes = try input.libraryInput()
      let kind = try Self.probe(input, bytes)
      format = String(cString: kind.pointee.name)
      try ContainerCheck.check(input, format: format)
      packet = try Packet()
      let opening = try Library.make("open") { avformat_alloc_context() }
      opening.pointee.pb = bytes
      opening.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
      opening.pointee.error_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER
      // The library asks whether sound in a wav is some other coding in disguise; once is enough.
      if format == "wav" { opening.pointee.max_probe_packets = 1 }
      // Containers may name other files; none is opened.
      opening.pointee.io_open = { _, _, _, _, _ in cff_error_system(EPERM) }
      opening.pointee.interrupt_callback.opaque = Unmanaged.passUnretained(input).toOpaque()
      opening.pointee.interrupt_callback.callback = { opaque in
        guard let opaque else { return 1 }
        return Unmanaged<FileInput>.fromOpaque(opaque).takeUnretainedValue().isLate ? 1 : 0
      }
      var opened: UnsafeMutablePointer<AVFormatContext>? = opening
      // On failure the library frees the context itself.
      try Library.call("open") { avformat_open_input(&opened, nil, kind, nil) }
      context = try Library.make("open") { opened }
    } catch let error as LibraryError {
      throw Self.unreadable(input, error)
    }
    if looksInside || !isTold {
      do {
        let context = context
        try Library.call("open") { avformat_find_stream_info(context, nil) }
      } catch {
        throw Self.unreadable(input, error)
      }
    }
    input.noteProgress()
  }

  deinit {
    var context: UnsafeMutablePointer<AVFormatContext>? = context
    avformat_close_input(&context)
  }

  private static func unreadable(_ input: FileInput, _ error: LibraryError) -> Diagnostic {
    Diagnostic(
      input.path, "cannot be opened: \(input.failure ?? error.reason)",
      mend: "the file is damaged: get it again, or leave it out")
  }

  /// Finds the container that the first bytes look like.
  private static func probe(
    _ input: FileInput, _ bytes: UnsafeMutablePointer<AVIOContext>
  ) throws -> UnsafePointer<AVInputFormat> {
    if let name = signature(try input.bytes(at: 0, count: 12)),
      let kind = av_find_input_format(name)
    {
      return kind
    }
    var found: UnsafePointer<AVInputFormat>?
    LibraryLog.clear()
    let score = av_probe_input_buffer2(bytes, &found, "", nil, 0, 1 << 20)
    let mend = "give a recording (wav, flac, mp3, m4a, ogg, mp4, mkv, webm), or leave it out"
    if let failure = input.failure { throw Diagnostic(input.path, failure) }
    guard let found, score > AVPROBE_SCORE_MAX / 20 else {
      throw Diagnostic(input.path, "is no recording: its bytes look like none", mend: mend)
    }
    let name = String(cString: found.pointee.name)
    guard name.split(separator: ",").contains(where: { formats.contains(String($0)) }) else {
      throw Diagnostic(
        input.path, "is no recording: its bytes look like '\(name)'", mend: mend)
    }
    return found
  }

  /// The container whose first bytes leave no doubt: the library would ask all that it knows, which
  /// takes longer than reading a short file.
  private static func signature(_ head: [UInt8]) -> String? {
    func stands(_ text: String, at place: Int) -> Bool {
      head.dropFirst(place).starts(with: text.utf8)
    }
    if stands("WAVE", at: 8), stands("RIFF", at: 0) || stands("RIFX", at: 0) { return "wav" }
    if stands("ftyp", at: 4) { return "mov" }
    if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return "matroska" }
    return stands("fLaC", at: 0) ? "flac" : nil
  }

  // MARK: Streams

  var streams: [UnsafeMutablePointer<AVStream>] {
    (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0] }
  }

  /// The clock of a stream's time stamps.
  ///
  /// mp3 files have none: FFmpeg counts from the start of what the encoder put before the sound, and
  /// leaves that out. The sound itself starts at 0.
  func clock(of stream: UnsafeMutablePointer<AVStream>) -> Clock {
    Clock(
      stream.pointee.time_base,
      zero: format == "mp3" ? stamp(stream.pointee.start_time) ?? 0 : 0)
  }

  /// Whether the header tells all that decoding needs.
  private var isTold: Bool {
    (format.hasPrefix("mov,") || format == "wav") && !streams.isEmpty
      && streams.allSatisfy { stream in
        guard let parameters = stream.pointee.codecpar?.pointee else { return false }
        switch parameters.codec_type {
        case AVMEDIA_TYPE_AUDIO:
          return parameters.codec_id != AV_CODEC_ID_NONE && parameters.sample_rate > 0
            && parameters.ch_layout.nb_channels > 0
        case AVMEDIA_TYPE_VIDEO:
          return parameters.codec_id != AV_CODEC_ID_NONE && parameters.width > 0
            && parameters.height > 0 && stream.pointee.nb_frames > 0
        default: return true
        }
      }
  }

  /// The first stream of sound.
  var soundStream: UnsafeMutablePointer<AVStream>? {
    streams.first { $0.pointee.codecpar?.pointee.codec_type == AVMEDIA_TYPE_AUDIO }
  }

  /// The first stream of moving pictures; a cover is none.
  var pictureStream: UnsafeMutablePointer<AVStream>? {
    streams.first {
      $0.pointee.codecpar?.pointee.codec_type == AVMEDIA_TYPE_VIDEO
        && $0.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
    }
  }

  /// Seconds of the whole file; `nil` where it does not say.
  var duration: Double? {
    stamp(context.pointee.duration).flatMap { $0 > 0 ? Double($0) / Double(AV_TIME_BASE) : nil }
  }

  /// Whether lengths come from a header, and are not guessed from the size of the file.
  var isDurationDeclared: Bool {
    context.pointee.duration_estimation_method == AVFMT_DURATION_FROM_STREAM
  }

  /// Reads on only packets of these streams.
  func keep(_ indexes: [Int32]) {
    for stream in streams {
      stream.pointee.discard =
        indexes.contains(stream.pointee.index) ? AVDISCARD_DEFAULT : AVDISCARD_ALL
    }
  }

  // MARK: Packets

  /// The next packet, which is good until the next call; `nil` at the end.
  func next() throws -> Packet? {
    av_packet_unref(packet.pointer)
    LibraryLog.clear()
    let code = av_read_frame(context, packet.pointer)
    if let failure = input.failure { throw damage(failure) }
    if let line = LibraryLog.containerError() { throw damage(line) }
    if code < 0 {
      guard code == cff_error_eof() else { throw damage(Library.message(code)) }
      if let bytes = context.pointee.pb, bytes.pointee.error < 0 {
        throw damage(Library.message(bytes.pointee.error))
      }
      return nil
    }
    input.noteProgress()
    // No reader gives more packets than there are bytes, but for a broken one.
    packets += 1
    guard packets <= 4 * input.size + 4096 else { throw damage("it never ends") }
    // The container of a wav of unknown length calls its last packet cut short.
    if packet.isCutShort, format != "wav" {
      throw damage("a packet is cut short", at: packet.position)
    }
    return packet
  }

  /// Goes to the last place to begin at that is not after `ticks`, by decoding time.
  ///
  /// - Returns: whether the container can.
  func seek(_ stream: Int32, to ticks: Int64) -> Bool {
    LibraryLog.clear()
    return av_seek_frame(context, stream, ticks, AVSEEK_FLAG_BACKWARD) >= 0
  }

  /// A fault at a byte of the file.
  private func damage(_ reason: String, at position: Int64? = nil) -> Diagnostic {
    let place =
      position ?? context.pointee.pb.map { avio_tell($0) }
    let text = place.flatMap { $0 >= 0 ? " near byte \($0)" : nil } ?? ""
    return Diagnostic(
      path, "is damaged\(text): \(reason)", mend: "get the file again, or leave it out")
  }
}
