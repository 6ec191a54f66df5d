import ArgumentParser
import Dataflow
import Inspection

struct Why: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say why a stage would run again.",
    discussion: """
      Each cause is named with its old and its new value: a key of the file, an outside file, an \
      input that is itself made anew (and why), an output that is missing or damaged.

        mke why Pipelines/two-moons.yaml students
        mke why Pipelines/two-moons.yaml report --set noise=0.5
      """)

  @OptionGroup var pipeline: PipelineArguments
  @Argument(help: "The stage.") var stage: String
  @Option(help: "The device that the stage would run on.") var device = DeviceName.cpu
  @OptionGroup var place: WorkspaceOption
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let graph = try pipeline.load()
    _ = try graph.stage(stage)
    let workspace = place.workspace
    let plan = try Planner(
      graph: graph, workspace: workspace, options: .init(device: device.rawValue)
    ).plan()
    Console.report(plan.warnings)
    let record = RunRecord.last(of: graph.name, in: workspace).record
    let report = WhyReport(stage, plan: plan, record: record)
    if json { try Console.json(report) } else { Console.print(report.text()) }
  }
}
