import Dataflow
import Diagnostics
import Foundation
import Work

/// Works on one job after the other until standard input ends.
struct JobLoop {
  private let lines: EventLines

  init(_ lines: EventLines) { self.lines = lines }

  func run() async {
    signal(SIGPIPE, SIG_IGN)
    for await line in Self.input() { _ = await work(on: Data(line.utf8), from: "a line of its input") }
  }

  /// Works on the job that a file holds.
  ///
  /// - Returns: whether it succeeded.
  func run(file: String) async -> Bool {
    signal(SIGPIPE, SIG_IGN)
    guard let data = FileManager.default.contents(atPath: file) else {
      lines.send(
        .failed([Diagnostic(file, "there is no such file, or it cannot be read", mend: nil)]))
      return false
    }
    return await work(on: data, from: file)
  }

  private func work(on data: Data, from source: String) async -> Bool {
    do {
      let job = try JSONDecoder().decode(Job.self, from: data)
      return await standardWork.run(job) { [lines] in lines.send($0) }
    } catch {
      lines.send(
        .failed([
          Diagnostic(
            "mke-worker", "\(source) is no job: \(error)",
            mend: "mke and mke-worker are of different versions: build both")
        ]))
      return false
    }
  }

  /// Lines of standard input, read on a thread of its own.
  ///
  /// When the input ends, `mke` is gone: the process ends too, also in the middle of a job. What the
  /// job has finished stays, and the next run goes on from it.
  private static func input() -> AsyncStream<String> {
    AsyncStream { continuation in
      let thread = Thread {
        while let line = readLine(strippingNewline: true) { continuation.yield(line) }
        exit(0)
      }
      thread.start()
    }
  }
}
