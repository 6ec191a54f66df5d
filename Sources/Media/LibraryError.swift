internal import CFFmpeg

/// A call of the FFmpeg libraries that failed.
struct LibraryError: Error {
  /// What was tried, as in `decode`.
  var call: String
  var code: Int32
  /// What the library logged, where it did.
  var line: String?

  /// Why, in the library's own words.
  var reason: String { line ?? Library.message(code) }
}

/// The one way to call the libraries.
enum Library {
  /// Runs `body`.
  ///
  /// - Throws: what it returns, if negative, with the library's own message.
  @discardableResult
  static func call(_ name: String, _ body: () -> Int32) throws(LibraryError) -> Int32 {
    LibraryLog.clear()
    let code = body()
    if code < 0 { throw failure(name, code) }
    return code
  }

  /// Runs `body`, which makes something.
  static func make<Made>(_ name: String, _ body: () -> Made?) throws(LibraryError) -> Made {
    LibraryLog.clear()
    guard let made = body() else { throw failure(name, cff_error_system(ENOMEM)) }
    return made
  }

  static func failure(_ name: String, _ code: Int32) -> LibraryError {
    LibraryError(
      call: name, code: code, line: LibraryLog.error() ?? LibraryLog.containerError())
  }

  static func message(_ code: Int32) -> String {
    var bytes = [CChar](repeating: 0, count: 128)
    av_strerror(code, &bytes, bytes.count)
    let text = String(
      decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
