public import Diagnostics

/// Which stages run, and why: every stage of the graph once, each after all that it reads.
public struct Plan: Sendable, CustomStringConvertible {
  public enum State: Sendable, Hashable {
    /// Its output is in the store.
    case upToDate
    case stale([Reason])
    /// Not asked for, such as `not in --only students`.
    case leftOut(String)
  }

  public struct Item: Sendable {
    public var node: Graph.Node
    public var fingerprint: String
    public var state: State
    /// Whether the output is in the store, also of a stage that is left out.
    public var isStored: Bool
    /// Whether an earlier run left a part of the output, which the next one continues.
    public var isBegun: Bool
    /// What the stage is made from now.
    public var recipe: RunRecord.Stage
    /// Whether the pipeline's record says so already.
    var isRecorded: Bool

    public var name: String { node.name }

    /// Whether it runs although its output is there.
    var isForced: Bool {
      guard case .stale(let reasons) = state else { return false }
      return reasons.contains { reason in
        switch reason {
        case .forced, .upstreamForced: true
        default: false
        }
      }
    }
  }

  public var pipeline: String
  public var items: [Item]
  /// Records and caches that could not be used.
  public var warnings: [Diagnostic]
  /// `cpu`, `cuda` or `cuda:1`.
  public var device: String
  public var workspace: Workspace

  public subscript(stage: String) -> Item? { items.first { $0.name == stage } }

  /// The stages that would run, in order.
  public var stale: [Item] {
    items.filter { if case .stale = $0.state { true } else { false } }
  }

  /// One line per stage, and one for each reason: what `--dry-run` prints.
  public var description: String {
    items.map { item in
      switch item.state {
      case .upToDate: "\(item.name): up to date"
      case .leftOut(let why): "\(item.name): left out (\(why))"
      case .stale(let reasons):
        "\(item.name): would run\(item.isBegun ? ", continuing what is begun" : "")"
          + reasons.map { "\n  \($0)" }.joined()
      }
    }.joined(separator: "\n")
  }
}
