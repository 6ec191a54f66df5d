public import Configuration
public import Diagnostics

/// What happens while a plan is carried out.
public enum RunEvent: Sendable {
  case upToDate(stage: String)
  case leftOut(stage: String, why: String)
  /// `continues` says whether an earlier run left a part of the output.
  case started(stage: String, threads: Int, continues: Bool)
  case progress(
    stage: String, item: String, done: Int, total: Int, unit: String, figures: [String: Double])
  case warning(stage: String, Diagnostic)
  /// One line that sums up what the stage made.
  case summary(stage: String, String)
  /// Another run makes the output; `owner` reads `process 123 on 'host' (stage … of …)`.
  case waiting(stage: String, owner: String)
  /// Another run made the output meanwhile.
  case shared(stage: String)
  case finished(stage: String, seconds: Double)
  case failed(stage: String, [Diagnostic])
  /// Not started, because `failed` stages of the same run had failed before.
  case notRun(stage: String, failed: [String])

  public var stage: String {
    switch self {
    case .upToDate(let stage), .leftOut(let stage, _), .started(let stage, _, _),
      .progress(let stage, _, _, _, _, _), .warning(let stage, _), .summary(let stage, _),
      .waiting(let stage, _), .shared(let stage), .finished(let stage, _), .failed(let stage, _),
      .notRun(let stage, _):
      stage
    }
  }

  /// For programs: `{"event": "started", "stage": …}`, one flat object each.
  public var value: Value {
    var members: [String: Value] = ["stage": .string(stage)]
    switch self {
    case .upToDate: members["event"] = "up-to-date"
    case .leftOut(_, let why):
      members["event"] = "left-out"
      members["why"] = .string(why)
    case .started(_, let threads, let continues):
      members["event"] = "started"
      members["threads"] = .integer(threads)
      members["continues"] = .bool(continues)
    case .progress(_, let item, let done, let total, let unit, let figures):
      members["event"] = "progress"
      members["item"] = .string(item)
      members["done"] = .integer(done)
      members["total"] = .integer(total)
      members["unit"] = .string(unit)
      members["figures"] = .object(figures.mapValues { .double($0) })
    case .warning(_, let diagnostic):
      members["event"] = "warning"
      members["diagnostic"] = diagnostic.value
    case .summary(_, let line):
      members["event"] = "summary"
      members["line"] = .string(line)
    case .waiting(_, let owner):
      members["event"] = "waiting"
      members["owner"] = .string(owner)
    case .shared: members["event"] = "shared"
    case .finished(_, let seconds):
      members["event"] = "finished"
      members["seconds"] = .double(seconds)
    case .failed(_, let diagnostics):
      members["event"] = "failed"
      members["diagnostics"] = .array(diagnostics.map(\.value))
    case .notRun(_, let failed):
      members["event"] = "not-run"
      members["failed"] = .array(failed.map { .string($0) })
    }
    return .object(members)
  }
}

/// How a run ended.
public struct RunResult: Sendable {
  public enum Outcome: Sendable, Hashable {
    case upToDate
    case leftOut
    /// Made by this run.
    case ran(seconds: Double)
    /// Made by another run meanwhile.
    case shared
    case failed([Diagnostic])
    /// Not started after a failure elsewhere.
    case notRun
    /// Not finished when the run was stopped; what is made so far is kept.
    case cancelled
  }

  public struct Stage: Sendable, Hashable {
    public var name: String
    public var outcome: Outcome
  }

  /// Every stage of the plan, in its order.
  public var stages: [Stage]
  /// What went wrong outside of stages, such as a workspace that cannot be written.
  public var faults: [Diagnostic]

  public var isCancelled: Bool { stages.contains { $0.outcome == .cancelled } }

  /// Whether every selected stage has its output.
  public var succeeded: Bool { diagnostics.isEmpty && !isCancelled }

  /// Everything that went wrong.
  public var diagnostics: [Diagnostic] {
    faults
      + stages.flatMap { stage -> [Diagnostic] in
        if case .failed(let diagnostics) = stage.outcome { diagnostics } else { [] }
      }
  }

  /// The stages that this run made.
  public var ran: [String] {
    stages.filter { if case .ran = $0.outcome { true } else { false } }.map(\.name)
  }

  public subscript(stage: String) -> Outcome? { stages.first { $0.name == stage }?.outcome }
}
