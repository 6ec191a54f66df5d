public import Dataflow
public import Foundation

/// What a plan would do, for people and for programs.
public struct PlanReport: Codable, Sendable, Equatable {
  public enum State: String, Codable, Sendable {
    case upToDate = "up-to-date"
    case stale
    case leftOut = "left-out"
  }

  public struct Stage: Codable, Sendable, Equatable {
    public var stage: String
    public var kind: String
    public var state: State
    public var fingerprint: String
    /// Why it would run, or why it is left out.
    public var reasons: [String]
    /// Whether there is nothing to compare with: no output, no record.
    public var isNew: Bool
    /// Whether the next run goes on from a part that is there.
    public var isBegun: Bool
    /// When the output that the record knows was made, and how long it took.
    public var madeAt: Date?
    public var seconds: Double?
    /// Of the stored output; `nil` when there is none.
    public var bytes: Int?
    /// What went wrong when it was last tried.
    public var failures: [String]
  }

  public var pipeline: String
  public var file: String
  public var workspace: String
  public var stages: [Stage]

  public init(_ plan: Plan, file: String, record: RunRecord) {
    pipeline = plan.pipeline
    self.file = file
    workspace = plan.workspace.path
    let store = Store(plan.workspace)
    stages = plan.items.map { item in
      var stage = Stage(
        stage: item.name, kind: item.node.face.kind, state: .upToDate,
        fingerprint: item.fingerprint, reasons: [], isNew: false, isBegun: item.isBegun,
        madeAt: nil,
        seconds: nil, bytes: nil,
        failures: (record.failures[item.name] ?? []).map(\.message))
      switch item.state {
      case .upToDate: break
      case .stale(let reasons):
        stage.state = .stale
        stage.reasons = reasons.map(\.description)
        stage.isNew = reasons == [.neverRun]
      case .leftOut(let why):
        stage.state = .leftOut
        stage.reasons = [why]
      }
      if let made = record.stages[item.name] {
        stage.seconds = made.seconds
        if made.fingerprint == item.fingerprint { stage.madeAt = made.finishedAt }
      }
      if item.isStored { stage.bytes = Self.size(of: store.directory(item.fingerprint)) }
      return stage
    }
  }

