import Configuration
import Diagnostics
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Dataflow

@Suite struct RunnerTests {
  static let diamond = "a: source x=1\nb: join from=a\nc: join from=a y=1\nd: join from=b,c"

  @Test func runsInOrderAndTellsIt() async throws {
    let toy = try Toy()
    let events = Events()
    let executor = ToyExecutor { job, say in
      say(.progress(item: "x", done: 1, total: 2, unit: "steps", figures: ["loss": 0.5]))
      say(.warning(Diagnostic(.warning, "stage '\(job.stage)'", "odd")))
      say(.summary("\(job.stage) is done"))
    }
    let result = try await toy.run(
      "a: source x=1\nb: join from=a", executor: executor, events: events)
    #expect(result.succeeded)
    #expect(result.ran == ["a", "b"])
    #expect(
      events.words == [
        "started a", "progress a", "warning a", "summary a", "finished a",
        "started b", "progress b", "warning b", "summary b", "finished b",
      ])
    let record = RunRecord.last(of: "toy", in: toy.workspace).record
    #expect(record.stages["a"]?.summary == ["a is done"])
    #expect(record.stages["b"]?.warnings.map(\.message) == ["odd"])

    let again = Events()
    let second = ToyExecutor()
    #expect(
      try await toy.run("a: source x=1\nb: join from=a", executor: second, events: again).succeeded)
    #expect(again.words == ["up-to-date a", "up-to-date b"])
    #expect(second.jobs.isEmpty)
  }

  @Test func handsOutWholeJobs() async throws {
    let toy = try Toy()
    let executor = ToyExecutor()
    try await toy.run(
      "a: source x=1\nb: train from=a.labelled variants={\"u\":{},\"v\":{\"labels\":\"a.test\"}}",
      .init(device: "cuda:1"), executor: executor)
    let job = try #require(executor.jobs.last)
    let source = try #require(executor.jobs.first)
    #expect(job.kind == "train")
    #expect(job.device == "cuda:1")
    #expect(job.toolVersion == "test")
    #expect(job.outputDirectory == toy.workspace.partial(job.fingerprint))
    #expect(job.configuration["variants"]?["v"]?["labels"] == "a.test")
    #expect(job.inputs["from"]?.map(\.reference) == [StageReference("a.labelled")])
    #expect(
      job.inputs["from"]?.first?.directory == Store(toy.workspace).directory(source.fingerprint))
    #expect(job.inputs["from"]?.first?.type == .samples)
    #expect(job.inputs["labels"]?.first?.variants == ["v"])
  }

  @Test func sharesItsThreadsAmongWhatIsReady() async throws {
    let toy = try Toy()
    let running = Mutex((now: 0, most: 0))
    let executor = ToyExecutor { job, _ in
      running.withLock {
        $0.now += job.threads
        $0.most = max($0.most, $0.now)
      }
      try await Task.sleep(for: .milliseconds(20))
      running.withLock { $0.now -= job.threads }
    }
    let wide =
      "a: source x=1\nb: join from=a\nc: join from=a x=1\ne: join from=a x=2\nd: join from=b,c,e"
    let result = try await toy.run(wide, jobs: 5, executor: executor)
    #expect(result.succeeded)
    let threads = Dictionary(executor.jobs.map { ($0.stage, $0.threads) }) { first, _ in first }
    #expect(threads == ["a": 5, "b": 2, "c": 2, "e": 1, "d": 5])
    #expect(running.withLock { $0.most } <= 5)

    // With one thread one stage at a time.
    let other = try Toy()
    let narrow = ToyExecutor { job, _ in
      #expect(job.threads == 1)
      #expect(
        running.withLock {
          $0.now += 1
          return $0.now
        } == 1)
      try await Task.sleep(for: .milliseconds(5))
      running.withLock { $0.now -= 1 }
    }
    #expect(try await other.run(wide, jobs: 1, executor: narrow).succeeded)
  }

  @Test func twoStagesOfOneRecipeAreMadeOnce() async throws {
    let toy = try Toy()
    let executor = ToyExecutor { _, _ in try await Task.sleep(for: .milliseconds(50)) }
    let result = try await toy.run("a: source x=1\nb: source x=1", executor: executor)
    #expect(result.succeeded)
    #expect(executor.jobs.count == 1)
    #expect(Set(RunRecord.last(of: "toy", in: toy.workspace).record.stages.keys) == ["a", "b"])
  }

  struct Broken: Error {}

  @Test(arguments: [false, true])
  func aFailureStopsItsDependants(keepsGoing: Bool) async throws {
    let toy = try Toy()
    let events = Events()
    let text = "a: source x=1\nb: source x=2\nc: join from=a\nd: join from=b\ne: join from=d"
    let executor = ToyExecutor { job, _ in
      if job.stage == "a" { throw Diagnostic("shard.h5", "broken", mend: "mend it") }
      if job.stage == "b" { try await Task.sleep(for: .milliseconds(100)) }
    }
    let result = try await toy.run(
      text, keepsGoing: keepsGoing, executor: executor, events: events)
    #expect(!result.succeeded)
    #expect(result.diagnostics == [Diagnostic("shard.h5", "broken", mend: "mend it")])
    #expect(result["c"] == .notRun)
    // What runs already finishes in any case.
    #expect(result.ran == (keepsGoing ? ["b", "d", "e"] : ["b"]))
    #expect(events.words.contains("failed a"))
    #expect(events.words.contains("not-run c"))
    #expect(RunRecord.last(of: "toy", in: toy.workspace).record.failures.keys.sorted() == ["a"])

    #expect(try await toy.run(text).ran == (keepsGoing ? ["a", "c"] : ["a", "c", "d", "e"]))
    #expect(RunRecord.last(of: "toy", in: toy.workspace).record.failures.isEmpty)
  }

  @Test func aWorkThatLeavesNoOutputFails() async throws {
    struct Idle: Executor {
      func run(_ job: Job, event: @escaping @Sendable (ExecutionEvent) -> Void) async throws {}
      func shutDown() async {}
    }
    let toy = try Toy()
    let result = try await toy.run("a: source x=1", executor: Idle())
    #expect(
      result.diagnostics.map(\.message) == [
        "the work finished but its output is not whole: manifest.json is missing"
      ])
    #expect(try toy.plan("a: source x=1").stale.count == 1)
  }

  @Test func aCancelledRunKeepsWhatItMade() async throws {
    let toy = try Toy()
    let executor = ToyExecutor { job, _ in
      if job.stage == "b" {
        try Files.replace("\(job.outputDirectory)/half.h5", with: [1])
        try await Task.sleep(for: .seconds(100))
      }
    }
    let text = "a: source x=1\nb: join from=a\nc: join from=b"
    let task = Task { try await toy.run(text, executor: executor) }
    #expect(await eventually { executor.stages.contains("b") })
    try await Task.sleep(for: .milliseconds(20))
    task.cancel()
    let result = try await task.value
    #expect(result.isCancelled && !result.succeeded)
    #expect(result.diagnostics.isEmpty)
    #expect(result.ran == ["a"])
    #expect(result["b"] == .cancelled && result["c"] == .cancelled)

    // Nothing half-made is taken for whole; the next run continues it.
    let plan = try toy.plan(text)
    #expect(
      plan.description == """
        a: up to date
        b: would run, continuing what is begun
          never run
        c: would run
          never run
        """)
    let events = Events()
    let second = ToyExecutor { job, _ in
      if job.stage == "b" { #expect(Files.exists("\(job.outputDirectory)/half.h5")) }
    }
    #expect(try await toy.run(text, executor: second, events: events).ran == ["b", "c"])
    #expect(
      events.all.contains {
        if case .started("b", _, true) = $0 { true } else { false }
      })
    #expect(try Files.list(toy.workspace.locksFolder).filter { $0.hasSuffix(".lock") } == [])
  }

  @Test func aForcedStageStartsAfreshAndReplacesItsOutput() async throws {
    let toy = try Toy()
    let text = "a: source x=1\nb: join from=a"
    try await toy.run(text)
    let fingerprint = try #require(try toy.plan(text)["a"]?.fingerprint)
    try Files.makeFolder(toy.workspace.partial(fingerprint))
    try Files.replace("\(toy.workspace.partial(fingerprint))/rest.h5", with: [1])
    let executor = ToyExecutor { job, _ in
      #expect(!Files.exists("\(job.outputDirectory)/rest.h5"))
      // The old output stays readable while the new one is made.
      #expect(Store(toy.workspace).isWhole(job.fingerprint))
    }
    #expect(try await toy.run(text, .init(force: ["a"]), executor: executor).ran == ["a", "b"])
    #expect(Store(toy.workspace).isWhole(fingerprint))
  }

  @Test func twoRunsShareAnUpstream() async throws {
    let toy = try Toy()
    let executor = ToyExecutor { job, _ in
      if job.stage == "a" { try await Task.sleep(for: .milliseconds(300)) }
    }
    let (first, second) = ("a: source x=1\nb: join from=a", "a: source x=1\nc: join from=a y=1")
    let events = Events()
    async let one = toy.run(first, executor: executor)
    #expect(await eventually { executor.stages == ["a"] })
    let plan = try Planner(graph: toy.graph(second, name: "other"), workspace: toy.workspace).plan()
    let two = await toy.runner(executor: executor, events: events).run(plan)
    #expect(two["a"] == .shared)
    #expect(two.ran == ["c"])
    #expect(try await one.ran == ["a", "b"])
    #expect(executor.stages.filter { $0 == "a" }.count == 1)
    #expect(events.words == ["waiting a", "shared a", "started c", "finished c"])
    // It knows what the stage said although another run heard it.
    #expect(RunRecord.last(of: "other", in: toy.workspace).record.stages["a"]?.seconds ?? 0 > 0.2)
  }

  /// What a kill, a crash of the machine or a power cut leaves: a lock, and half an output.
  @Test func aRunAfterAKilledOneContinues() async throws {
    let toy = try Toy()
    let text = "a: source x=1"
    let fingerprint = try #require(try toy.plan(text)["a"]?.fingerprint)
    try toy.workspace.prepare()
    var killed = try #require(ProcessIdentity.current)
    killed.started -= 1
    let lock = Value.object([
      "process": killed.value, "pipeline": "toy", "stage": "a", "token": "t",
    ])
    try Files.replace(toy.workspace.lock(fingerprint), with: Array(lock.canonicalJSON.utf8))
    let partial = toy.workspace.partial(fingerprint)
    try Files.makeFolder(partial)
    try Files.replace("\(partial)/labelled-00000.h5", with: [1, 2])

    #expect(try toy.plan(text)["a"]?.isBegun == true)
    let executor = ToyExecutor { job, _ in
      #expect(Files.exists("\(job.outputDirectory)/labelled-00000.h5"))
    }
    #expect(try await toy.run(text, executor: executor).ran == ["a"])
    #expect(!Files.exists(toy.workspace.lock(fingerprint)))
  }

  /// A live owner may work for hours; a run that failed does not wait for it.
  @Test func aFailedRunDoesNotWaitForOthers() async throws {
    let toy = try Toy()
    try toy.workspace.prepare()
    let text = "a: source x=1\nb: source x=2\nc: join from=a"
    let fingerprint = try #require(try toy.plan(text)["a"]?.fingerprint)
    var watch = OutputLock.Watch()
    let held = try OutputLock.attempt(
      fingerprint, in: toy.workspace, pipeline: "other", stage: "z", watch: &watch)
    let executor = ToyExecutor { _, _ in
      try await Task.sleep(for: .milliseconds(50))
      throw Broken()
    }
    let result = try await toy.run(text, executor: executor)
    #expect(result["a"] == .notRun && result["c"] == .notRun)
    #expect(result.diagnostics.count == 1)
    withExtendedLifetime(held) {}
  }

  @Test func aRunTakesOverWhenTheOtherFails() async throws {
    let toy = try Toy()
    let broken = ToyExecutor { _, _ in
      try await Task.sleep(for: .milliseconds(200))
      throw Broken()
    }
    let text = "a: source x=1"
    async let one = toy.run(text, executor: broken)
    #expect(await eventually { !broken.jobs.isEmpty })
    let executor = ToyExecutor()
    let two = try await toy.run(text, executor: executor)
    #expect(two.ran == ["a"])
    #expect(try await one.diagnostics.map(\.subject) == ["stage 'a'"])
  }

  @Test func saysThatTheWorkspaceCannotBeWritten() async throws {
    let toy = try Toy()
    let file = try toy.folder.write("file", "")
    let plan = try Planner(
      graph: toy.graph("a: source x=1"), workspace: Workspace("\(file)/.mke")
    ).plan()
    let executor = ToyExecutor()
    let result = await toy.runner(executor: executor).run(plan)
    #expect(executor.jobs.isEmpty)
    #expect(result.diagnostics.count == 1)
    #expect(result.diagnostics.first?.mend?.contains("--workspace") == true)
  }

  @Test func thePlanTellsTheSameForAnyNumberOfJobs() async throws {
    for jobs in [1, 2, 8] {
      let toy = try Toy()
      let executor = ToyExecutor()
      #expect(
        try await toy.run(Self.diamond, jobs: jobs, executor: executor).ran == ["a", "b", "c", "d"])
      #expect(executor.jobs.count == 4)
    }
  }
}
