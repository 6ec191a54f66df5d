import Diagnostics
import Foundation
import Synchronization

/// Carries out a plan: independent stages at the same time, each under the lock of its output.
public struct Runner: Sendable {
  public struct Options: Sendable {
    /// Threads that all running stages share; at least one. Never changes a bit of an output.
    public var jobs: Int
    /// After a failure, start stages that do not depend on it all the same.
    public var keepsGoing: Bool
    /// Written into what the stages make.
    public var toolVersion: String

    public init(jobs: Int, keepsGoing: Bool = false, toolVersion: String) {
      self.jobs = max(1, jobs)
      self.keepsGoing = keepsGoing
      self.toolVersion = toolVersion
    }
  }

  private let executor: any Executor
  private let options: Options
  private let emit: @Sendable (RunEvent) -> Void
  private let timing: OutputLock.Timing

  /// - Parameter emit: called from any thread, one call at a time for each stage.
  public init(
    executor: any Executor, options: Options, emit: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.init(executor: executor, options: options, timing: OutputLock.Timing(), emit: emit)
  }

  init(
    executor: any Executor, options: Options, timing: OutputLock.Timing,
    emit: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.executor = executor
    self.options = options
    self.timing = timing
    self.emit = emit
  }

  /// How one attempt at a stage ended.
  private enum Step: Sendable {
    case ran(String, seconds: Double)
    case shared(String)
    case failed(String, [Diagnostic])
    case cancelled(String)
    /// Another run holds its output.
    case busy(String, OutputLock.Owner)
    /// The other run is gone, and its output is not there.
    case claimed(String, OutputLock)
    /// Not waited for any longer, because of a failure elsewhere.
    case givenUp(String)
  }

  /// Runs the stale stages of `plan`; cancelling the task stops them in order and keeps what is
  /// made. The executor stays open: whoever made it shuts it down.
  public func run(_ plan: Plan) async -> RunResult {
    var outcomes: [String: RunResult.Outcome] = [:]
    for item in plan.items {
      switch item.state {
      case .upToDate:
        outcomes[item.name] = .upToDate
        emit(.upToDate(stage: item.name))
      case .leftOut(let why):
        outcomes[item.name] = .leftOut
        emit(.leftOut(stage: item.name, why: why))
      case .stale: break
      }
    }
    var faults: [Diagnostic] = []
    do {
      if !plan.stale.isEmpty { try plan.workspace.prepare() }
      try noteUpToDate(plan)
    } catch {
      faults = Diagnostic.all(of: error, subject: plan.workspace.path)
    }
    if faults.isEmpty || plan.stale.isEmpty {
      await runStale(plan, &outcomes)
    }
    return RunResult(
      stages: plan.items.map { .init(name: $0.name, outcome: outcomes[$0.name] ?? .notRun) },
      // A record that cannot be written is no fault of a run that has nothing to do.
      faults: plan.stale.isEmpty ? [] : faults)
  }

  /// The record follows stages that became up to date without running, as after taking back an
  /// edit: else `why` would compare the next edit with the one taken back.
  private func noteUpToDate(_ plan: Plan) throws {
    let changed = plan.items.filter { $0.state == .upToDate && !$0.isRecorded }
    guard !changed.isEmpty else { return }
    try RunRecord.update(plan.pipeline, in: plan.workspace) { record in
      for item in changed { Self.note(item, in: &record, Store(plan.workspace)) }
    }
  }

  /// Notes an output that is in the store with what it said of itself when it was made.
  private static func note(_ item: Plan.Item, in record: inout RunRecord, _ store: Store) {
    var stage = item.recipe
    if let made = RunRecord.Stage.travelling(with: store.directory(item.fingerprint)) {
      stage.finishedAt = made.finishedAt
      stage.seconds = made.seconds
      stage.summary = made.summary
      stage.warnings = made.warnings
    }
    record.stages[item.name] = stage
    record.failures[item.name] = nil
  }

