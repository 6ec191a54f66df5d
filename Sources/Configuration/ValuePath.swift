/// The way from a mapping down to one of its values.
public struct ValuePath: Hashable, Sendable, CustomStringConvertible {
  public enum Step: Hashable, Sendable {
    case key(String)
    /// From 0.
    case index(Int)
  }

  public var steps: [Step]

  public init(_ steps: [Step] = []) { self.steps = steps }

  public func appending(_ key: String) -> ValuePath { ValuePath(steps + [.key(key)]) }
  public func appending(_ index: Int) -> ValuePath { ValuePath(steps + [.index(index)]) }

  /// `network.encoders.audio`, `transform[0].scale`: as messages show it.
  public var description: String {
    steps.reduce(into: "") { text, step in
      switch step {
      case .key(let key): text += text.isEmpty ? key : ".\(key)"
      case .index(let index): text += "[\(index)]"
      }
    }
  }

  /// `transform.0.scale`: the name of what a `path` key points at.
  public var dotted: String {
    steps.map { step in
      switch step {
      case .key(let key): key
      case .index(let index): String(index)
      }
    }.joined(separator: ".")
  }
}
