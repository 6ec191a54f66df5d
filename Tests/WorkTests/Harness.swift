import Configuration
import Dataflow
import Diagnostics
import Foundation
import PipelineFile
import Shards
import Stages
import TestSupport
import Work

/// Runs pipelines stage by stage in this process: no planner, no store, no worker.
final class Harness: Sendable {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What one stage said, and where its output is.
  struct Outcome: Sendable {
    var job: Job
    var events: [WorkerEvent]

    var output: Output { get throws { try Output(opening: job.outputDirectory) } }

    var failures: [Diagnostic] {
      events.flatMap { if case .failed(let list) = $0 { list } else { [Diagnostic]() } }
    }
    var warnings: [Diagnostic] {
      events.compactMap { if case .warning(let diagnostic) = $0 { diagnostic } else { nil } }
    }
    var summaries: [String] {
      events.compactMap { if case .summary(let line) = $0 { line } else { nil } }
    }
  }

  /// Runs all stages in order until one fails.
  ///
  /// - Parameters:
  ///   - attempt: outputs of one attempt are kept apart from those of another.
  ///   - given: what makes the outputs of some stages in place of their work.
  func run(
    _ text: String, attempt: String = "first", threads: Int = 2,
    given: [String: (Job) throws -> Void] = [:]
  ) async throws -> [String: Outcome] {
    try await run(
      file: folder.write("pipeline.yaml", text), attempt: attempt, threads: threads, given: given)
  }

  /// The same of a file, with `--set`.
  func run(
    file: String, settings: [String] = [], attempt: String = "first", threads: Int = 2,
    given: [String: (Job) throws -> Void] = [:]
  ) async throws -> [String: Outcome] {
    let graph = try PipelineFile.load(file, settings: settings, registry: .standard).graph
    var outcomes: [String: Outcome] = [:]
    for node in graph.nodes {
      let job = job(node, in: graph, attempt: attempt, threads: threads)
      if let make = given[node.name] {
        try make(job)
        continue
      }
      let outcome = await run(job)
      outcomes[node.name] = outcome
      guard outcome.failures.isEmpty else { break }
    }
    return outcomes
  }

  /// What one stage said, after all before it have succeeded.
  func run(_ text: String, until stage: String) async throws -> Outcome {
    let outcomes = try await run(text)
    if let outcome = outcomes[stage] { return outcome }
    throw DiagnosticList(outcomes.values.flatMap(\.failures))
  }

  func run(_ job: Job) async -> Outcome {
    let events = Events()
    do {
      try await standardWork.run(job) { events.add($0) }
    } catch {
      events.add(.failed(Diagnostic.all(of: error, subject: "stage '\(job.stage)'")))
    }
    return Outcome(job: job, events: events.all)
  }

  private func job(
    _ node: Graph.Node, in graph: Graph, attempt: String, threads: Int
  ) -> Job {
    let ports = node.inputs.mapValues { inputs in
      inputs.compactMap { input in
        graph[input.reference.stage].map {
          Job.Input(
            reference: input.reference, type: $0.output.type,
            directory: folder.path("\(attempt)/\($0.name)"), fingerprint: "of-\($0.name)",
            variants: input.variants)
        }
      }
    }
    return Job(
      pipeline: graph.name, stage: node.name, kind: node.face.kind,
      configuration: node.configuration, inputs: ports, fingerprint: "of-\(node.name)",
      outputDirectory: folder.path("\(attempt)/\(node.name)"), threads: threads, device: "cpu",
      toolVersion: "test")
  }

  /// `@unchecked Sendable`: every access holds `lock`.
  private final class Events: @unchecked Sendable {
    private let lock = NSLock()
    private var list: [WorkerEvent] = []
    func add(_ event: WorkerEvent) { lock.withLock { list.append(event) } }
    var all: [WorkerEvent] { lock.withLock { list } }
  }
}

/// Pipelines that several tests start from.
enum Texts {
  /// Two moons, small and quick.
  static let moons = """
    mke: 1
    name: moons
    stages:
      moons:
        kind: ingest
        source: {kind: two-moons, samples: 120, noise: 0.1, seed: 1}
        split: {test: 0.4, labelled: 0.3, seed: 1}
      points: {kind: align, from: moons, standardise: [xa, xb]}
      teacher:
        kind: teacher
        from: points.labelled
        modalities: [xa]
        network: {head: {hidden: [8]}}
        optimizer: {kind: adam, learning-rate: 0.05}
        steps: 50
        seeds: 2
      guesses: {kind: infer, model: teacher, from: points.unlabelled}
      labels: {kind: pseudo-label, from: guesses, mode: hard}
      students:
        kind: distill
        from: points.unlabelled
        labels: labels
        modalities: [xa, xb]
        network: {head: {hidden: [8]}}
        transform: [{kind: multiplicative-noise, scale: 1}]
        optimizer: {kind: adam, learning-rate: 0.05}
        steps: 60
        seeds: 3
        variants:
          um-student: {modalities: [xa], transform: []}
          mm-student-no-reg: {transform: []}
          mke: {}
          supervised: {labels: truth}
      report:
        kind: evaluate
        models: [teacher, students]
        on: points.test
        denoise-on: points.unlabelled
        labels: labels
    """
}
