import ArgumentParser
import Dataflow
import Inspection

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the stages of a pipeline that are not up to date.",
    discussion: """
      What is made once is made again only when something that can change it has changed. Nothing \
      that is made is lost: a run that fails or is interrupted goes on from there the next time.

        mke run Pipelines/two-moons.yaml
        mke run Pipelines/two-moons.yaml --set noise=0.5 --dry-run
        mke run Pipelines/two-moons.yaml --until labels
        mke run Pipelines/two-moons.yaml --force students

      A stage runs when --only, --from and --until, as far as they are given, all select it and it \
      is not up to date. At the end: the figures of the evaluate stages, over all seeds, and the \
      students' warning lights, which need no true label.

      EXIT CODES
        0 done   1 failed   3 --check: work is due   64 wrongly called   130 interrupted
      """)

  @OptionGroup var pipeline: PipelineArguments

  @Option(help: ArgumentHelp("Just this stage; what it reads must be made.", valueName: "stage"))
  var only: [String] = []
  @Option(help: ArgumentHelp("This stage and all that depends on it.", valueName: "stage"))
  var from: [String] = []
  @Option(help: ArgumentHelp("This stage and all that it needs.", valueName: "stage"))
  var until: [String] = []
  @Option(
    help: ArgumentHelp(
      "Run this stage, and those that depend on it, although they are up to date.",
      valueName: "stage"))
  var force: [String] = []
  @Flag(help: "Run every selected stage although it is up to date.") var forceAll = false
  @Flag(help: "Show what would run, and why; run nothing.") var dryRun = false
  @Flag(help: "Run nothing; exit with code 3 when there is work to do.") var check = false
  @OptionGroup var execution: ExecutionOptions

  func validate() throws {
    if dryRun, check {
      throw ValidationError("--dry-run and --check exclude each other: --check prints one line")
    }
  }

  func run() async throws {
    let graph = try pipeline.load()
    var options = Planner.Options(
      only: Set(only), from: Set(from), until: Set(until), force: Set(force),
      device: execution.device.rawValue)
    let workspace = execution.place.workspace
    var plan = try Planner(graph: graph, workspace: workspace, options: options).plan()
    if forceAll {
      let selected = plan.items.filter { if case .leftOut = $0.state { false } else { true } }
      options.force = Set(selected.map(\.name))
      plan = try Planner(graph: graph, workspace: workspace, options: options).plan()
    }
    if dryRun || check {
      Console.report(plan.warnings)
      let record = RunRecord.last(of: graph.name, in: workspace).record
      let report = PlanReport(plan, file: pipeline.file, record: record)
      if execution.json {
        try Console.jsonLine(report)
      } else if dryRun {
        Console.print(report.planText(Console.outputPaint))
      } else {
        Console.print("\(report.pipeline): \(report.summary)")
      }
      if check, !report.due.isEmpty { throw ExitCode(ExitCodes.workIsDue) }
      return
    }
    try await execution.carryOut(plan, of: graph)
  }
}

struct StageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stage",
    abstract: "Run one stage again.",
    discussion: """
      The stage runs although it is up to date; what it reads must be made. The stages that depend \
      on it are left alone: 'mke run FILE --force STAGE' runs them too.

        mke stage Pipelines/two-moons.yaml students
      """)

  @OptionGroup var pipeline: PipelineArguments
  @Argument(help: "The stage.") var stage: String
  @OptionGroup var execution: ExecutionOptions

  func run() async throws {
    let graph = try pipeline.load()
    _ = try graph.stage(stage)
    let plan = try Planner(
      graph: graph, workspace: execution.place.workspace,
      options: .init(only: [stage], force: [stage], device: execution.device.rawValue)
    ).plan()
    try await execution.carryOut(plan, of: graph)
  }
}
