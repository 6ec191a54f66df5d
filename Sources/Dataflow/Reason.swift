public import Configuration
import Foundation

/// Why a stage would run.
public enum Reason: Hashable, Sendable, CustomStringConvertible {
  /// The pipeline's record does not know the stage.
  case neverRun
  /// A key of the configuration, by its path: `transform.0.scale`, `variants.mke.transform`.
  case keyChanged(path: String, old: Value, new: Value)
  case keyAdded(path: String, new: Value)
  case keyRemoved(path: String, old: Value)
  /// A port reads other stages or selections than before.
  case rewired(port: String, old: [StageReference], new: [StageReference])
  /// What the stage reads is itself made anew.
  case inputChanged(stage: String)
  /// Names of outside files, of so many that the stage reads.
  case filesChanged([String], of: Int)
  case filesAdded([String], of: Int)
  case filesRemoved([String], of: Int)
  case kindChanged(old: String, new: String)
  /// The stage's own code.
  case versionChanged(old: Int, new: Int)
  /// `cpu`, `cuda`.
  case deviceChanged(old: String, new: String)
  /// Nothing of the above: the fingerprint is taken in another way than it was.
  case recipeFormatChanged
  case outputMissing
  case outputDamaged(String)
  /// By `--force`.
  case forced
  case upstreamForced(stage: String)

  public var description: String {
    switch self {
    case .neverRun: "never run"
    case .keyChanged(let path, let old, let new):
      "\(path): \(Self.text(old)) → \(Self.text(new))"
    case .keyAdded(let path, let new): "\(path): added, \(Self.text(new))"
    case .keyRemoved(let path, let old): "\(path): removed, was \(Self.text(old))"
    case .rewired(let port, let old, let new):
      "\(port): \(Self.text(old)) → \(Self.text(new))"
    case .inputChanged(let stage): "input '\(stage)' changed"
    case .filesChanged(let names, let total): Self.files(names, of: total, "changed")
    case .filesAdded(let names, let total): Self.files(names, of: total, "added")
    case .filesRemoved(let names, let total): Self.files(names, of: total, "removed")
    case .kindChanged(let old, let new): "kind: \(old) → \(new)"
    case .versionChanged(let old, let new): "stage version \(old) → \(new)"
    case .deviceChanged(let old, let new): "device \(old) → \(new)"
    case .recipeFormatChanged: "made by an mke that took fingerprints in another way"
    case .outputMissing: "its output is missing"
    case .outputDamaged(let damage): "its output is damaged: \(damage)"
    case .forced: "forced"
    case .upstreamForced(let stage): "'\(stage)' is forced"
    }
  }

  private static func text(_ references: [StageReference]) -> String {
    references.isEmpty ? "nothing" : references.map(\.description).joined(separator: ", ")
  }

  private static func files(_ names: [String], of total: Int, _ what: String) -> String {
    if names.count == 1, total <= 1 { return "outside file '\(names[0])' \(what)" }
    let shown = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
    return "\(grouped(names.count)) of \(grouped(total)) files \(what): \(shown)"
  }

  /// `1,440`
  private static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.indices.map { index in
      let isBreak = index > 0 && (digits.count - index).isMultiple(of: 3)
      return (isBreak ? "," : "") + String(digits[index])
    }.joined()
  }

  /// The value as one writes it in a pipeline file, cut when it is long.
  private static func text(_ value: Value) -> String {
    let text = inline(value)
    return text.count > 72 ? text.prefix(70) + " …" : text
  }

  private static func inline(_ value: Value) -> String {
    switch value {
    case .string(let text): text.isEmpty ? "''" : text
    case .array(let items): "[" + items.map(inline).joined(separator: ", ") + "]"
    case .object(let members):
      "{"
        + members.sorted { $0.key < $1.key }.map { "\($0.key): \(inline($0.value))" }
        .joined(separator: ", ") + "}"
    default: value.canonicalJSON
    }
  }
}