  private func runStale(_ plan: Plan, _ outcomes: inout [String: RunResult.Outcome]) async {
    var pending = plan.stale
    var claimed: [String: OutputLock] = [:]
    var threads: [String: Int] = [:]
    var failed: [String] = []
    let isStopping = Flag()
    let items = Dictionary(pending.map { ($0.name, $0) }) { first, _ in first }

    await withTaskGroup(of: Step.self) { group in
      while true {
        if !Task.isCancelled, failed.isEmpty || options.keepsGoing {
          let ready = pending.filter { item in
            item.node.upstream.allSatisfy { Self.isThere(outcomes[$0]) }
          }
          let free = options.jobs - threads.values.reduce(0, +)
          let count = min(ready.count, free)
          for (index, item) in ready.prefix(max(0, count)).enumerated() {
            let share = free / count + (index < free % count ? 1 : 0)
            threads[item.name] = share
            pending.removeAll { $0.name == item.name }
            let lock = claimed.removeValue(forKey: item.name)
            group.addTask { await attempt(item, of: plan, threads: share, lock: lock) }
          }
        }
        guard let step = await group.next() else { break }
        switch step {
        case .ran(let name, let seconds):
          threads[name] = nil
          outcomes[name] = .ran(seconds: seconds)
          emit(.finished(stage: name, seconds: seconds))
        case .shared(let name):
          threads[name] = nil
          outcomes[name] = .shared
          emit(.shared(stage: name))
        case .failed(let name, let diagnostics):
          threads[name] = nil
          outcomes[name] = .failed(diagnostics)
          failed.append(name)
          if !options.keepsGoing { isStopping.raise() }
          emit(.failed(stage: name, diagnostics))
        case .cancelled(let name):
          threads[name] = nil
          outcomes[name] = .cancelled
        case .busy(let name, let owner):
          threads[name] = nil
          emit(.waiting(stage: name, owner: owner.description))
          if let item = items[name] {
            group.addTask { await wait(for: item, of: plan, unless: isStopping) }
          }
        case .claimed(let name, let lock):
          claimed[name] = lock
          if let item = items[name] { pending.append(item) }
        case .givenUp(let name):
          if let item = items[name] { pending.append(item) }
        }
      }
    }
    claimed = [:]
    for item in pending {
      if Task.isCancelled, failed.isEmpty {
        outcomes[item.name] = .cancelled
      } else {
        outcomes[item.name] = .notRun
        emit(.notRun(stage: item.name, failed: failed))
      }
    }
  }

  /// Whether a stage's output can be read; `nil` is a stage that has not run yet.
  private static func isThere(_ outcome: RunResult.Outcome?) -> Bool {
    switch outcome {
    case .upToDate, .leftOut, .ran, .shared: true
    case .failed, .notRun, .cancelled, nil: false
    }
  }

  // MARK: One stage

  /// Polls until the output is there or its lock is this run's.
  private func wait(
    for item: Plan.Item, of plan: Plan, unless isStopping: Flag
  ) async -> Step {
    let store = Store(plan.workspace)
    var watch = OutputLock.Watch()
    do {
      while true {
        try await Task.sleep(for: .milliseconds(100))
        if isStopping.isRaised { return .givenUp(item.name) }
        let attempt = try await Self.blocking { [watch] in
          var watch = watch
          let attempt = try OutputLock.attempt(
            item.fingerprint, in: plan.workspace, pipeline: plan.pipeline, stage: item.name,
            watch: &watch, timing: timing)
          return (attempt, watch)
        }
        watch = attempt.1
        guard case .taken(let lock) = attempt.0 else { continue }
        if !item.isForced, store.isWhole(item.fingerprint) {
          lock.release()
          return try share(item, of: plan)
        }
        return .claimed(item.name, lock)
      }
    } catch is CancellationError {
      return .cancelled(item.name)
    } catch {
      return fail(item, of: plan, error)
    }
  }

  private func attempt(
    _ item: Plan.Item, of plan: Plan, threads: Int, lock given: OutputLock?
  ) async -> Step {
    let store = Store(plan.workspace)
    do {
      let lock: OutputLock
      if let given {
        lock = given
      } else {
        let attempt = try await Self.blocking {
          var watch = OutputLock.Watch()
          return try OutputLock.attempt(
            item.fingerprint, in: plan.workspace, pipeline: plan.pipeline, stage: item.name,
            watch: &watch, timing: timing)
        }
        switch attempt {
        case .taken(let taken): lock = taken
        case .held(let owner): return .busy(item.name, owner)
        }
      }
      defer { lock.release() }
      // Another run may have made it since the plan was made.
      if !item.isForced, store.isWhole(item.fingerprint) { return try share(item, of: plan) }
      return try await work(item, of: plan, threads: threads, lock: lock)
    } catch is CancellationError {
      return .cancelled(item.name)
    } catch {
      // What a worker that is being ended complains of is not a fault of the stage.
      return Task.isCancelled ? .cancelled(item.name) : fail(item, of: plan, error)
    }
  }

