import Dataflow
import Foundation

/// Events on their way out, a line of JSON each.
///
/// `@unchecked Sendable`: every write holds `lock`.
final class EventLines: @unchecked Sendable {
  private let lock = NSLock()
  private let handle: FileHandle

  private init(_ handle: FileHandle) { self.handle = handle }

  /// From here on standard output belongs to events alone: what a library prints there goes to
  /// standard error.
  static func takingOverStandardOutput() -> EventLines {
    let own = dup(STDOUT_FILENO)
    dup2(STDERR_FILENO, STDOUT_FILENO)
    return EventLines(FileHandle(fileDescriptor: own, closeOnDealloc: true))
  }

  func send(_ event: WorkerEvent) {
    guard var line = try? JSONEncoder().encode(event) else { return }
    line.append(UInt8(ascii: "\n"))
    lock.withLock {
      // Nobody listens any more: then nobody waits for the result either.
      do { try handle.write(contentsOf: line) } catch { exit(1) }
    }
  }
}
