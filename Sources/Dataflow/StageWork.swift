import Diagnostics

/// The work of a stage kind; linked by `mke-worker` alone.
public protocol StageWork: Sendable {
  associatedtype Face: Stage
  init(_ configuration: Face.Configuration)

  /// Reads the declared inputs and writes the declared output into `context.outputDirectory`.
  ///
  /// - Throws: `Diagnostic` or `DiagnosticList` for all that the user can mend; `CancellationError`.
  func run(_ context: StageContext) async throws
}

/// All that a work knows of the world: its job and a way to speak.
public struct StageContext: Sendable {
  public let job: Job
  /// Whether this job may read sealed labels, as its face declared.
  public let readsTruth: Bool
  private let emit: @Sendable (WorkerEvent) -> Void

  public init(job: Job, readsTruth: Bool, emit: @escaping @Sendable (WorkerEvent) -> Void) {
    self.job = job
    self.readsTruth = readsTruth
    self.emit = emit
  }

  public var outputDirectory: String { job.outputDirectory }

  /// The inputs of a port, in the order of the file; empty when nothing is wired there.
  public func inputs(_ port: Port) -> [Job.Input] { job.inputs[port.name] ?? [] }

  /// The input of a port that takes one.
  ///
  /// - Throws: `Diagnostic` when nothing is wired there, which a checked pipeline excludes.
  public func input(_ port: Port) throws -> Job.Input {
    guard let input = inputs(port).first else {
      throw Diagnostic(
        "stage '\(job.stage)'", "nothing is wired to '\(port.name)'",
        mend: "add '\(port.name): STAGE' to the stage")
    }
    return input
  }

  public func progress(
    _ item: String, _ done: Int, of total: Int, unit: String, figures: [String: Double] = [:]
  ) {
    emit(.progress(item: item, done: done, total: total, unit: unit, figures: figures))
  }

  public func warn(_ message: String, mend: String? = nil) {
    emit(.warning(Diagnostic(.warning, "stage '\(job.stage)'", message, mend: mend)))
  }

  public func summarise(_ line: String) { emit(.summary(line)) }
}
