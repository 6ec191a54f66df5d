import ArgumentParser
import Diagnostics
import Inspection

struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check what this machine has of what mke needs.",
    discussion: """
      One line for each thing that is needed, and how to mend what is missing. The exit code is 1 \
      when mke cannot run here.
      """)

  @OptionGroup var place: WorkspaceOption
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let report = Examination(
      toolVersion: ToolVersion.text,
      worker: Result { () throws(Diagnostic) in try WorkerProgram.path(isNeeded: true) },
      workspace: place.workspace.path, environment: Console.environment
    ).report()
    if json { try Console.json(report) } else { Console.print(report.text(Console.outputPaint)) }
    if !report.isHealthy { throw ExitCode(ExitCodes.failed) }
  }
}
