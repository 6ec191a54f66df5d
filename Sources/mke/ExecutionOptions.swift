import ArgumentParser
import Dataflow
import Diagnostics
import Foundation
import Inspection

/// How a plan is carried out: common to `run` and `stage`.
struct ExecutionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Threads that all stages share (default: all cores).", valueName: "n"))
  var jobs: Int?
  @Option(help: "On what networks compute.") var device = DeviceName.cpu
  @Flag(help: "After a failure, run what does not depend on it all the same.")
  var keepGoing = false
  @OptionGroup var place: WorkspaceOption
  @Flag(help: "Print events as JSON, one a line, and the result as the last of them.")
  var json = false

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be 1 or more, not \(jobs)") }
  }

  /// Runs what is stale, and prints what came of it.
  ///
  /// - Throws: an exit code when something failed, which is told before.
  func carryOut(_ plan: Plan, of graph: Graph) async throws {
    Console.report(plan.warnings)
    let worker = try WorkerProgram.path(isNeeded: !plan.stale.isEmpty)
    let executor = LocalExecutor(worker: worker, workspace: plan.workspace)
    let display = RunDisplay(plan, asJSON: json)
    let runner = Runner(
      executor: executor,
      options: .init(
        jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount, keepsGoing: keepGoing,
        toolVersion: ToolVersion.text), emit: display.show)
    let start = ContinuousClock.now
    let work = Task { await runner.run(plan) }
    let interrupt = Interrupt {
      display.say("stopping; what is made is kept (once more to stop at once)")
      work.cancel()
    }
    let result = await work.value
    await executor.shutDown()
    display.end()
    interrupt.stop()

    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let report = try RunReport(plan, result, graph: graph, seconds: seconds)
    // What failed inside a stage was told when it failed.
    Console.report(report.warnings + result.faults)
    if json {
      Console.print(report.value.canonicalJSON)
    } else {
      if result.succeeded { Console.print(report.summary) } else { Console.say(report.summary) }
      let text = report.text(Console.outputPaint)
      if !text.isEmpty { Console.print("\n\(text)") }
    }
    if result.isCancelled { throw ExitCode(ExitCodes.interrupted) }
    if !result.succeeded { throw ExitCode(ExitCodes.failed) }
  }
}

/// Where the worker is.
enum WorkerProgram {
  static let variable = "MKE_WORKER"

  /// `$MKE_WORKER`, else `mke-worker` beside this very program.
  ///
  /// - Throws: `Diagnostic` when it is needed and not there.
  static func path(isNeeded: Bool) throws(Diagnostic) -> String {
    if let given = Console.environment[variable], !given.isEmpty {
      let path = URL(fileURLWithPath: given).path
      guard !isNeeded || FileManager.default.isExecutableFile(atPath: path) else {
        throw Diagnostic(
          "$\(variable)", "'\(given)' is no program that can be run",
          mend: "point it at mke-worker, or unset it")
      }
      return path
    }
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let path = program.deletingLastPathComponent().appendingPathComponent("mke-worker").path
    guard !isNeeded || FileManager.default.isExecutableFile(atPath: path) else {
      throw Diagnostic(
        path, "the worker program is not there",
        mend: "run Tools/mke, which builds it, or point $\(variable) at mke-worker")
    }
    return path
  }
}

/// Calls back at the first request to stop; ends the process at the second.
///
/// `@unchecked Sendable`: signal sources may be cancelled from any thread, which is all that is done
/// with them.
final class Interrupt: @unchecked Sendable {
  private let sources: [any DispatchSourceSignal]

  init(_ body: @escaping @Sendable () -> Void) {
    let requests = Requests()
    let queue = DispatchQueue(label: "interrupt")
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        requests.count += 1
        if requests.count == 1 {
          body()
        } else {
          // Workers end when their input does.
          _exit(ExitCodes.interrupted)
        }
      }
      source.resume()
      return source
    }
  }

  /// From here on the signals do what they usually do.
  func stop() {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
  }

  /// `@unchecked Sendable`: only touched on the queue of the signals.
  private final class Requests: @unchecked Sendable {
    var count = 0
  }
}
