import Configuration
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Dataflow

@Suite struct WorkerLoopTests {
  private func job(_ stage: String) -> Job {
    Job(
      pipeline: "toy", stage: stage, kind: "train",
      configuration: .object(["rate": 1.5, "steps": 10, "names": .array(["a"])]),
      inputs: [
        "from": [
          Job.Input(
            reference: StageReference("points.test"), type: .samples, directory: "/d",
            fingerprint: "g", variants: ["a"])
        ]
      ], fingerprint: "f", outputDirectory: "/out", threads: 2, device: "cpu", toolVersion: "1")
  }

  /// The events that a worker says when it reads `input`.
  private func events(
    _ input: [UInt8], _ work: @escaping @Sendable (Job, WorkerLoop.Emit) async throws -> Void
  ) async throws -> [WorkerEvent] {
    let folder = try TemporaryFolder()
    let (jobs, said) = (folder.path("jobs"), folder.path("events"))
    try Files.create(jobs, input)
    try Files.create(said, [])
    let reading = open(jobs, O_RDONLY | O_CLOEXEC)
    let writing = open(said, O_WRONLY | O_CLOEXEC)
    await WorkerLoop.serve(jobs: reading, events: writing) { try await work($0, $1) }
    close(reading)
    close(writing)
    return try Files.read(said).split(separator: UInt8(ascii: "\n"))
      .map { try WorkerLine.decode(WorkerEvent.self, from: $0) }
  }

  @Test func doesOneJobAfterAnother() async throws {
    let seen = Shared<[Job]>([])
    let input = try WorkerLine.encode(job("a")) + WorkerLine.encode(job("b"))
    // The last line may lack its end.
    let events = try await events(input.dropLast()) { job, say in
      seen.change { $0.append(job) }
      say(
        .progress(
          item: "x", done: 1, total: 2, unit: "steps",
          figures: ["loss": .nan, "worst": .infinity, "best": 0.5]))
      say(.warning(Diagnostic(.warning, "s", "two\nlines")))
      if job.stage == "b" { throw Diagnostic("a.csv:3", "no number", mend: "correct it") }
    }
    #expect(seen.value.map(\.stage) == ["a", "b"])
    let job = try #require(seen.value.first)
    #expect(job.configuration == self.job("a").configuration)
    #expect(job.inputs["from"]?.first?.reference == StageReference("points.test"))
    #expect(events.count == 6)
    if case .progress(_, _, _, _, let figures) = events[0] {
      #expect(figures["loss"]?.isNaN == true)
      #expect(figures["worst"] == .infinity && figures["best"] == 0.5)
    } else {
      Issue.record("no progress")
    }
    if case .warning(let diagnostic) = events[1] { #expect(diagnostic.message == "two\nlines") }
    if case .finished = events[2] {} else { Issue.record("the first job did not finish") }
    if case .failed(let diagnostics) = events[5] {
      #expect(diagnostics == [Diagnostic("a.csv:3", "no number", mend: "correct it")])
    } else {
      Issue.record("the second job did not fail")
    }
  }

  @Test func refusesWhatIsNoJob() async throws {
    let events = try await events(Array("{\"stage\": 3}\n\n".utf8)) { _, _ in }
    guard events.count == 1, case .failed(let diagnostics) = events[0] else {
      Issue.record("\(events)")
      return
    }
    #expect(diagnostics.first?.message.hasPrefix("a line that is no job: ") == true)
  }
}
