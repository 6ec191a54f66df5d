import ArgumentParser
import Dataflow
import Diagnostics
import Foundation
import PipelineFile
import Stages

/// Where outputs are kept: common to all commands that look at them.
struct WorkspaceOption: ParsableArguments {
  @Option(
    name: .customLong("workspace"),
    help: ArgumentHelp(
      "Where outputs are kept (default: $MKE_WORKSPACE, else .mke in the current folder).",
      valueName: "folder"), completion: .directory)
  var folder: String?

  var workspace: Workspace {
    let given = folder ?? Console.environment["MKE_WORKSPACE"].flatMap { $0.isEmpty ? nil : $0 }
    let path = URL(fileURLWithPath: given ?? ".mke").standardizedFileURL.path
    return Workspace(path)
  }
}

/// The pipeline file and its parameters.
struct PipelineArguments: ParsableArguments {
  @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Give a parameter of the file another value.", valueName: "key=value"))
  var settings: [String] = []

  /// Reads and checks the file; its warnings go to standard error.
  func load() throws -> Graph {
    let loaded = try PipelineFile.load(file, settings: settings, registry: .standard)
    Console.report(loaded.warnings)
    return loaded.graph
  }
}

extension Graph {
  /// - Throws: `Diagnostic` with a near name when there is no such stage.
  func stage(_ name: String) throws -> Node {
    guard let node = self[name] else {
      throw Diagnostic(
        file, "there is no stage '\(name)'",
        mend: Suggestions.mend(name, among: nodes.map(\.name), called: "stages"))
    }
    return node
  }
}

/// On what a stage computes.
enum DeviceName: String, ExpressibleByArgument, CaseIterable {
  case cpu, cuda
}
