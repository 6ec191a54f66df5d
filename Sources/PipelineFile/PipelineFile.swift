public import Configuration
public import Dataflow
public import Diagnostics
import Foundation

/// A pipeline file that was read and found to be in order.
public struct LoadedPipeline: Sendable {
  public var graph: Graph
  /// In the order of the file.
  public var warnings: [Diagnostic]
  /// What each parameter stands for in this run.
  public var parameters: [String: Value]
}

/// The pipeline file: YAML that wires typed stages.
///
///     mke: 1                        # version of the format
///     name: two-moons
///     params: {noise: 1.0}          # `--set noise=0.5` gives another value
///     stages:
///       moons: {kind: ingest, …}
///       points: {kind: align, from: moons}
///
/// Reading it checks all that can be known before anything runs, and reports all faults together.
public enum PipelineFile {
  /// The version of the format, after `mke:`.
  public static let version = 1

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: relative to the current folder, or absolute; messages name it as it is given.
  ///   - settings: `noise=0.5`: parameters from the command line; paths in them start from the
  ///     current folder, those in the file from the folder of the file.
  /// - Throws: every fault of the file, in the order of their places.
  public static func load(
    _ path: String, settings: [String] = [], registry: StageRegistry
  ) throws(DiagnosticList) -> LoadedPipeline {
    let text: String
    do {
      text = try contents(of: path)
    } catch {
      throw DiagnosticList([error])
    }
    return try parse(text, file: path, settings: settings, registry: registry)
  }

  /// Reads the text of a file.
  ///
  /// - Parameters:
  ///   - file: the name that messages show; its folder is where paths start.
  ///   - currentFolder: where `file` and paths in `settings` start; that of the process when absent.
  public static func parse(
    _ text: String, file: String, settings: [String] = [], registry: StageRegistry,
    currentFolder: String? = nil
  ) throws(DiagnosticList) -> LoadedPipeline {
    let currentFolder = currentFolder ?? FileManager.default.currentDirectoryPath
    let folder = URL(
      fileURLWithPath: file, relativeTo: URL(fileURLWithPath: currentFolder, isDirectory: true)
    ).standardizedFileURL.deletingLastPathComponent().path
    var reader = YAMLReader(file: file, pathBase: folder)
    guard let document = reader.read(text) else {
      throw DiagnosticList(
        reader.faults.map { fault in
          var diagnostic = fault.diagnostic
          diagnostic.mend = diagnostic.mend ?? "start it with 'mke: 1', 'name: …' and 'stages:'"
          return diagnostic
        })
    }
    var top = TopLevel(registry: registry, file: file)
    let (given, faults) = Setting.read(settings, folder: currentFolder)
    let loaded = top.read(document, settings: given)
    let all = reader.faults + faults + top.faults
    let errors = all.inOrder.filter { $0.severity == .error }
    guard errors.isEmpty, var loaded else { throw DiagnosticList(errors) }
    loaded.warnings = all.inOrder
    return loaded
  }

  private static func contents(of path: String) throws(Diagnostic) -> String {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if isFolder.boolValue {
      throw Diagnostic(
        path, "this is a folder, not a pipeline file", mend: offer(in: path, for: ""))
    }
    guard exists else {
      let url = URL(fileURLWithPath: path)
      throw Diagnostic(
        path, "there is no such file",
        mend: offer(in: url.deletingLastPathComponent().path, for: url.lastPathComponent))
    }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw Diagnostic(
        path, "the file cannot be read: \(error.localizedDescription)",
        mend: "look at its permissions: ls -l \(path)")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw Diagnostic(path, "the file is not UTF-8 text", mend: "save it as UTF-8")
    }
    return text
  }

  /// The pipeline files of a folder, the one nearest to `name` first.
  private static func offer(in folder: String, for name: String) -> String {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      return "there is no folder \(folder)"
    }
    let files = names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
    guard !files.isEmpty else { return "there are no pipeline files in \(folder)" }
    let list = "pipeline files in \(folder): \(files.joined(separator: ", "))"
    guard let near = Suggestions.nearest(to: name, among: files) else { return list }
    return "did you mean '\(near)'? (\(list))"
  }
}