  private func work(
    _ item: Plan.Item, of plan: Plan, threads: Int, lock: OutputLock
  ) async throws -> Step {
    let name = item.name
    let store = Store(plan.workspace)
    let continues = !item.isForced && Files.exists(plan.workspace.partial(item.fingerprint))
    try await Self.blocking { try store.begin(item.fingerprint, isFresh: item.isForced) }
    emit(.started(stage: name, threads: threads, continues: continues))

    let start = ContinuousClock.now
    let said = Mutex<(summary: [String], warnings: [Diagnostic])>(([], []))
    try await executor.run(job(item, of: plan, threads: threads)) { event in
      switch event {
      case .placed(let process): lock.note(worker: process)
      case .worker(.progress(let item, let done, let total, let unit, let figures)):
        emit(
          .progress(
            stage: name, item: item, done: done, total: total, unit: unit, figures: figures))
      case .worker(.warning(let diagnostic)):
        said.withLock { $0.warnings.append(diagnostic) }
        emit(.warning(stage: name, diagnostic))
      case .worker(.summary(let line)):
        said.withLock { $0.summary.append(line) }
        emit(.summary(stage: name, line))
      case .worker(.finished), .worker(.failed): break
      }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    guard lock.isHeld else {
      throw Diagnostic(
        "stage '\(name)'", "another run took over its output while this one stood still",
        mend: "run again: what either of them finished is kept")
    }
    var made = item.recipe
    made.finishedAt = Date()
    made.seconds = seconds
    (made.summary, made.warnings) = said.withLock { $0 }
    let stage = made
    try await Self.blocking {
      try stage.travel(with: plan.workspace.partial(item.fingerprint))
      try store.publish(item.fingerprint)
      try RunRecord.update(plan.pipeline, in: plan.workspace) { record in
        record.stages[name] = stage
        record.failures[name] = nil
      }
    }
    return .ran(name, seconds: seconds)
  }

  private func job(_ item: Plan.Item, of plan: Plan, threads: Int) -> Job {
    let node = item.node
    let store = Store(plan.workspace)
    var inputs: [String: [Job.Input]] = [:]
    for (port, wired) in node.inputs {
      inputs[port] = wired.compactMap { input in
        plan[input.reference.stage].map { source in
          Job.Input(
            reference: input.reference, type: source.node.output.type,
            directory: store.directory(source.fingerprint), fingerprint: source.fingerprint,
            variants: input.variants)
        }
      }
    }
    return Job(
      pipeline: plan.pipeline, stage: node.name, kind: node.face.kind,
      configuration: node.configuration, inputs: inputs, fingerprint: item.fingerprint,
      outputDirectory: plan.workspace.partial(item.fingerprint), threads: threads,
      device: plan.device, toolVersion: options.toolVersion)
  }

  private func share(_ item: Plan.Item, of plan: Plan) throws -> Step {
    try RunRecord.update(plan.pipeline, in: plan.workspace) { record in
      Self.note(item, in: &record, Store(plan.workspace))
    }
    return .shared(item.name)
  }

  private func fail(_ item: Plan.Item, of plan: Plan, _ error: any Error) -> Step {
    let diagnostics =
      (error as? FileFault).map { [$0.diagnostic] }
      ?? Diagnostic.all(of: error, subject: "stage '\(item.name)'")
    // The failure is told anyway; only `status` would not know of it later.
    try? RunRecord.update(plan.pipeline, in: plan.workspace) { record in
      record.failures[item.name] = diagnostics
    }
    return .failed(item.name, diagnostics)
  }

  /// Off the cooperative threads: flushing a disk can take seconds.
  private static func blocking<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(with: Swift.Result { try body() })
      }
    }
  }
}

/// Raised once, seen by all.
private final class Flag: Sendable {
  private let state = Mutex(false)

  var isRaised: Bool { state.withLock { $0 } }

  func raise() { state.withLock { $0 = true } }
}
