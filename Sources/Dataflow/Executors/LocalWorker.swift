import Diagnostics
import Foundation
import Synchronization

/// One worker process: a thread of its own feeds it, listens to it and sees it end.
final class LocalWorker: Sendable {
  /// The job that it works on, and who waits for it.
  struct Assignment: Sendable {
    var job: Job
    var event: @Sendable (ExecutionEvent) -> Void
    /// Called once; the flag says whether the worker can take another job.
    var completion: @Sendable (Result<Void, any Error>, _ isReusable: Bool) -> Void
    /// Where the job's part of the log starts.
    var logStart = 0
    var isCancelled = false
  }

  private struct State {
    var assignment: Assignment?
    /// What the worker has not taken from us yet.
    var unsent: [UInt8] = []
    /// No further job; it ends by itself, or is made to.
    var isLeaving = false
    var killAt: ContinuousClock.Instant?
    /// Its number means nothing any more.
    var isReaped = false
  }

  let process: ProcessIdentity?
  let log: String
  private let number: pid_t
  /// Our ends of its standard input and output.
  private let input: Int32
  private let output: Int32
  /// Seconds between asking a worker to end and ending it.
  private let grace: Double
  private let state = Mutex(State())
  private let onEnd: @Sendable (LocalWorker) -> Void

  /// The longest line that is taken for an event.
  private static let longestLine = 64 << 20

  /// Starts the process.
  ///
  /// - Throws: `Diagnostic` when it cannot be started.
  init(
    program: String, arguments: [String], environment: [String: String], log: String,
    grace: Double, onEnd: @escaping @Sendable (LocalWorker) -> Void
  ) throws(Diagnostic) {
    self.log = log
    self.grace = grace
    self.onEnd = onEnd
    (number, input, output) = try Self.spawn(
      program: program, arguments: arguments, environment: environment, log: log)
    process = ProcessIdentity(number)
    Thread.detachNewThread { [self] in serve() }
  }

  /// Gives it a job; `false` when it is leaving, and nothing was done.
  func assign(_ assignment: Assignment, line: [UInt8]) -> Bool {
    let isTaken = state.withLock { state in
      guard !state.isLeaving, !state.isReaped else { return false }
      var assignment = assignment
      appendToLog(
        "--- stage '\(assignment.job.stage)' of '\(assignment.job.pipeline)', "
          + "\(assignment.job.threads) threads, \(assignment.job.fingerprint)\n")
      assignment.logStart = (try? FileStatus(of: log).size) ?? 0
      state.assignment = assignment
      state.unsent = line
      feed(&state)
      return true
    }
    return isTaken
  }

  /// Ends it in the middle of its job.
  func cancel() {
    state.withLock { state in
      state.assignment?.isCancelled = true
      terminate(&state)
    }
  }

  /// Lets it end: without further input it has nothing to do.
  func dismiss() {
    state.withLock { state in
      state.isLeaving = true
      shutdown(input, Int32(SHUT_WR))
      if state.killAt == nil { state.killAt = .now + .seconds(grace) }
    }
  }

  var hasEnded: Bool { state.withLock { $0.isReaped } }

  // MARK: The thread

  private func serve() {
    var lines = LineBuffer()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var isOpen = true
    var endOfOutput: ContinuousClock.Instant?
    var status: Int32?

    while status == nil {
      let hasUnsent = state.withLock { !$0.unsent.isEmpty }
      var polled = [
        pollfd(fd: isOpen ? output : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: hasUnsent ? input : -1, events: Int16(POLLOUT), revents: 0),
      ]
      poll(&polled, 2, isOpen ? 100 : 10)
      if polled[0].revents != 0 { isOpen = listen(&lines, &buffer) != .ended }
      if polled[1].revents != 0 { state.withLock { feed(&$0) } }
      if !isOpen, endOfOutput == nil { endOfOutput = .now }
      status = state.withLock { state in
        // A worker that speaks no more is of no use, even if it lives on.
        if let endOfOutput, state.killAt == nil, ContinuousClock.now - endOfOutput > .seconds(1) {
          terminate(&state)
        }
        if let killAt = state.killAt, ContinuousClock.now > killAt { signal(SIGKILL, &state) }
        return reap(&state)
      }
    }
    // What it said just before its end. A grandchild may hold the other end open: never wait.
    while isOpen, listen(&lines, &buffer) == .more {}
    close(input)
    close(output)
    let left = state.withLock { state in
      defer { state.assignment = nil }
      return state.assignment
    }
    onEnd(self)
    guard let left else { return }
    left.completion(
      .failure(left.isCancelled ? CancellationError() : end(status ?? 0, of: left)), false)
  }

