import Diagnostics
import Foundation
import Inspection
import Synchronization

/// The two streams of the process: results on standard output, all else on standard error.
enum Console {
  static let isOutputTerminal = isatty(STDOUT_FILENO) == 1
  static let isErrorTerminal = isatty(STDERR_FILENO) == 1
  static let environment = ProcessInfo.processInfo.environment

  /// How results are painted, and how messages are.
  static let outputPaint = Paint(isTerminal: isOutputTerminal, environment: environment)
  static let errorPaint = Paint(isTerminal: isErrorTerminal, environment: environment)

  /// A worker that goes away, or a reader such as `head` that has seen enough, is seen where it is
  /// written to.
  static func prepare() { signal(SIGPIPE, SIG_IGN) }

  /// Writes a result, and a line break.
  static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

  /// Writes a message, and a line break.
  static func say(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

  /// Writes as it is, such as a line that is redrawn.
  static func draw(_ text: String) { write(text, to: STDERR_FILENO) }

  static func report(_ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { say(text(of: diagnostic)) }
  }

  static func text(of diagnostic: Diagnostic) -> String {
    let word = "\(diagnostic.severity.rawValue):"
    let colour: Paint.Colour = diagnostic.severity == .error ? .red : .yellow
    return "\(errorPaint(.bold, "\(diagnostic.subject):")) \(errorPaint(colour, word)) "
      + diagnostic.message + (diagnostic.mend.map { "\n  mend: \($0)" } ?? "")
  }

  /// Columns and lines of the terminal behind a stream; 80 by 24 where there is none.
  static func size(of descriptor: Int32) -> (width: Int, height: Int) {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return (Int(size.ws_col), Int(size.ws_row))
    }
    return (environment["COLUMNS"].flatMap(Int.init).map { max(20, $0) } ?? 80, 24)
  }

  static func json(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// One line of JSON.
  static func jsonLine(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Serialises writes of several threads, so that lines stay whole.
  private static let lock = Mutex(())

  private static func write(_ text: String, to descriptor: Int32) {
    lock.withLock { _ in
      var bytes = Array(text.utf8)[...]
      while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        if count >= 0 {
          bytes = bytes.dropFirst(count)
        } else if errno == EPIPE, descriptor == STDOUT_FILENO {
          endQuietly()
        } else if errno == EAGAIN {
          usleep(1000)
        } else if errno != EINTR {
          guard descriptor == STDOUT_FILENO else { return }
          let reason = String(cString: strerror(errno))
          for byte in ["mke: error: standard output cannot be written: \(reason)\n"] {
            _ = byte.withCString { Foundation.write(STDERR_FILENO, $0, strlen($0)) }
          }
          _exit(ExitCodes.failed)
        }
      }
    }
  }

  /// Ends as a program ends whose reader has gone: by the signal that it would have had.
  private static func endQuietly() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    _exit(128 + SIGPIPE)
  }
}
