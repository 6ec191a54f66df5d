import ArgumentParser
import Configuration
import Dataflow
import Diagnostics
import Foundation
import Inspection
import PipelineFile
import Stages

struct Export: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take a network away: TorchScript, safetensors and a model card.",
    discussion: """
      Of a stage that trains, made before by 'mke run': one network, by default that of the first \
      seed. NAME being VARIANT-seed-N:

        NAME.pt           TorchScript for torch.jit.load and LibTorch; any batch size; takes values as
                          recorded, one argument for each modality, and returns logits
        NAME.json         what it takes and returns; with it the network can be the teacher of another
                          pipeline: {kind: teacher, file: NAME.pt, declaration: NAME.json}
        NAME.safetensors  the weights alone
        NAME.md           the model card; NAME.card.json is the same for programs
        trained-on.csv    which samples it has learned from: {trained-on: trained-on.csv}

        mke export Pipelines/two-moons.yaml students.mke --to student
        mke export Pipelines/two-moons.yaml students.mke --to students --all-seeds
      """)

  @OptionGroup var pipeline: PipelineArguments
  @Argument(help: ArgumentHelp("The stage, or STAGE.VARIANT.", valueName: "stage"))
  var stage: String
  @Option(
    help: ArgumentHelp("The folder to write into.", valueName: "folder"), completion: .directory)
  var to: String
  @Option(help: ArgumentHelp("The network of this seed; may be repeated.", valueName: "n"))
  var seed: [Int] = []
  @Flag(help: "The networks of all seeds.") var allSeeds = false
  @Flag(help: "Write into a folder that holds files already, over those of the same name.")
  var force = false
  @Option(help: "The device that the stages ran on.") var device = DeviceName.cpu
  @OptionGroup var place: WorkspaceOption
  @Flag(help: "Print the written files as JSON.") var json = false

  func validate() throws {
    if allSeeds, !seed.isEmpty {
      throw ValidationError("--seed and --all-seeds exclude each other")
    }
  }

  func run() async throws {
    let graph = try pipeline.load()
    let reference = StageReference(stage)
    let node = try graph.stage(reference.stage)
    try check(node, reference)
    let workspace = place.workspace
    let plan = try Planner(
      graph: graph, workspace: workspace, options: .init(device: device.rawValue)
    ).plan()
    guard let item = plan[node.name], item.isStored else {
      throw Diagnostic(
        "\(pipeline.file):\(node.name)",
        "it has not been made, or not with this file and these parameters",
        mend: "mke run \(pipeline.file) --until \(node.name)")
    }
    let store = Store(workspace)
    let evaluations = plan.items.filter { other in
      other.isStored && other.node.output.type == .evaluation
        && other.node.inputs.values.joined().contains { $0.reference.stage == node.name }
    }
    let folder = try destination()
    let job = Job(
      pipeline: graph.name, stage: "export \(reference)", kind: ExportStage.kind,
      configuration: .object([
        "seeds": .array(seed.map { .integer($0) }), "every-seed": .bool(allSeeds),
        "notes": .object(notes(node, graph).mapValues { .string($0) }),
      ]),
      inputs: [
        ExportStage.model.name: [
          Job.Input(
            reference: reference, type: .model, directory: store.directory(item.fingerprint),
            fingerprint: item.fingerprint)
        ],
        ExportStage.evaluations.name: evaluations.map {
          Job.Input(
            reference: StageReference(stage: $0.name), type: .evaluation,
            directory: store.directory($0.fingerprint), fingerprint: $0.fingerprint)
        },
      ],
      fingerprint: item.fingerprint, outputDirectory: folder + Self.partial, threads: 1,
      device: "cpu", toolVersion: ToolVersion.text)
    try await carryOut(job, workspace)
    let written = try move(job.outputDirectory, to: folder)
    if json {
      try Console.jsonLine(["folder": [folder], "files": written])
    } else {
      for file in written { Console.print("\(to)/\(file)") }
    }
  }

  /// Whether there is a model, and one variant of it is meant.
  private func check(_ node: Graph.Node, _ reference: StageReference) throws {
    let subject = "\(pipeline.file):\(reference)"
    guard node.output.type == .model else {
      throw Diagnostic(
        subject, "a stage of kind '\(node.face.kind)' makes no model",
        mend: "name a teacher or a distill stage")
    }
    let variants = node.output.variants
    if let variant = reference.selection {
      guard variants.contains(variant) || variant == node.name else {
        throw Diagnostic(
          subject, "the model has no variant '\(variant)'",
          mend: Suggestions.mend(variant, among: variants, called: "variants"))
      }
    } else if variants.count > 1 {
      throw Diagnostic(
        subject, "it has several variants, and one must be named",
        mend: variants.map { "\(node.name).\($0)" }.joined(separator: " or "))
    }
  }

  /// What only the pipeline knows of the model.
  private func notes(_ node: Graph.Node, _ graph: Graph) -> [String: String] {
    var notes = ["pipeline file": graph.file]
    var seen: Set<String> = []
    var open = node.inputs.values.joined().map(\.reference.stage)
    while let name = open.popLast() {
      guard seen.insert(name).inserted, let node = graph[name] else { continue }
      if node.face.kind == TeacherStage.kind {
        let file = node.configuration["file"]?.stringValue
        let seen = node.output.modalities?.joined(separator: ", ")
        notes["teacher"] =
          "\(name)" + (seen.map { ", which sees \($0)" } ?? "")
          + (file.map { ", from \(($0 as NSString).lastPathComponent)" } ?? "")
      }
      open += node.inputs.values.joined().map(\.reference.stage)
    }
    return notes
  }

  private static let partial = ".partial"

  /// - Throws: `Diagnostic` for a folder that holds something.
  private func destination() throws -> String {
    let path = URL(fileURLWithPath: to).standardizedFileURL.path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return path }
    guard isFolder.boolValue else {
      throw Diagnostic(to, "it is a file, and a folder is needed", mend: "name another place")
    }
    guard force || Self.names(in: path).isEmpty else {
      throw Diagnostic(
        to, "it holds files already", mend: "name a new folder, or write over them: --force")
    }
    return path
  }

  private static func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  private func carryOut(_ job: Job, _ workspace: Workspace) async throws {
    try workspace.prepare()
    let executor = LocalExecutor(
      worker: try WorkerProgram.path(isNeeded: true), workspace: workspace)
    let quiet = json
    let work = Task {
      try await executor.run(job) { event in
        switch event {
        case .worker(.summary(let line)): if !quiet { Console.say(line) }
        case .worker(.warning(let warning)): Console.report([warning])
        default: break
        }
      }
    }
    let interrupt = Interrupt { work.cancel() }
    let result = await work.result
    await executor.shutDown()
    interrupt.stop()
    if case .failure(let error) = result {
      try? FileManager.default.removeItem(atPath: job.outputDirectory)
      throw error
    }
  }

  /// Gives what is whole its place, file by file.
  private func move(_ made: String, to folder: String) throws -> [String] {
    let files = FileManager.default
    do {
      try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let written = try files.contentsOfDirectory(atPath: made).sorted()
      for name in written {
        guard rename("\(made)/\(name)", "\(folder)/\(name)") == 0 else {
          throw Diagnostic(
            "\(folder)/\(name)", "it cannot be written: \(String(cString: strerror(errno)))")
        }
      }
      try files.removeItem(atPath: made)
      return written
    } catch let error as Diagnostic {
      throw error
    } catch {
      throw Diagnostic(folder, "it cannot be written: \(error.localizedDescription)")
    }
  }
}
