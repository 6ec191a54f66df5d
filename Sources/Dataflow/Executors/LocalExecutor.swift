import Diagnostics
import Foundation
import Synchronization

/// Runs jobs in worker processes of this machine. A worker that finished a job is kept for the next
/// one, since starting one costs as much as a small stage.
public final class LocalExecutor: Executor {
  private struct State {
    /// Free for a job.
    var idle: [LocalWorker] = []
    var living: [ObjectIdentifier: LocalWorker] = [:]
    var started = 0
  }

  private let program: String
  private let arguments: [String]
  private let environment: [String: String]
  private let logsFolder: String
  private let grace: Double
  private let state = Mutex(State())
  private let session: String

  /// Logs that are kept when a new run starts.
  private static let keptLogs = 100

  /// - Parameters:
  ///   - program: the worker, such as `mke-worker` beside `mke`.
  ///   - environment: added to that of this process.
  ///   - grace: seconds that a worker which is to end has for it before it is killed.
  public init(
    worker program: String, arguments: [String] = [], environment: [String: String] = [:],
    workspace: Workspace, grace: Double = 5
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.grace = grace
    logsFolder = workspace.logsFolder
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "yyyyMMdd-HHmmss"
    session = "\(format.string(from: Date()))-\(getpid())"
  }

  deinit {
    for worker in state.withLock({ Array($0.living.values) }) { worker.dismiss() }
  }

  public func run(_ job: Job, event: @escaping @Sendable (ExecutionEvent) -> Void) async throws {
    let line: [UInt8]
    do {
      line = try WorkerLine.encode(job)
    } catch {
      throw Diagnostic("stage '\(job.stage)'", "the job cannot be written as JSON: \(error)")
    }
    let current = Mutex<(worker: LocalWorker?, isCancelled: Bool)>((nil, false))
    try await withTaskCancellationHandler {
      try Task.checkCancellation()
      try await withCheckedThrowingContinuation {
        (continuation: CheckedContinuation<Void, any Error>) in
        do {
          while true {
            let worker = try freeWorker()
            if let process = worker.process { event(.placed(process)) }
            let assignment = LocalWorker.Assignment(
              job: job, event: event,
              completion: { [self, weak worker] result, isReusable in
                if isReusable, let worker { state.withLock { $0.idle.append(worker) } }
                continuation.resume(with: result)
              })
            // One that left meanwhile takes no job; the next one may.
            guard worker.assign(assignment, line: line) else { continue }
            let isCancelled = current.withLock { current in
              current.worker = worker
              return current.isCancelled
            }
            if isCancelled { worker.cancel() }
            return
          }
        } catch {
          continuation.resume(throwing: error)
        }
      }
    } onCancel: {
      let worker = current.withLock { current in
        current.isCancelled = true
        return current.worker
      }
      worker?.cancel()
    }
  }

  public func shutDown() async {
    for worker in state.withLock({ Array($0.living.values) }) { worker.dismiss() }
    while state.withLock({ !$0.living.isEmpty }) {
      // Also when cancelled: processes that outlive the run would be worse than a short wait.
      await Task.detached { try? await Task.sleep(for: .milliseconds(5)) }.value
    }
  }

  private func freeWorker() throws(Diagnostic) -> LocalWorker {
    if let idle = state.withLock({ $0.idle.popLast() }) { return idle }
    let count = state.withLock { state in
      state.started += 1
      return state.started
    }
    if count == 1 { removeOldLogs() }
    let worker = try LocalWorker(
      program: program, arguments: arguments, environment: environment,
      log: "\(logsFolder)/worker-\(session)-\(count).log", grace: grace,
      onEnd: { [weak self] worker in self?.forget(worker) })
    state.withLock { $0.living[ObjectIdentifier(worker)] = worker }
    if worker.hasEnded { forget(worker) }
    return worker
  }

  private func forget(_ worker: LocalWorker) {
    state.withLock { state in
      state.living[ObjectIdentifier(worker)] = nil
      state.idle.removeAll { $0 === worker }
    }
  }

  /// Names start with the time, so the last ones are the newest.
  private func removeOldLogs() {
    guard let names = try? Files.list(logsFolder) else { return }
    for name in names.filter({ $0.hasPrefix("worker-") }).dropLast(Self.keptLogs) {
      unlink("\(logsFolder)/\(name)")
    }
  }
}
