import Configuration
import Foundation
import Synchronization

/// The right to make one output, held by one process at a time; many runs share a workspace, and
/// each output has a lock of its own.
///
/// The lock is a file that appears whole (`link`) and names its owner. A live owner touches it every
/// few seconds. On the same machine an owner is dead when its process is gone; elsewhere when the
/// heartbeat is older than a minute and stands still. A dead owner's lock is taken over, and what
/// its workers still do to the output is ended first.
final class OutputLock: Sendable {
  /// Who holds an output.
  struct Owner: Hashable, Sendable {
    /// `nil` when the file does not say.
    var process: ProcessIdentity?
    var pipeline: String
    var stage: String
    /// The process that does the work, when there is one.
    var worker: ProcessIdentity?
    /// Tells two locks of one process apart.
    var token: String
    /// When the owner last showed that it lives.
    var heartbeat: Date
  }

  enum Attempt {
    case taken(OutputLock)
    case held(Owner)
  }

  /// How an owner shows that it lives and how long others believe it, in seconds.
  struct Timing: Sendable {
    var heartbeat: Double = 5
    /// Age of a heartbeat elsewhere that makes a dead owner likely.
    var stale: Double = 60
    /// How long a stale heartbeat must be seen to stand still: clocks of two machines may differ.
    var confirmation: Double = 12
  }

  /// What a waiting run has seen of an owner elsewhere.
  struct Watch: Sendable {
    fileprivate var owner: Owner?
    fileprivate var since = ContinuousClock.now

    init() {}
  }

  private struct State {
    var owner: Owner
    var isReleased = false
  }

  private let path: String
  private let guardPath: String
  private let state: Mutex<State>
  /// Only resumed and cancelled, which dispatch sources allow from any thread.
  private nonisolated(unsafe) let timer: any DispatchSourceTimer

  private init(path: String, guardPath: String, owner: Owner, timing: Timing) {
    self.path = path
    self.guardPath = guardPath
    state = Mutex(State(owner: owner))
    timer = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
    timer.schedule(
      deadline: .now() + timing.heartbeat, repeating: timing.heartbeat, leeway: .seconds(1))
    timer.setEventHandler { [weak self] in self?.beat() }
    timer.resume()
  }

  deinit { release() }

  /// Takes the lock unless a live owner holds it.
  ///
  /// - Parameter watch: kept by a caller that tries again and again; what it sees of an owner
  ///   elsewhere decides whether that owner is dead.
  /// - Throws: `FileFault` when the workspace cannot be written.
  static func attempt(
    _ fingerprint: String, in workspace: Workspace, pipeline: String, stage: String,
    watch: inout Watch, timing: Timing = Timing()
  ) throws -> Attempt {
    let path = workspace.lock(fingerprint)
    let guardPath = "\(workspace.locksFolder)/takeover"
    let mine = Owner(
      process: ProcessIdentity.current, pipeline: pipeline, stage: stage,
      token: String(UInt64.random(in: 0...UInt64.max), radix: 36), heartbeat: Date())

    func take() throws -> Bool {
      let temporary = Files.temporaryName(beside: path)
      try Files.create(temporary, mine.bytes)
      defer { unlink(temporary) }
      if link(temporary, path) == 0 { return true }
      guard errno == EEXIST else { throw FileFault("lock the output", path) }
      return false
    }
    func lock() -> Attempt {
      .taken(OutputLock(path: path, guardPath: guardPath, owner: mine, timing: timing))
    }

    if try take() { return lock() }
    guard let owner = owner(of: path) else {
      // Released between the two looks.
      return try take() ? lock() : .held(owner(of: path) ?? mine)
    }
    guard isDead(owner, watch: &watch, timing: timing) else { return .held(owner) }
    // One at a time, and only while it is still the same dead owner's.
    let isTaken = try Files.guarded(by: guardPath) {
      if let now = Self.owner(of: path) {
        guard now.token == owner.token, now.heartbeat == owner.heartbeat else { return false }
        try end(now.worker)
        unlink(path)
      }
      return try take()
    }
    return isTaken ? lock() : .held(Self.owner(of: path) ?? owner)
  }

  /// Writes down which process does the work, so that a run which takes over can end it.
  func note(worker: ProcessIdentity?) {
    try? Files.guarded(by: guardPath) {
      let bytes: [UInt8]? = state.withLock { state in
        guard !state.isReleased, state.owner.worker != worker else { return nil }
        state.owner.worker = worker
        return state.owner.bytes
      }
      guard let bytes, isHeld else { return }
      try Files.replace(path, with: bytes)
    }
  }

  /// Whether the lock is still this one's: an owner that slept for minutes may have lost it.
  var isHeld: Bool {
    let (token, isReleased) = state.withLock { ($0.owner.token, $0.isReleased) }
    return !isReleased && Self.owner(of: path)?.token == token
  }

  func release() {
    let token: String? = state.withLock { state in
      if state.isReleased { return nil }
      state.isReleased = true
      return state.owner.token
    }
    guard let token else { return }
    timer.cancel()
    // A lock that cannot be removed names a process that will be gone: the next run takes it over.
    try? Files.guarded(by: guardPath) {
      if Self.owner(of: path)?.token == token { unlink(path) }
    }
  }

  private func beat() {
    if isHeld { utimes(path, nil) }
  }

  // MARK: Owners

  static func owner(of path: String) -> Owner? {
    guard let status = try? FileStatus(of: path), let bytes = try? Files.read(path) else {
      return nil
    }
    let heartbeat = Date(timeIntervalSince1970: Double(status.modified) / 1e9)
    // A power cut may leave an empty file; it is nobody's and grows stale like one from elsewhere.
    let value = (try? Value(json: bytes)) ?? .null
    return Owner(
      process: value["process"].flatMap { ProcessIdentity($0) },
      pipeline: value["pipeline"]?.stringValue ?? "", stage: value["stage"]?.stringValue ?? "",
      worker: value["worker"].flatMap { ProcessIdentity($0) },
      token: value["token"]?.stringValue ?? "", heartbeat: heartbeat)
  }

  private static func isDead(_ owner: Owner, watch: inout Watch, timing: Timing) -> Bool {
    if let isAlive = owner.process?.isAlive { return !isAlive }
    if watch.owner != owner {
      watch.owner = owner
      watch.since = .now
    }
    let seen = ContinuousClock.now - watch.since
    let age = Date().timeIntervalSince(owner.heartbeat)
    return age > timing.stale && seen >= .seconds(timing.confirmation)
      || seen > .seconds(timing.stale + timing.confirmation)
  }

  /// Ends a worker that outlived the run which started it: two must not write one output.
  private static func end(_ worker: ProcessIdentity?) throws {
    guard let worker, worker.isAlive == true else { return }
    kill(worker.number, SIGKILL)
    for _ in 0..<1000 where worker.isAlive == true { usleep(10_000) }
    guard worker.isAlive != true else {
      throw FileFault("end \(worker), which still writes", "\(worker.number)", code: EBUSY)
    }
  }
}

extension OutputLock.Owner: CustomStringConvertible {
  /// `process 123 on 'host' (stage 'teacher' of 'two-moons')`
  var description: String {
    "\(process?.description ?? "an unknown process") (stage '\(stage)' of '\(pipeline)')"
  }

  fileprivate var bytes: [UInt8] {
    let value = Value.object([
      "process": process?.value ?? .null, "pipeline": .string(pipeline), "stage": .string(stage),
      "worker": worker?.value ?? .null, "token": .string(token),
    ])
    return Array((value.canonicalJSON + "\n").utf8)
  }
}
