import Configuration
public import Diagnostics
import Foundation

/// The finished outputs of a workspace, each under the fingerprint of its recipe.
///
/// An output is whole when its `manifest.json`, which a work writes last, parses, carries the same
/// fingerprint, and every file that it lists is there with its size. What the files hold is checked
/// where they are read.
public struct Store: Sendable, Hashable {
  public enum State: Hashable, Sendable {
    case whole
    case missing
    /// There is a folder, but it is no whole output; says what is wrong.
    case damaged(String)
  }

  public let workspace: Workspace

  public init(_ workspace: Workspace) { self.workspace = workspace }

  public func directory(_ fingerprint: String) -> String {
    "\(workspace.storeFolder)/\(fingerprint)"
  }

  public func state(of fingerprint: String) -> State {
    Self.state(of: directory(fingerprint), fingerprint: fingerprint)
  }

  public func isWhole(_ fingerprint: String) -> Bool { state(of: fingerprint) == .whole }

  static func state(of directory: String, fingerprint: String) -> State {
    guard Files.exists(directory) else { return .missing }
    guard let bytes = try? Files.read("\(directory)/manifest.json") else {
      return .damaged("manifest.json is missing")
    }
    guard let manifest = try? Value(json: bytes) else {
      return .damaged("manifest.json is no JSON")
    }
    guard let said = manifest["fingerprint"]?.stringValue, said == fingerprint else {
      return .damaged("manifest.json is of another output")
    }
    for list in ["shards", "files"] {
      for item in manifest[list]?.arrayValue ?? [] {
        guard let file = item["file"]?.stringValue, let size = item["bytes"]?.integerValue else {
          return .damaged("manifest.json lists a file without name or size")
        }
        guard let status = try? FileStatus(of: "\(directory)/\(file)") else {
          return .damaged("'\(file)' is missing")
        }
        guard status.size == size else {
          return .damaged("'\(file)' has \(status.size) bytes, manifest.json says \(size)")
        }
      }
    }
    return .whole
  }

  /// Gives the output in `partial/<fingerprint>` its final name: flushed to the disk, then renamed
  /// in one step. What was there before (damaged, or remade by force) goes away.
  ///
  /// - Throws: `Diagnostic` when the partial output is not whole or the disk refuses.
  public func publish(_ fingerprint: String) throws(Diagnostic) {
    let partial = workspace.partial(fingerprint)
    switch Self.state(of: partial, fingerprint: fingerprint) {
    case .whole: break
    case .missing:
      throw Diagnostic(partial, "the work finished but left no output")
    case .damaged(let damage):
      throw Diagnostic(partial, "the work finished but its output is not whole: \(damage)")
    }
    let final = directory(fingerprint)
    do throws(FileFault) {
      try Files.flush(tree: partial)
      if Files.exists(final) {
        try replace(final, with: partial)
      } else if rename(partial, final) != 0 {
        throw FileFault("move the finished output to", final)
      }
      try Files.flush(folder: workspace.storeFolder)
      try Files.flush(folder: workspace.partialFolder)
    } catch {
      throw error.diagnostic
    }
  }

  /// Makes the folder that a work writes into; only the owner of the output's lock may.
  ///
  /// - Parameter isFresh: whether to throw away what an earlier attempt left, which is continued
  ///   otherwise.
  func begin(_ fingerprint: String, isFresh: Bool) throws(FileFault) {
    let partial = workspace.partial(fingerprint)
    if isFresh { try Files.remove(partial) }
    // Old outputs that a crash kept from being removed.
    for name in try Files.list(workspace.partialFolder)
    where name.hasPrefix("\(fingerprint).") && name.hasSuffix(".tmp") {
      try Files.remove("\(workspace.partialFolder)/\(name)")
    }
    try Files.makeFolder(partial)
  }

  private func replace(_ final: String, with partial: String) throws(FileFault) {
    // A crash between the two steps leaves the new output whole in `partial`, for the next run.
    let old = Files.temporaryName(beside: partial)
    guard rename(final, old) == 0 else { throw FileFault("move the old output away", final) }
    guard rename(partial, final) == 0 else {
      throw FileFault("move the finished output to", final)
    }
    try Files.remove(old)
  }
}
