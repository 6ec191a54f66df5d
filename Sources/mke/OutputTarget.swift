import Dataflow
import Diagnostics
import Foundation
import PipelineFile
import Stages

/// What the user means with a path, a fingerprint or `FILE:STAGE`: an output folder.
struct OutputTarget {
  var folder: String
  /// When one shard of it is meant.
  var shard: String?

  /// `points#7` is `points` and `7`; a `#` in the name of a file that is there stays where it is.
  static func split(_ text: String) -> (path: String, sample: String?) {
    if FileManager.default.fileExists(atPath: text) { return (text, nil) }
    guard let mark = text.lastIndex(of: "#") else { return (text, nil) }
    let sample = String(text[text.index(after: mark)...])
    return (String(text[..<mark]), sample.isEmpty ? nil : sample)
  }

  /// - Throws: `Diagnostic` when it names nothing, or more than one thing.
  static func find(
    _ text: String, workspace: Workspace, settings: [String], device: String
  ) throws -> OutputTarget {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: text, isDirectory: &isFolder) {
      if isFolder.boolValue { return OutputTarget(folder: text) }
      let url = URL(fileURLWithPath: text)
      if url.pathExtension == "h5" || url.lastPathComponent == "manifest.json" {
        return OutputTarget(
          folder: url.deletingLastPathComponent().path,
          shard: url.pathExtension == "h5" ? url.lastPathComponent : nil)
      }
      if ["yaml", "yml"].contains(url.pathExtension) {
        throw Diagnostic(
          text, "this is a pipeline file; one of its stages is needed",
          mend: "mke inspect \(text):STAGE")
      }
      throw Diagnostic(
        text, "this is no output and no shard",
        mend: "give a folder with a manifest.json, a shard (.h5), or FILE:STAGE")
    }
    if let colon = text.lastIndex(of: ":") {
      return try stage(
        String(text[text.index(after: colon)...]), of: String(text[..<colon]),
        workspace: workspace, settings: settings, device: device)
    }
    return try stored(text, in: workspace)
  }

  private static func stage(
    _ name: String, of file: String, workspace: Workspace, settings: [String], device: String
  ) throws -> OutputTarget {
    let graph = try PipelineFile.load(file, settings: settings, registry: .standard).graph
    _ = try graph.stage(name)
    let plan = try Planner(graph: graph, workspace: workspace, options: .init(device: device))
      .plan()
    guard let item = plan[name], item.isStored else {
      throw Diagnostic(
        "\(file):\(name)", "it has not been made, or not with this file and these parameters",
        mend: "mke run \(file) --until \(name)")
    }
    return OutputTarget(folder: Store(workspace).directory(item.fingerprint))
  }

  private static func stored(_ prefix: String, in workspace: Workspace) throws -> OutputTarget {
    let isFingerprint =
      (4...64).contains(prefix.count) && prefix.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    guard isFingerprint else {
      throw Diagnostic(
        prefix, "there is no such file or folder",
        mend: "give a folder, a shard, FILE:STAGE, or 4 or more digits of a fingerprint")
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: workspace.storeFolder)) ?? []
    let found = names.filter { $0.hasPrefix(prefix) }.sorted()
    guard let first = found.first else {
      throw Diagnostic(
        prefix, "no output in \(workspace.storeFolder) has a fingerprint that starts with it",
        mend: "mke status FILE lists what is made")
    }
    guard found.count == 1 else {
      throw Diagnostic(
        prefix, "\(found.count) outputs have a fingerprint that starts with it",
        mend: found.prefix(5).map { String($0.prefix(prefix.count + 4)) }.joined(separator: " or "))
    }
    return OutputTarget(folder: Store(workspace).directory(first))
  }
}
