import Configuration
import Diagnostics
import Foundation
import Synchronization
import TestSupport

@testable import Dataflow

enum ToySource: Stage {
  struct Configuration: Decodable, Sendable {}
  static let kind = "source"
  static let documentation = ""
  static let inputs: [Dataflow.Port] = []
  static let output = PortType.samples
  static let keys: [Key] = []
  static let version = 1
  static let usesDevice = false
  static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription { OutputDescription(.samples) }
}

enum ToyJoin: Stage {
  struct Configuration: Decodable, Sendable {}
  static let kind = "join"
  static let documentation = ""
  static let inputs = [Dataflow.Port("from", .samples, count: .many, "")]
  static let output = PortType.samples
  static let keys: [Key] = []
  static let version = 1
  static let usesDevice = false
  static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription { OutputDescription(.samples) }
}

/// The same kind with other code.
enum NewerToyJoin: Stage {
  typealias Configuration = ToyJoin.Configuration
  static let kind = "join"
  static let documentation = ""
  static let inputs = ToyJoin.inputs
  static let output = PortType.samples
  static let keys: [Key] = []
  static let version = 2
  static let usesDevice = false
  static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription { OutputDescription(.samples) }
}

/// A kind that computes on the device and may have variants.
enum ToyTrain: Stage {
  typealias Configuration = VariantSet<ToyJoin.Configuration>
  static let kind = "train"
  static let documentation = ""
  static let inputs = [
    Dataflow.Port("from", .samples, count: .many, ""),
    Dataflow.Port("labels", .samples, count: .optional, words: ["truth"], ""),
  ]
  static let output = PortType.model
  static let keys: [Key] = []
  static let version = 1
  static let hasVariants = true
  static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription { OutputDescription(.model) }
}

/// Pipelines as small texts, one stage a line:
///
///     name: kind key=value from=other,other.labelled | outside-file outside-file
///
/// Values are JSON without spaces, else strings. Of kinds with variants, `variants={"a":{…}}`
/// holds what a variant says otherwise.
enum ToyPipeline {
  static func graph(_ text: String, folder: String, name: String = "toy") -> Graph {
    var nodes: [Graph.Node] = []
    for (index, line) in text.split(separator: "\n").enumerated() {
      let halves = line.split(separator: "|")
      var words = halves[0].split(separator: " ").map(String.init)
      let stage = String(words.removeFirst().dropLast())
      let face = face(words.removeFirst())
      var configuration: [String: Value] = [:]
      for word in words {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        let isList = parts[0] == "from" && parts[1].contains(",")
        configuration[parts[0]] =
          isList
          ? .array(parts[1].split(separator: ",").map { .string(String($0)) })
          : (try? Value(json: Array(parts[1].utf8))) ?? .string(parts[1])
      }
      var variants: [String: [String: Value]] = [:]
      if face.hasVariants {
        let said = configuration.removeValue(forKey: "variants")?.objectValue
        for (name, keys) in said ?? [stage: .object([:])] {
          variants[name] = configuration.merging(keys.objectValue ?? [:]) { $1 }
        }
      }
      var inputs: [String: [Graph.Input]] = [:]
      for port in face.inputs.map(\.name) {
        let readers = variants.isEmpty ? ["": configuration] : variants
        var wired: [(reference: String, variant: String)] = []
        for (variant, keys) in readers.sorted(by: { $0.key < $1.key }) {
          let items = keys[port].map { $0.arrayValue ?? [$0] } ?? []
          wired += items.compactMap(\.stringValue).filter { $0 != "truth" }
            .map { ($0, variant) }
        }
        var references: [String] = []
        for item in wired where !references.contains(item.reference) {
          references.append(item.reference)
        }
        inputs[port] = references.map { reference in
          let users = wired.filter { $0.reference == reference }.map(\.variant)
          return Graph.Input(
            StageReference(reference), variants: users.count == readers.count ? [] : users)
        }
      }
      let whole: Value =
        variants.isEmpty
        ? .object(configuration)
        : .object(["variants": .object(variants.mapValues { .object($0) })])
      let files = halves.count > 1 ? halves[1].split(separator: " ").map(String.init) : []
      nodes.append(
        Graph.Node(
          name: stage, face: face,
          location: SourceLocation(file: "toy.yaml", line: index + 1, column: 1),
          configuration: whole, fingerprinted: whole, inputs: inputs,
          outsideFiles: files.map { OutsideFile(name: $0, path: "\(folder)/\($0)") },
          output: OutputDescription(face.output), readsTruth: false))
    }
    return Graph(name: name, file: "toy.yaml", nodes: nodes)
  }