  private enum Heard { case more, nothingNow, ended }

  /// Takes what is there to read, without waiting.
  private func listen(_ lines: inout LineBuffer, _ buffer: inout [UInt8]) -> Heard {
    let count = recv(output, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    guard count > 0 else {
      if count == 0 { return .ended }
      return errno == EINTR ? .more : errno == EAGAIN ? .nothingNow : .ended
    }
    for line in lines.append(buffer[..<count]) { hear(line) }
    if lines.pending > Self.longestLine {
      for line in lines.append([UInt8(ascii: "\n")]) { hear(line) }
    }
    return .more
  }

  private func hear(_ line: [UInt8]) {
    if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { return }
    guard let event = try? WorkerLine.decode(WorkerEvent.self, from: line) else {
      let said = String(decoding: line.prefix(120), as: UTF8.self)
      appendToLog("--- on standard output, not an event: \(said)\n")
      complete(isReusable: false) { assignment in
        .failure(
          DiagnosticList([
            self.failure(
              assignment, "the worker printed what is no event: '\(said)'",
              mend: "a worker's standard output carries events alone; see \(self.log)")
          ]))
      }
      return
    }
    switch event {
    case .progress, .warning, .summary:
      let listener = state.withLock { $0.assignment?.event }
      listener?(.worker(event))
    case .finished: complete(isReusable: true) { _ in .success(()) }
    case .failed(let diagnostics):
      // What failed once may have left the process in any state: another one takes the next job.
      complete(isReusable: false) { _ in .failure(DiagnosticList(diagnostics)) }
    }
  }

  /// Ends the job. A worker that speaks without one is out of step, and is ended.
  private func complete(
    isReusable: Bool, _ result: (Assignment) -> Result<Void, any Error>
  ) {
    let (done, isStaying) = state.withLock { state in
      let done = state.assignment
      state.assignment = nil
      let isStaying = isReusable && done != nil && !state.isLeaving && state.unsent.isEmpty
      if !isStaying { terminate(&state) }
      return (done, isStaying)
    }
    guard let done else { return }
    let outcome = result(done)
    done.completion(outcome, isStaying)
  }

  // MARK: Under the lock

  private func feed(_ state: inout State) {
    while !state.unsent.isEmpty {
      let count = state.unsent.withUnsafeBytes {
        send(input, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
      }
      if count > 0 {
        state.unsent.removeFirst(count)
      } else if errno == EINTR {
        continue
      } else {
        // Full for now; or it is gone, which its end will tell.
        if errno != EAGAIN { state.unsent = [] }
        return
      }
    }
  }

  private func terminate(_ state: inout State) {
    state.isLeaving = true
    guard !state.isReaped else { return }
    signal(SIGTERM, &state)
    let deadline = ContinuousClock.now + .seconds(grace)
    state.killAt = min(state.killAt ?? deadline, deadline)
  }

  /// To the worker and all that it started.
  private func signal(_ signal: Int32, _ state: inout State) {
    if !state.isReaped { kill(-number, signal) }
  }

  /// Its exit status, once it has ended.
  private func reap(_ state: inout State) -> Int32? {
    var information = siginfo_t()
    let options = WEXITED | WNOHANG | WNOWAIT
    let result = waitid(P_PID, id_t(number), &information, options)
    if result != 0 {
      if errno == EINTR { return nil }
      // Somebody else buried it.
      state.isReaped = true
      state.isLeaving = true
      return 0
    }
    guard information.si_signo == SIGCHLD else { return nil }
    // While it is not buried its group's number is nobody else's: what it started ends with it.
    kill(-number, SIGKILL)
    var status: Int32 = 0
    while waitpid(number, &status, 0) < 0, errno == EINTR {}
    state.isReaped = true
    state.isLeaving = true
    return status
  }

  // MARK: Words

  private func end(_ status: Int32, of assignment: Assignment) -> DiagnosticList {
    let signal = status & 0x7F
    if signal == 0 {
      let code = (status >> 8) & 0xFF
      return DiagnosticList([
        failure(
          assignment,
          code == 0
            ? "the worker ended before the stage was finished"
            : "the worker ended with exit code \(code)", mend: "see \(log)")
      ])
    }
    let name = String(cString: strsignal(signal))
    let mend =
      signal == SIGKILL
      ? "when nobody killed it, memory ran out: fewer --jobs or a smaller batch need less; see \(log)"
      : "what is finished is kept: run again to continue; see \(log)"
    return DiagnosticList([
      failure(assignment, "the worker was ended by signal \(signal) (\(name))", mend: mend)
    ])
  }

  private func failure(
    _ assignment: Assignment, _ message: String, mend: String
  ) -> Diagnostic {
    let tail = logTail(from: assignment.logStart)
    return Diagnostic(
      "stage '\(assignment.job.stage)'",
      message + (tail.isEmpty ? "" : "; it said last:\n" + tail), mend: mend)
  }

  /// The last lines that the worker wrote for this job.
  private func logTail(from start: Int) -> String {
    guard let bytes = try? Files.read(log), bytes.count > start else { return "" }
    return String(decoding: bytes[start...].suffix(4096), as: UTF8.self)
      .split(separator: "\n").filter { !$0.hasPrefix("--- ") }.suffix(12)
      .map { "    \($0)" }.joined(separator: "\n")
  }

  private func appendToLog(_ text: String) {
    let descriptor = open(log, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // A log that cannot be written must not fail the work.
    try? Files.write(Array(text.utf8), to: descriptor, path: log)
  }

  // MARK: Starting

  /// Sockets rather than pipes: they are made close-on-exec in one step, so that workers started at
  /// the same time do not hold each other's ends open, and writing to a dead one raises no signal.
  private static func socketPair() throws(Diagnostic) -> (ours: Int32, theirs: Int32) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
      throw FileFault("connect to", "a worker").diagnostic
    }
    return (ends[0], ends[1])
  }

  private static func spawn(
    program: String, arguments: [String], environment: [String: String], log: String
  ) throws(Diagnostic) -> (pid_t, Int32, Int32) {
    let logFile = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard logFile >= 0 else { throw FileFault("write the log", log).diagnostic }
    defer { close(logFile) }
    let input = try socketPair()
    defer { close(input.theirs) }
    let output: (ours: Int32, theirs: Int32)
    do throws(Diagnostic) {
      output = try socketPair()
    } catch {
      close(input.ours)
      throw error
    }
    defer { close(output.theirs) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input.theirs, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output.theirs, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, logFile, STDERR_FILENO)
    // What else this process has open, a library's or its caller's, is not the worker's.
    for name in (try? Files.list("/proc/self/fd")) ?? [] {
      guard let descriptor = Int32(name), descriptor > STDERR_FILENO else { continue }
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }

    // A group of its own: Ctrl-C reaches the run alone, which then ends its workers in order.
    // Signals that the run ignores or blocks are as usual in the worker.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var all = sigset_t()
    var none = sigset_t()
    sigemptyset(&none)
    sigemptyset(&all)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2] {
      sigaddset(&all, signal)
    }
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    var variables = ProcessInfo.processInfo.environment
    variables.merge(environment) { $1 }
    variables[WorkerLoop.parentVariable] = String(getpid())
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    var settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in words + settings { free(pointer) } }
    var number: pid_t = 0
    let code = posix_spawn(&number, program, &actions, &attributes, &words, &settings)
    guard code == 0 else {
      close(input.ours)
      close(output.ours)
      throw Diagnostic(
        program, "the worker cannot be started: \(String(cString: strerror(code)))",
        mend: "build it with 'swift build --product mke-worker', or run Tools/mke, which does")
    }
    return (number, input.ours, output.ours)
  }
}
