import Configuration
import Diagnostics
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Dataflow

@Suite struct OutputLockTests {
  private let toy: Toy

  init() throws {
    toy = try Toy()
    try toy.workspace.prepare()
  }

  private func attempt(
    _ watch: inout OutputLock.Watch, confirmation: Double = 0
  ) throws -> OutputLock.Attempt {
    try OutputLock.attempt(
      "f", in: toy.workspace, pipeline: "toy", stage: "a", watch: &watch,
      timing: .init(heartbeat: 0.05, stale: 60, confirmation: confirmation))
  }

  private func take(confirmation: Double = 0) throws -> OutputLock? {
    var watch = OutputLock.Watch()
    if case .taken(let lock) = try attempt(&watch, confirmation: confirmation) { return lock }
    return nil
  }

  /// A process that has ended.
  private func dead() throws -> ProcessIdentity {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "read x"]
    let input = Pipe()
    process.standardInput = input
    try process.run()
    let identity = try #require(ProcessIdentity(process.processIdentifier))
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    return identity
  }

  private func write(
    _ owner: ProcessIdentity?, worker: ProcessIdentity? = nil, secondsAgo: Double = 0
  ) throws {
    let path = toy.workspace.lock("f")
    let value = Value.object([
      "process": owner?.value ?? .null, "worker": worker?.value ?? .null, "pipeline": "toy",
      "stage": "a", "token": "t",
    ])
    try Files.replace(path, with: Array(value.canonicalJSON.utf8))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -secondsAgo)], ofItemAtPath: path)
  }

  @Test func hasOneOwnerWhoIsNamed() throws {
    let lock = try #require(try take())
    #expect(lock.isHeld)
    var watch = OutputLock.Watch()
    guard case .held(let owner) = try attempt(&watch) else {
      Issue.record("a second owner")
      return
    }
    let host = ProcessInfo.processInfo.hostName
    #expect(owner.description == "process \(getpid()) on '\(host)' (stage 'a' of 'toy')")
    lock.release()
    #expect(!lock.isHeld)
    #expect(try take() != nil)
  }

  @Test func onlyOneOfManyTakesIt() throws {
    // Free at first, then a dead owner's.
    for round in 0..<6 {
      if round.isMultiple(of: 2) { try write(try dead()) }
      let taken = Mutex<[OutputLock]>([])
      DispatchQueue.concurrentPerform(iterations: 16) { _ in
        if let lock = try? take() { taken.withLock { $0.append(lock) } }
      }
      #expect(taken.withLock { $0.count } == 1)
      // By name: a heartbeat under way may keep a lock that nobody owns any more for a moment.
      for lock in taken.withLock({ $0 }) { lock.release() }
      #expect(!Files.exists(toy.workspace.lock("f")))
      #expect(try Files.list(toy.workspace.locksFolder).filter { $0.hasSuffix(".tmp") } == [])
    }
  }

  @Test func aDeadOwnersLockIsTakenOver() throws {
    try write(try dead())
    #expect(try take()?.isHeld == true)
  }

  @Test func aLaterProcessOfTheSameNumberIsAnother() throws {
    var owner = try #require(ProcessIdentity.current)
    try write(owner)
    #expect(try take() == nil)
    owner.started -= 1
    try write(owner)
    #expect(try take() != nil)
  }

  @Test func elsewhereTheHeartbeatDecides() throws {
    var owner = try #require(ProcessIdentity.current)
    owner.host = "elsewhere"
    try write(owner, secondsAgo: 30)
    #expect(try take() == nil)
    try write(owner, secondsAgo: 90)
    // Stale by our clock, but it must be seen to stand still.
    #expect(try take(confirmation: 10) == nil)
    #expect(try take(confirmation: 0) != nil)
  }

  @Test func aBeatingOwnerElsewhereIsAliveWhateverItsClockSays() throws {
    var owner = try #require(ProcessIdentity.current)
    owner.host = "elsewhere"
    var watch = OutputLock.Watch()
    for seconds in [1000.0, 990, 980] {
      try write(owner, secondsAgo: seconds)
      guard case .held = try attempt(&watch, confirmation: 0.05) else {
        Issue.record("taken from a live owner")
        return
      }
      usleep(60_000)
    }
    guard case .taken = try attempt(&watch, confirmation: 0.05) else {
      Issue.record("a heart that stands still is not seen")
      return
    }
  }

  @Test func aLockFileWithoutOwnerGrowsStale() throws {
    let path = toy.workspace.lock("f")
    try Files.replace(path, with: [])
    #expect(try take() == nil)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -90)], ofItemAtPath: path)
    #expect(try take() != nil)
  }

  @Test func theOwnersHeartBeats() async throws {
    let lock = try #require(try take())
    let path = toy.workspace.lock("f")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -90)], ofItemAtPath: path)
    #expect(
      await eventually {
        OutputLock.owner(of: path).map { Date().timeIntervalSince($0.heartbeat) < 20 } ?? false
      })
    withExtendedLifetime(lock) {}
  }

  @Test func anOrphanedWorkerIsEndedFirst() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sleep")
    process.arguments = ["1000"]
    try process.run()
    let worker = try #require(ProcessIdentity(process.processIdentifier))
    try write(try dead(), worker: worker)
    #expect(try take() != nil)
    #expect(worker.isAlive == false)
    process.waitUntilExit()
  }

  @Test func aLostLockIsNotReleased() throws {
    let lock = try #require(try take())
    try write(ProcessIdentity.current)
    #expect(!lock.isHeld)
    lock.release()
    #expect(Files.exists(toy.workspace.lock("f")))
  }

  @Test func notesItsWorker() throws {
    let lock = try #require(try take())
    lock.note(worker: ProcessIdentity.current)
    #expect(OutputLock.owner(of: toy.workspace.lock("f"))?.worker == ProcessIdentity.current)
    #expect(lock.isHeld)
  }
}
