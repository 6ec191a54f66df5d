import Diagnostics
import Foundation
import Synchronization

/// The worker's side of `LocalExecutor`: jobs from standard input, events to standard output, one
/// line of JSON each; all else that is printed goes to standard error, which is the log.
public enum WorkerLoop {
  public typealias Emit = @Sendable (WorkerEvent) -> Void

  /// Runs jobs one after another until standard input ends.
  ///
  /// - Parameter work: does one job. What it throws becomes the job's `failed` event; `finished` is
  ///   said when it returns.
  public static func run(_ work: @escaping @Sendable (Job, @escaping Emit) async throws -> Void)
    async
  {
    signal(SIGPIPE, SIG_IGN)
    // Whatever a library prints must not end up among the events.
    let events = dup(STDOUT_FILENO)
    dup2(STDERR_FILENO, STDOUT_FILENO)
    guard events >= 0, fcntl(events, F_SETFD, FD_CLOEXEC) == 0 else { return }
    endWithParent()
    await serve(jobs: STDIN_FILENO, events: events, work)
  }

  /// The loop itself, between any two open files.
  static func serve(
    jobs: Int32, events: Int32,
    _ work: @escaping @Sendable (Job, @escaping Emit) async throws -> Void
  ) async {
    let lock = Mutex(())
    let emit: Emit = { event in
      lock.withLock { _ in
        guard let line = try? WorkerLine.encode(event) else { return }
        // Nobody listens any more: the run is gone, and what is finished is on the disk.
        do { try Files.write(line, to: events, path: "standard output") } catch { _exit(1) }
      }
    }
    for await line in lines(of: jobs) where !line.isEmpty {
      do {
        let job = try WorkerLine.decode(Job.self, from: line)
        do {
          try await work(job, emit)
          emit(.finished)
        } catch {
          emit(.failed(Diagnostic.all(of: error, subject: "stage '\(job.stage)'")))
        }
      } catch {
        emit(.failed([Diagnostic("standard input", "a line that is no job: \(error)")]))
      }
    }
  }

  /// Read on a thread of their own: reading blocks.
  private static func lines(of descriptor: Int32) -> AsyncStream<[UInt8]> {
    AsyncStream { continuation in
      Thread.detachNewThread {
        var lines = LineBuffer()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
          let count = read(descriptor, &buffer, buffer.count)
          if count > 0 {
            for line in lines.append(buffer[..<count]) { continuation.yield(line) }
          } else if count == 0 || errno != EINTR {
            break
          }
        }
        for line in lines.append([UInt8(ascii: "\n")]) { continuation.yield(line) }
        continuation.finish()
      }
    }
  }

  /// A worker whose run was killed ends too, rather than work for nobody.
  private static func endWithParent() {
    guard let text = ProcessInfo.processInfo.environment[parentVariable],
      let parent = Int32(text)
    else { return }
    Thread.detachNewThread {
      while getppid() == parent { usleep(200_000) }
      _exit(1)
    }
  }

  /// The run that started the worker.
  static let parentVariable = "MKE_PARENT"
}
