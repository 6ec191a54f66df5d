/// What an executor tells of one job.
public enum ExecutionEvent: Sendable {
  /// A process of this machine does the work now.
  case placed(ProcessIdentity)
  case worker(WorkerEvent)
}

/// Runs jobs: here, in other processes, on other machines.
public protocol Executor: Sendable {
  /// Runs one job to its end. May be called for several jobs at a time.
  ///
  /// - Parameter event: called from any thread, in the order of the work; never after the return.
  /// - Throws: `DiagnosticList` or `Diagnostic` when the work failed; `CancellationError` when the
  ///   task was cancelled, once nothing works on the job any more.
  func run(_ job: Job, event: @escaping @Sendable (ExecutionEvent) -> Void) async throws

  /// Ends what is kept alive between jobs.
  func shutDown() async
}
