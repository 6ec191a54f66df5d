internal import CFFmpeg

/// What the FFmpeg libraries say, kept from the terminal: per thread, the first line of each kind
/// since the last clearing.
///
/// Decoders with threads of their own log there, and those lines are lost: a fault is then told
/// with the name of its code alone.
///
/// The functions are never inlined, for the state belongs to the object file of the C functions'
/// callers.
enum LibraryLog {
  /// Set up once for the process: the log is caught, and no single allocation of the libraries is
  /// larger than 640 MiB, so that sizes in broken headers stay harmless.
  private static let start: Void = {
    cff_log_start()
    av_max_alloc(640 << 20)
  }()

  @inline(never)
  static func clear() {
    _ = start
    let lines = cff_log()
    lines?.pointee.error.0 = 0
    lines?.pointee.demuxer.0 = 0
    lines?.pointee.warning.0 = 0
  }

  /// The first error of a decoder, a parser, a scaler.
  @inline(never)
  static func error() -> String? { cff_log().flatMap { text($0.pointee.error) } }

  /// The first error of what reads the container.
  @inline(never)
  static func containerError() -> String? { cff_log().flatMap { text($0.pointee.demuxer) } }

  @inline(never)
  static func warning() -> String? { cff_log().flatMap { text($0.pointee.warning) } }

  /// One line in our way of writing: from a small letter on, without a full stop.
  private static func text<Bytes>(_ bytes: Bytes) -> String? {
    let line = withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    var words = line.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    while let last = words.last, last == "." || last == "!" || last.isWhitespace {
      words.removeLast()
    }
    guard let first = words.first else { return nil }
    // `Invalid` becomes `invalid`, `NAL` stays.
    guard let second = words.dropFirst().first, second.isLowercase else { return words }
    return first.lowercased() + words.dropFirst()
  }
}
