import ArgumentParser
import Dataflow
import Diagnostics
import Foundation
import Inspection
import PipelineFile
import Stages

struct MetricsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics",
    abstract: "Print the figures of the evaluate stages.",
    discussion: """
      Of a pipeline file: the figures of all its evaluate stages. Of an output folder or its \
      metrics.json: those of that one.

        mke metrics Pipelines/two-moons.yaml
        mke metrics Pipelines/two-moons.yaml --json

      --json prints {"rows": [...], "aggregates": [...]}: rows have stage, model, variant, seed, \
      split, metric, value; aggregates, over seeds, have stage, variant, split, metric, mean, std \
      (null of one seed), n. --csv prints the rows.
      """)

  @Argument(
    help: ArgumentHelp("A pipeline file, an output folder, or a metrics.json.", valueName: "path"))
  var path: String
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "With a pipeline file: give a parameter another value.", valueName: "key=value"))
  var settings: [String] = []
  @Option(help: "With a pipeline file: the device that the stages ran on.")
  var device = DeviceName.cpu
  @OptionGroup var place: WorkspaceOption
  @Flag(help: "Print JSON.") var json = false
  @Flag(help: "Print CSV.") var csv = false

  func validate() throws {
    if json, csv { throw ValidationError("--json and --csv exclude each other") }
  }

  func run() async throws {
    let report = MetricsReport(try files().map(MetricsReport.read))
    if json {
      Console.print(report.json())
    } else if csv {
      Console.print(report.csv())
    } else {
      Console.print(report.isEmpty ? "there are no figures" : report.text())
    }
  }

  private func files() throws -> [String] {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if exists, isFolder.boolValue {
      let file = "\(path)/\(MetricsReport.fileName)"
      guard FileManager.default.fileExists(atPath: file) else {
        throw Diagnostic(
          path, "it holds no \(MetricsReport.fileName)",
          mend: "give the output of an evaluate stage: mke status FILE, mke inspect FILE:STAGE")
      }
      return [file]
    }
    if path.hasSuffix(".json") { return [path] }
    return try files(of: PipelineFile.load(path, settings: settings, registry: .standard).graph)
  }

  private func files(of graph: Graph) throws -> [String] {
    let workspace = place.workspace
    let plan = try Planner(
      graph: graph, workspace: workspace, options: .init(device: device.rawValue)
    ).plan()
    let evaluations = plan.items.filter { $0.node.output.type == .evaluation }
    guard !evaluations.isEmpty else {
      throw Diagnostic(
        path, "the pipeline has no evaluate stage",
        mend: "add one: {kind: evaluate, models: …, on: …}")
    }
    let missing = evaluations.filter { !$0.isStored }
    guard missing.isEmpty else {
      throw DiagnosticList(
        missing.map { item in
          Diagnostic(
            "\(path):\(item.name)",
            "it has not been made, or not with this file and these parameters",
            mend: "mke run \(path)")
        })
    }
    return evaluations.map {
      "\(Store(workspace).directory($0.fingerprint))/\(MetricsReport.fileName)"
    }
  }
}