  private static func size(of folder: String) -> Int? {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      return nil
    }
    return names.reduce(0) { sum, name in
      let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
      return sum + ((attributes?[.size] as? Int) ?? 0)
    }
  }

  public var due: [Stage] { stages.filter { $0.state == .stale } }

  /// `nothing to do: 7 stages up to date`, or `2 of 7 stages would run`.
  public var summary: String {
    let left = stages.count { $0.state == .leftOut }
    let upToDate = stages.count { $0.state == .upToDate }
    if due.isEmpty {
      return "nothing to do: \(Figures.count(upToDate, "stage")) up to date"
        + (left > 0 ? ", \(left) left out" : "")
    }
    return "\(due.count) of \(Figures.count(stages.count, "stage")) would run"
      + (left > 0 ? ", \(left) left out" : "")
  }

  /// The plan of `--dry-run`: each stage, and why it would run.
  public func planText(_ paint: Paint = .plain) -> String {
    let width = stages.map { TextWidth.of($0.stage) }.max() ?? 0
    var lines: [String] = []
    for stage in stages {
      let name = TextWidth.padded(stage.stage, to: width)
      let margin = String(repeating: " ", count: width + 4)
      switch stage.state {
      case .upToDate: lines.append(paint(.faint, "\(name)  up to date"))
      case .leftOut:
        lines.append(paint(.faint, "\(name)  left out: \(stage.reasons.joined(separator: ", "))"))
      case .stale:
        let last = stage.seconds.map { " (last time \(Figures.duration($0)))" } ?? ""
        let begun = stage.isBegun ? ", from where it was stopped" : ""
        let head = "\(name)  \(paint(.yellow, "would run"))\(begun)\(last)"
        if stage.reasons.count == 1 {
          lines.append("\(head): \(stage.reasons[0])")
        } else {
          lines.append(head)
          lines += stage.reasons.map { margin + $0 }
        }
      }
    }
    lines += ["", "\(pipeline): \(summary)\(estimate)"]
    return lines.joined(separator: "\n")
  }

  private var estimate: String {
    let known = due.compactMap(\.seconds)
    guard known.count == due.count, !known.isEmpty else { return "" }
    return "; together they took \(Figures.duration(known.reduce(0, +))) last time"
  }

  /// The table of `status`.
  public func statusText(_ paint: Paint = .plain, zone: TimeZone = .current) -> String {
    let table = TextTable(
      [
        .init("stage"), .init("kind"), .init("state"), .init("made"), .init("took", .right),
        .init("size", .right), .init("why"),
      ],
      rows: stages.map { stage in
        let isMade = stage.madeAt != nil
        let state =
          switch stage.state {
          case .upToDate: "up to date"
          case .leftOut: "left out"
          case .stale where !stage.failures.isEmpty: "failed"
          case .stale where stage.isBegun: "begun"
          case .stale: stage.isNew ? "not made" : "stale"
          }
        let why =
          stage.failures.isEmpty
          ? (stage.isNew ? [] : stage.reasons.prefix(2)).joined(separator: "; ")
            + (stage.reasons.count > 2 ? "; and \(stage.reasons.count - 2) more" : "")
          : stage.failures[0]
        return [
          stage.stage, stage.kind, state,
          stage.madeAt.map { Figures.time($0, zone: zone) } ?? "",
          isMade ? stage.seconds.map(Figures.duration) ?? "" : "",
          stage.bytes.map(Figures.bytes) ?? "", TextWidth.cut(why, to: 90),
        ]
      })
    var lines = table.lines
    for (index, stage) in stages.enumerated() where stage.state == .stale {
      lines[index + 1] = paint(stage.failures.isEmpty ? .yellow : .red, lines[index + 1])
    }
    return (lines + ["", "\(pipeline): \(summary)"]).joined(separator: "\n")
  }
}

/// Why one stage would run: each cause, and behind a changed input the causes of that.
public struct WhyReport: Codable, Sendable, Equatable {
  public struct Cause: Codable, Sendable, Equatable {
    public var cause: String
    /// What made the input that changed stale.
    public var because: [Cause]

    public init(_ cause: String, because: [Cause] = []) {
      self.cause = cause
      self.because = because
    }
  }

  public var stage: String
  public var isStale: Bool
  public var causes: [Cause]
  /// Of an output that is up to date.
  public var madeAt: Date?
  public var seconds: Double?

  public init(stage: String, causes: [Cause]) {
    self.stage = stage
    self.causes = causes
    isStale = !causes.isEmpty
  }

  public init(_ stage: String, plan: Plan, record: RunRecord) {
    self.stage = stage
    causes = Self.causes(of: stage, in: plan, seen: [stage])
    isStale = !causes.isEmpty
    if let made = record.stages[stage], made.fingerprint == plan[stage]?.fingerprint {
      madeAt = made.finishedAt
      seconds = made.seconds
    }
  }

  private static func causes(of stage: String, in plan: Plan, seen: Set<String>) -> [Cause] {
    guard case .stale(let reasons) = plan[stage]?.state else { return [] }
    return reasons.map { reason in
      guard case .inputChanged(let input) = reason, !seen.contains(input) else {
        return Cause(reason.description)
      }
      return Cause(
        reason.description, because: causes(of: input, in: plan, seen: seen.union([input])))
    }
  }

  public func text(zone: TimeZone = .current) -> String {
    guard isStale else {
      let made = madeAt.map { ": made \(Figures.time($0, zone: zone))" } ?? ""
      let took = madeAt == nil ? "" : seconds.map { " in \(Figures.duration($0))" } ?? ""
      return "\(stage) is up to date\(made)\(took)"
    }
    return (["\(stage) would run:"] + Self.lines(causes, indent: 1)).joined(separator: "\n")
  }

  private static func lines(_ causes: [Cause], indent: Int) -> [String] {
    causes.flatMap { cause in
      [String(repeating: "  ", count: indent) + cause.cause]
        + lines(cause.because, indent: indent + 1)
    }
  }
}
