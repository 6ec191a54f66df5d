public import Configuration
public import Dataflow
public import Diagnostics
import Foundation
public import Metrics

/// What came of a run: how each stage ended, the figures of the evaluate stages, the warning lights
/// of the students, where the outputs are.
public struct RunReport: Sendable {
  public struct Stage: Sendable, Equatable {
    public var stage: String
    /// `up-to-date`, `left-out`, `ran`, `shared`, `failed`, `not-run`, `cancelled`.
    public var outcome: String
    public var seconds: Double?
    /// The folder of its output, when that is made.
    public var output: String?
  }

  public struct Students: Sendable, Equatable {
    public var stage: String
    public var classes: [String]
    public var lights: [OutputReport.Light]
  }

  public var pipeline: String
  public var file: String
  public var seconds: Double
  public var stages: [Stage]
  /// Over the seeds of each variant; one list for each evaluate stage.
  public var figures: [[MetricAggregate]]
  public var students: [Students]
  public var workspace: String
  /// What of it could not be read.
  public var warnings: [Diagnostic] = []

  /// - Throws: `Diagnostic` when figures cannot be read.
  public init(_ plan: Plan, _ result: RunResult, graph: Graph, seconds: Double) throws {
    pipeline = plan.pipeline
    file = graph.file
    self.seconds = seconds
    workspace = plan.workspace.path
    let store = Store(plan.workspace)
    stages = []
    figures = []
    students = []
    for item in plan.items {
      let outcome = result[item.name] ?? .notRun
      var stage = Stage(stage: item.name, outcome: Self.word(outcome))
      if case .ran(let seconds) = outcome { stage.seconds = seconds }
      let isMade =
        switch outcome {
        case .upToDate, .ran, .shared: true
        default: false
        }
      if isMade {
        let folder = store.directory(item.fingerprint)
        stage.output = folder
        if item.node.output.type == .evaluation {
          figures.append(try MetricsReport.aggregates(of: folder))
        }
        do {
          if let found = try StudentLights.read(folder, of: item.node) { students.append(found) }
        } catch {
          warnings.append(
            Diagnostic(
              .warning, "\(folder)/manifest.json", "its warning lights cannot be read: \(error)",
              mend: "made by another version: rerun it with --force \(item.name)"))
        }
      }
      stages.append(stage)
    }
  }

  private static func word(_ outcome: RunResult.Outcome) -> String {
    switch outcome {
    case .upToDate: "up-to-date"
    case .leftOut: "left-out"
    case .ran: "ran"
    case .shared: "shared"
    case .failed: "failed"
    case .notRun: "not-run"
    case .cancelled: "cancelled"
    }
  }

  private func count(_ outcome: String) -> Int { stages.count { $0.outcome == outcome } }

  /// One line: `nothing to do: 7 stages up to date`, or what ran, failed, was left.
  public var summary: String {
    let upToDate = count("up-to-date") + count("shared")
    let left = count("left-out")
    let tail =
      (upToDate > 0 ? ", \(upToDate) up to date" : "") + (left > 0 ? ", \(left) left out" : "")
    if count("cancelled") > 0 {
      return "\(pipeline): interrupted after \(Figures.duration(seconds)): "
        + "\(count("ran")) of \(Figures.count(stages.count - left, "stage")) made now\(tail); "
        + "the next run goes on from there"
    }
    if count("failed") + count("not-run") > 0 {
      let waiting = stages.filter { $0.outcome == "not-run" }.map(\.stage)
      return "\(pipeline): \(Figures.count(count("failed"), "stage")) failed"
        + (waiting.isEmpty ? "" : ", not run: \(waiting.joined(separator: " "))")
        + "; \(count("ran")) made\(tail)"
    }
    if count("ran") == 0 {
      return "nothing to do: \(Figures.count(upToDate, "stage")) up to date"
        + (left > 0 ? ", \(left) left out" : "")
    }
    return "\(pipeline): \(Figures.count(count("ran"), "stage")) made in "
      + "\(Figures.duration(seconds))\(tail)"
  }

  /// The last event of a run, for programs.
  public var value: Value {
    .object([
      "event": "result", "pipeline": .string(pipeline), "file": .string(file),
      "seconds": .double(seconds), "workspace": .string(workspace),
      "stages": .array(
        stages.map { stage in
          .object([
            "stage": .string(stage.stage), "outcome": .string(stage.outcome),
            "seconds": stage.seconds.map { .double($0) } ?? .null,
            "output": stage.output.map { .string($0) } ?? .null,
          ])
        }),
      "aggregates": .array(figures.joined().map(MetricsReport.value)),
      "lights": .array(
        students.flatMap { group in
          group.lights.map { light in
            .object([
              "stage": .string(group.stage), "variant": .string(light.variant),
              "light": .string(light.light.rawValue), "agreement": .double(light.agreement),
              "classes": .array(group.classes.map { .string($0) }),
              "predicted": .array(light.predicted.map { .integer($0) }),
              "pseudo": .array(light.pseudo.map { .integer($0) }),
            ])
          }
        }),
    ])
  }

  /// The figures, the lights, and where to look further; empty when there is none of them.
  public func text(_ paint: Paint = .plain) -> String {
    var parts: [[String]] = []
    if !figures.allSatisfy(\.isEmpty) { parts.append([MetricsReport.text(figures)]) }
    for group in students {
      let title = "warning lights of '\(group.stage)', which need no true label:"
      parts.append(
        [title]
          + WarningLights.lines(group.lights, classes: group.classes, paint: paint).map {
            "  " + $0
          })
    }
    let made = stages.filter { $0.output != nil }
    if !made.isEmpty {
      parts.append(["outputs: mke inspect \(file):STAGE (in \(workspace)/store)"])
    }
    return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }
}

/// The warning lights that an output's manifest tells of.
enum StudentLights {
  /// Decodes no more of the manifest than it needs: a run with nothing to do reads it each time.
  private struct Manifest: Decodable {
    struct Details: Decodable { var lights: [OutputReport.Light]? }
    var classes: [String]?
    var details: Details?
  }

  static func read(_ folder: String, of node: Graph.Node) throws -> RunReport.Students? {
    guard node.output.type == .model, node.face.hasVariants,
      let data = FileManager.default.contents(atPath: "\(folder)/manifest.json")
    else { return nil }
    let manifest = try JSONDecoder().decode(Manifest.self, from: data)
    guard let lights = manifest.details?.lights, !lights.isEmpty else { return nil }
    return RunReport.Students(
      stage: node.name, classes: manifest.classes ?? [], lights: lights)
  }
}