  private static func face(_ kind: String) -> any Stage.Type {
    switch kind {
    case "source": ToySource.self
    case "join2": NewerToyJoin.self
    case "train": ToyTrain.self
    default: ToyJoin.self
    }
  }
}

/// Does toy jobs inside the test's own process: an output is its manifest and one file.
final class ToyExecutor: Executor {
  typealias Act = @Sendable (Job, @Sendable (WorkerEvent) -> Void) async throws -> Void

  private let act: Act
  private let log = Mutex<[Job]>([])

  /// - Parameter act: what happens before the output of a job is written.
  init(_ act: @escaping Act = { _, _ in }) { self.act = act }

  /// The jobs that were begun, in order.
  var jobs: [Job] { log.withLock { $0 } }
  var stages: [String] { jobs.map(\.stage) }

  func run(_ job: Job, event: @escaping @Sendable (ExecutionEvent) -> Void) async throws {
    log.withLock { $0.append(job) }
    try await act(job) { event(.worker($0)) }
    try Self.write(job)
  }

  func shutDown() async {}

  static func write(_ job: Job) throws {
    let text = "made by \(job.stage)\n"
    try Files.makeFolder(job.outputDirectory)
    try Files.replace("\(job.outputDirectory)/data.txt", with: Array(text.utf8))
    let manifest = """
      {"format": 1, "fingerprint": "\(job.fingerprint)",
       "shards": [{"file": "data.txt", "bytes": \(text.utf8.count)}], "files": []}
      """
    try Files.replace("\(job.outputDirectory)/manifest.json", with: Array(manifest.utf8))
  }
}

/// A workspace and a folder of outside files for one test.
struct Toy {
  let folder: TemporaryFolder
  let workspace: Workspace

  init() throws {
    folder = try TemporaryFolder()
    workspace = Workspace(folder.path(".mke"))
  }

  func graph(_ text: String, name: String = "toy") -> Graph {
    ToyPipeline.graph(text, folder: folder.path, name: name)
  }

  func plan(_ text: String, _ options: Planner.Options = Planner.Options()) throws -> Plan {
    try Planner(graph: graph(text), workspace: workspace, options: options).plan()
  }

  @discardableResult
  func run(
    _ text: String, _ options: Planner.Options = Planner.Options(), jobs: Int = 2,
    keepsGoing: Bool = false, executor: any Executor = ToyExecutor(), events: Events = Events()
  ) async throws -> RunResult {
    await runner(jobs: jobs, keepsGoing: keepsGoing, executor: executor, events: events)
      .run(try plan(text, options))
  }

  func runner(
    jobs: Int = 2, keepsGoing: Bool = false, executor: any Executor, events: Events = Events()
  ) -> Runner {
    Runner(
      executor: executor,
      options: Runner.Options(jobs: jobs, keepsGoing: keepsGoing, toolVersion: "test"),
      timing: OutputLock.Timing(heartbeat: 5, stale: 60, confirmation: 0)
    ) { events.append($0) }
  }

  /// Sets the modification time of an outside file.
  func touch(_ name: String, secondsAgo: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -secondsAgo)],
      ofItemAtPath: folder.path(name))
  }
}

/// The events of a run, as text.
final class Events: Sendable {
  private let log = Mutex<[RunEvent]>([])

  func append(_ event: RunEvent) { log.withLock { $0.append(event) } }

  var all: [RunEvent] { log.withLock { $0 } }

  /// The kind of every event and its stage: `started a`.
  var words: [String] {
    all.map { "\($0.value["event"]?.stringValue ?? "") \($0.stage)" }
  }
}

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
  private let storage: Mutex<Value>

  init(_ value: Value) { storage = Mutex(value) }

  var value: Value { storage.withLock { $0 } }

  @discardableResult
  func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    storage.withLock { value in body(&value) }
  }
}

/// Waits until something holds, for a few seconds at most.
func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
  for _ in 0..<2000 {
    if condition() { return true }
    try? await Task.sleep(for: .milliseconds(5))
  }
  return false
}