/// The four keys of the file, and all that follows from them.
private struct TopLevel {
  let registry: StageRegistry
  let file: String
  private(set) var faults: [Fault] = []
  private var checker = ShapeChecker()

  private static let keys = ["mke", "name", "params", "stages"]

  init(registry: StageRegistry, file: String) {
    self.registry = registry
    self.file = file
  }

  /// - Returns: `nil` when there are too many faults to make a graph of it.
  mutating func read(_ document: LocatedValue, settings: [Setting]) -> LoadedPipeline? {
    defer { faults += checker.faults }
    guard case .object = document.content else {
      checker.report(
        document.location, "a pipeline file is a mapping",
        mend: "start it with 'mke: 1', 'name: …' and 'stages:'")
      return nil
    }
    let members = checker.members(of: document, keys: Self.keys, owner: "a pipeline file")
    checkVersion(members)
    let name = readName(members)
    var parameters = Parameters(entries(of: "params", members), settings: settings)
    let stages = readStages(members, &parameters)
    faults += parameters.faults + parameters.unused
    guard let name else { return nil }
    return LoadedPipeline(
      graph: Graph(name: name, file: file, nodes: stages), warnings: [],
      parameters: parameters.values.mapValues(\.value))
  }

  private mutating func checkVersion(_ members: KnownMembers) {
    guard let version = members["mke"]?.value else {
      if !members.meant.contains("mke") {
        checker.report(
          SourceLocation(file: file, line: 1, column: 1), "a pipeline file needs 'mke'",
          mend: "start the file with 'mke: \(PipelineFile.version)', the version of its format")
      }
      return
    }
    guard !version.isFaulty, version.value != .integer(PipelineFile.version) else { return }
    checker.report(
      version.location,
      "'mke' must be \(PipelineFile.version), the version of the format, not "
        + version.value.canonicalJSON, mend: "write 'mke: \(PipelineFile.version)'")
  }

  private mutating func readName(_ members: KnownMembers) -> String? {
    guard let name = members["name"]?.value else {
      if !members.meant.contains("name") {
        let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        checker.report(
          SourceLocation(file: file, line: 1, column: 1), "a pipeline file needs 'name'",
          mend: "add 'name: \(stem)'; records of runs are kept under it")
      }
      return nil
    }
    if name.isFaulty { return nil }
    guard let text = name.value.stringValue, Name.isValid(text) else {
      let fault = Name.fault(name.text ?? name.value.canonicalJSON, "a pipeline", at: name.location)
      checker.report(name.location, fault.diagnostic.message, mend: fault.diagnostic.mend)
      return nil
    }
    return text
  }

  /// The members of `params` or `stages`, each key once.
  private mutating func entries(of key: String, _ members: KnownMembers) -> [LocatedValue.Member] {
    guard let value = members[key]?.value, !value.isFaulty else { return [] }
    if key == "params", value.isNull { return [] }
    guard case .object = value.content else {
      checker.report(
        value.location, "'\(key)' must be a mapping",
        mend: key == "params" ? "write 'params: {noise: 1.0}'" : "write one stage a line below it")
      return []
    }
    return checker.members(of: value).inOrder
  }

  private mutating func readStages(
    _ members: KnownMembers, _ parameters: inout Parameters
  ) -> [Graph.Node] {
    guard let stages = members["stages"] else {
      if !members.meant.contains("stages") {
        checker.report(
          SourceLocation(file: file, line: 1, column: 1), "a pipeline file needs 'stages'",
          mend: "add 'stages:' and one stage or more below it")
      }
      return []
    }
    let entries = entries(of: "stages", members)
    if entries.isEmpty, case .object = stages.value.content {
      checker.report(
        stages.value.location, "the pipeline has no stages",
        mend: "kinds: \(registry.faces.map { $0.kind }.joined(separator: ", "))")
    }
    var reader = StageReader(registry: registry)
    var drafts: [StageDraft] = []
    for var entry in entries {
      entry.value = parameters.substituted(entry.value)
      drafts.append(reader.read(entry))
    }
    var linker = Linker(registry: registry, drafts: drafts)
    linker.link()
    faults += reader.checker.faults + linker.faults
    return linker.nodes
  }
}
