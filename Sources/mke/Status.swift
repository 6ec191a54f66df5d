import ArgumentParser
import Dataflow
import Inspection

struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show which stages are up to date, and what was made when.",
    discussion: """
      A stage is up to date when its output is in the workspace and nothing that can change it has \
      changed. 'mke why FILE STAGE' says more about one that is not.

        mke status Pipelines/two-moons.yaml
      """)

  @OptionGroup var pipeline: PipelineArguments
  @Option(help: "The device that the stages would run on.") var device = DeviceName.cpu
  @OptionGroup var place: WorkspaceOption
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let graph = try pipeline.load()
    let workspace = place.workspace
    let plan = try Planner(
      graph: graph, workspace: workspace, options: .init(device: device.rawValue)
    ).plan()
    Console.report(plan.warnings)
    let record = RunRecord.last(of: graph.name, in: workspace).record
    let report = PlanReport(plan, file: pipeline.file, record: record)
    if json {
      try Console.json(report)
    } else {
      Console.print(report.statusText(Console.outputPaint))
    }
  }
}
