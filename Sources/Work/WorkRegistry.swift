public import Dataflow
import Diagnostics

/// Works by the kind of their faces, and the one way to run a job.
public struct WorkRegistry: Sendable {
  public let works: [any StageWork.Type]

  public init(_ works: [any StageWork.Type]) { self.works = works }

  /// The kinds of stage that can be worked on, in order.
  public var kinds: [String] { works.map { Self.kind(of: $0) } }

  /// Runs a job to its end.
  ///
  /// - Throws: what the work throws; `Diagnostic` for a kind that is not here.
  public func run(_ job: Job, emit: @escaping @Sendable (WorkerEvent) -> Void) async throws {
    guard let work = works.first(where: { Self.kind(of: $0) == job.kind }) else {
      throw Diagnostic(
        "stage '\(job.stage)'", "this worker has no stage kind '\(job.kind)'",
        mend: Suggestions.mend(job.kind, among: kinds, called: "kinds"))
    }
    try await Self.run(work, job, emit: emit)
  }

  private static func kind(of work: any StageWork.Type) -> String {
    func kind<Work: StageWork>(_: Work.Type) -> String { Work.Face.kind }
    return kind(work)
  }

  private static func run<Work: StageWork>(
    _ work: Work.Type, _ job: Job, emit: @escaping @Sendable (WorkerEvent) -> Void
  ) async throws {
    let configuration = try job.configuration.decode(Work.Face.Configuration.self)
    let context = StageContext(
      job: job, readsTruth: Work.Face.readsTruth(configuration), emit: emit)
    try await work.init(configuration).run(context)
  }
}
