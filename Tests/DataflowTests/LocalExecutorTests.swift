import Configuration
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Dataflow

/// Against real processes: a worker written for the shell, which does what the job's `do` says.
@Suite struct LocalExecutorTests {
  private let toy: Toy
  private let worker: String

  init() throws {
    toy = try Toy()
    try toy.workspace.prepare()
    // Cuts single values out of the JSON line, whose keys are sorted and whose values are plain.
    worker = try toy.folder.write(
      "worker.sh",
      #"""
      field() { printf '%s' "$line" | grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }
      while read -r line; do
        out=$(field outputDirectory)
        fingerprint=$(field fingerprint)
        act=$(field do)
        case "$act" in
          crash) echo "about to crash" >&2; kill -SEGV $$; sleep 10 ;;
          killed) kill -KILL $$ ;;
          exit3) echo "giving up" >&2; exit 3 ;;
          exit0) exit 0 ;;
          mute) exec 1>&-; sleep 1000 ;;
          hang) echo "$$" > "$out/pid"; sleep 1000 & wait ;;
          stubborn) trap '' TERM; echo "$$" > "$out/pid"; while :; do sleep 0.1; done ;;
          rubbish) echo "Segmentation fault (core dumped)"; sleep 1000 ;;
          grandchild) sleep 1000 & echo "leaving a child" >&2; exit 4 ;;
          fail) echo '{"failed":{"_0":[{"severity":"error","subject":"a.csv:3:7","message":"no number","mend":"correct it"}]}}' ;;
          *)
            echo '{"progress":{"item":"x","done":1,"total":2,"unit":"steps","figures":{"loss":"nan"}}}'
            echo
            echo '{"summary":{"_0":"worker '$$'"}}'
            printf 'data' > "$out/data.txt"
            echo '{"fingerprint":"'$fingerprint'","shards":[{"file":"data.txt","bytes":4}]}' > "$out/manifest.json"
            echo '{"finished":{}}' ;;
        esac
      done
      echo "bye" >&2
      """#)
  }

  private func executor(grace: Double = 5) -> LocalExecutor {
    LocalExecutor(worker: "/bin/sh", arguments: [worker], workspace: toy.workspace, grace: grace)
  }

  private func job(_ act: String, fingerprint: String = "f", padding: Int = 0) throws -> Job {
    try Files.makeFolder(toy.workspace.partial(fingerprint))
    return Job(
      pipeline: "toy", stage: "a", kind: "source",
      configuration: .object([
        "do": .string(act), "padding": .string(String(repeating: "x", count: padding)),
      ]),
      inputs: [:], fingerprint: fingerprint,
      outputDirectory: toy.workspace.partial(fingerprint), threads: 1, device: "cpu",
      toolVersion: "test")
  }

  private func failure(_ act: String) async throws -> Diagnostic? {
    let executor = executor()
    let job = try job(act)
    let error = await #expect(throws: DiagnosticList.self) { try await executor.run(job) { _ in } }
    await executor.shutDown()
    return error?.diagnostics.first
  }

  private func log() throws -> String {
    try Files.list(toy.workspace.logsFolder)
      .map { String(decoding: try Files.read("\(toy.workspace.logsFolder)/\($0)"), as: UTF8.self) }
      .joined()
  }

  @Test func runsAPipelineInOneWorker() async throws {
    let events = Events()
    let executor = executor()
    let text = "a: source do=work\nb: join from=a do=work\nc: join from=b do=work"
    let result = try await toy.run(text, executor: executor, events: events)
    await executor.shutDown()
    #expect(result.diagnostics == [])
    #expect(result.ran == ["a", "b", "c"])
    let workers = events.all.compactMap { event -> String? in
      if case .summary(_, let line) = event { line } else { nil }
    }
    #expect(workers.count == 3 && Set(workers).count == 1)
    let losses = events.all.compactMap { event -> Double? in
      if case .progress(_, "x", 1, 2, "steps", let figures) = event { figures["loss"] } else { nil }
    }
    #expect(losses.count == 3 && losses.allSatisfy(\.isNaN))
    let said = try log()
    #expect(said.contains("--- stage 'b' of 'toy'"))
    // It was let go, not killed.
    #expect(said.hasSuffix("bye\n"))
    #expect(try toy.plan(text).stale.isEmpty)
  }

  @Test func runsJobsAtTheSameTime() async throws {
    let executor = executor()
    let workers = Shared<Set<Int32>>([])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<4 {
        let job = try job("work", fingerprint: "f\(index)")
        group.addTask {
          try await executor.run(job) { event in
            if case .placed(let process) = event {
              workers.change { $0.insert(process.number) }
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(!workers.value.isEmpty)
    await executor.shutDown()
    for number in workers.value { #expect(ProcessIdentity(number) == nil) }
  }

  @Test func aJobMayBeLargerThanWhatASocketHolds() async throws {
    let executor = executor()
    try await executor.run(try job("work", padding: 1 << 20)) { _ in }
    await executor.shutDown()
    #expect(Store.state(of: toy.workspace.partial("f"), fingerprint: "f") == .whole)
  }

  @Test func aCrashFailsTheStageWithTheLog() async throws {
    let diagnostic = try await failure("crash")
    #expect(diagnostic?.subject == "stage 'a'")
    #expect(
      diagnostic?.message == """
        the worker was ended by signal 11 (Segmentation fault); it said last:
            about to crash
        """)
    #expect(diagnostic?.mend?.hasPrefix("what is finished is kept: run again to continue") == true)
  }

  @Test func aKillHintsAtMemory() async throws {
    let diagnostic = try await failure("killed")
    #expect(diagnostic?.message.hasPrefix("the worker was ended by signal 9 (Killed)") == true)
    #expect(diagnostic?.mend?.hasPrefix("when nobody killed it, memory ran out") == true)
  }

  @Test func anExitFailsTheStage() async throws {
    let message = try await failure("exit3")?.message
    #expect(message == "the worker ended with exit code 3; it said last:\n    giving up")
    let silent = try await failure("exit0")?.message
    #expect(silent?.hasPrefix("the worker ended before the stage was finished") == true)
  }

  @Test func rubbishFailsTheStage() async throws {
    let message = try await failure("rubbish")?.message
    #expect(
      message?.hasPrefix(
        "the worker printed what is no event: 'Segmentation fault (core dumped)'") == true)
  }

  @Test func aWorkerThatSpeaksNoMoreIsEnded() async throws {
    #expect(try await failure("mute")?.message.hasPrefix("the worker was ended by") == true)
  }

  @Test func aGrandchildThatHoldsThePipesHoldsUpNothing() async throws {
    let message = try await failure("grandchild")?.message
    #expect(message == "the worker ended with exit code 4; it said last:\n    leaving a child")
  }

  @Test func aFailedJobIsToldInTheWorkersWords() async throws {
    #expect(
      try await failure("fail") == Diagnostic("a.csv:3:7", "no number", mend: "correct it"))
  }

  @Test(arguments: ["hang", "stubborn"])
  func cancellingEndsTheWorker(_ act: String) async throws {
    let executor = executor(grace: 0.3)
    let job = try job(act)
    let task = Task { try await executor.run(job) { _ in } }
    let file = "\(job.outputDirectory)/pid"
    #expect(await eventually { (try? Files.read(file).isEmpty) == false })
    let text = String(decoding: try Files.read(file), as: UTF8.self)
    let number = try #require(Int32(text.dropLast()))
    #expect(ProcessIdentity(number) != nil)
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(ProcessIdentity(number) == nil)
    #expect(Files.exists(job.outputDirectory))
    await executor.shutDown()
  }

  @Test func aMissingWorkerSaysHowToBuildIt() async throws {
    let path = toy.folder.path("mke-worker")
    let executor = LocalExecutor(worker: path, workspace: toy.workspace)
    let result = try await toy.run("a: source x=1", executor: executor)
    await executor.shutDown()
    #expect(
      result.diagnostics == [
        Diagnostic(
          path, "the worker cannot be started: No such file or directory",
          mend: "build it with 'swift build --product mke-worker', or run Tools/mke, which does")
      ])
  }

  @Test func aFailedStageLeavesTheRunWhole() async throws {
    let executor = executor()
    let text = "a: source do=work\nb: join from=a do=crash\nc: join from=a do=work"
    let result = try await toy.run(text, jobs: 1, keepsGoing: true, executor: executor)
    await executor.shutDown()
    #expect(result.ran == ["a", "c"])
    #expect(result.diagnostics.count == 1)
    #expect(try toy.plan(text).stale.map(\.name) == ["b"])
  }

  @Test func keepsTheLogsOfLateTimes() async throws {
    for index in 0..<130 {
      try Files.replace("\(toy.workspace.logsFolder)/worker-0-\(index)", with: [])
    }
    let executor = executor()
    try await executor.run(try job("work")) { _ in }
    await executor.shutDown()
    #expect(try Files.list(toy.workspace.logsFolder).count <= 101)
  }

  /// The ends that one worker hears and speaks through are open in no other.
  @Test func workersDoNotInheritEachOthersFiles() async throws {
    let script = try toy.folder.write(
      "files.sh",
      #"""
      while read -r line; do
        files=$(for file in /proc/$$/fd/*; do readlink $file; done | grep socket | tr '\n' ' ')
        echo '{"summary":{"_0":"'$files'"}}'
        sleep 0.2
        echo '{"finished":{}}'
      done
      """#)
    let executor = LocalExecutor(worker: "/bin/sh", arguments: [script], workspace: toy.workspace)
    let files = Shared<[String]>([])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        let job = try job("work")
        group.addTask {
          try await executor.run(job) { event in
            if case .worker(.summary(let line)) = event { files.change { $0.append(line) } }
          }
        }
      }
      try await group.waitForAll()
    }
    await executor.shutDown()
    let sockets = files.value.map { $0.split(separator: " ") }
    #expect(sockets.map(\.count) == [2, 2, 2, 2])
    #expect(Set(sockets.joined()).count == 8)
  }
}
