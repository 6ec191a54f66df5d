import ArgumentParser
import Diagnostics
import Foundation
import Inspection

/// The command `mke`: reads the words of the command line, calls the library once, prints.
@main
struct MKE: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mke",
    abstract: "Turn a unimodal network and unlabelled multimodal data into a multimodal network.",
    discussion: """
      A pipeline file wires stages: samples are ingested and aligned, a teacher that sees one \
      modality labels the unlabelled ones, and students that see all modalities learn from it. \
      'mke run' runs what is not up to date; every intermediate result can be looked at.

        mke run Pipelines/two-moons.yaml               run what is due
        mke run Pipelines/two-moons.yaml --set noise=0.5
        mke status Pipelines/two-moons.yaml            what is made, what is due
        mke why Pipelines/two-moons.yaml students      why a stage would run
        mke inspect Pipelines/two-moons.yaml:points    what a stage has made
        mke metrics Pipelines/two-moons.yaml --json    the figures, for programs
        mke export Pipelines/two-moons.yaml students.mke --to student

      Results are on standard output; progress and messages on standard error.

      EXIT CODES
        0    done
        1    failed: the messages say what, where and how to mend it
        3    'run --check': there is work to do
        64   wrongly called
        130  interrupted; the next run goes on from there

      ENVIRONMENT
        MKE_WORKSPACE  where outputs are kept; otherwise .mke in the current folder
        MKE_WORKER     the worker program, instead of the mke-worker beside mke
        NO_COLOR       no colours
      """,
    version: ToolVersion.text,
    subcommands: [
      Run.self, StageCommand.self, Validate.self, Status.self, Why.self, GraphCommand.self,
      Inspect.self, MetricsCommand.self, Export.self, Doctor.self,
    ])

  /// Runs the command that the words name, and ends the process with the exit code for how it went.
  static func main() async {
    Console.prepare()
    do {
      let command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        var command = command
        try command.run()
      }
    } catch let error as Diagnostic {
      Console.report([error])
      Foundation.exit(ExitCodes.failed)
    } catch let error as DiagnosticList {
      Console.report(error.diagnostics)
      Foundation.exit(ExitCodes.failed)
    } catch is CancellationError {
      Foundation.exit(ExitCodes.interrupted)
    } catch {
      // What the argument parser throws: a request for help, a wrong call, an exit code.
      if exitCode(for: error) == .validationFailure,
        let diagnostic = unknownCommand(CommandLine.arguments.dropFirst().first)
      {
        Console.report([diagnostic])
        Foundation.exit(ExitCode.validationFailure.rawValue)
      }
      exit(withError: error)
    }
  }
}

extension MKE {
  /// What is wrong with the first word, when it is no command: with the near name, which the
  /// argument parser does not give.
  private static func unknownCommand(_ word: String?) -> Diagnostic? {
    let names = configuration.subcommands.map { $0._commandName }
    guard let word, !word.hasPrefix("-"), !(names + ["help"]).contains(word) else { return nil }
    return Diagnostic(
      "mke", "there is no command '\(word)'",
      mend: Suggestions.mend(word, among: names, called: "commands"))
  }
}

/// What a process that ends says to its caller.
enum ExitCodes {
  static let failed: Int32 = 1
  /// Of `run --check`.
  static let workIsDue: Int32 = 3
  /// 128 + the number of the signal, as shells say it.
  static let interrupted: Int32 = 130
}

enum ToolVersion {
  static let number = "0.1.0"
  static let text = "mke \(number)"
}
