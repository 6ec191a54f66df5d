public import Diagnostics
import Foundation

/// The folder that holds everything a run makes: `.mke` beside the pipeline, unless said otherwise.
///
///     store/<fingerprint>/        finished outputs
///     partial/<fingerprint>/      outputs being made; kept after a crash, continued by the next run
///     locks/<fingerprint>.lock    who is making an output
///     runs/<pipeline>.json        what the stages of a pipeline were last made from
///     cache/files.json            hashes of outside files
///     logs/                       what workers said on standard error
public struct Workspace: Sendable, Hashable {
  public let path: String

  /// Nothing is made before `prepare`: looking leaves no traces.
  public init(_ path: String) { self.path = path }

  public var storeFolder: String { "\(path)/store" }
  public var partialFolder: String { "\(path)/partial" }
  public var locksFolder: String { "\(path)/locks" }
  public var runsFolder: String { "\(path)/runs" }
  public var cacheFolder: String { "\(path)/cache" }
  public var logsFolder: String { "\(path)/logs" }

  public func partial(_ fingerprint: String) -> String { "\(partialFolder)/\(fingerprint)" }
  public func lock(_ fingerprint: String) -> String { "\(locksFolder)/\(fingerprint).lock" }
  public var fileCache: String { "\(cacheFolder)/files.json" }

  /// The record of a pipeline's last run; letters that a file name cannot hold are written as `%2F`.
  public func record(of pipeline: String) -> String {
    let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-_ +,=@"))
      .union(CharacterSet(charactersIn: "."))
    var name = pipeline.addingPercentEncoding(withAllowedCharacters: allowed) ?? pipeline
    if name.hasPrefix(".") { name = "%2E" + name.dropFirst() }
    return "\(runsFolder)/\(name).json"
  }

  /// Makes the folders and checks that they can be written.
  ///
  /// - Throws: `Diagnostic` for a place that is read-only, full or no folder.
  public func prepare() throws(Diagnostic) {
    do throws(FileFault) {
      let isNew = !Files.exists(path)
      for folder in [
        path, storeFolder, partialFolder, locksFolder, runsFolder, cacheFolder, logsFolder,
      ] {
        if access(folder, W_OK | X_OK) != 0 {
          guard errno == ENOENT else { throw FileFault("write into the workspace", folder) }
          try Files.makeFolder(folder)
        }
      }
      // Outputs do not belong into version control.
      if isNew { try Files.replace("\(path)/.gitignore", with: Array("*\n".utf8)) }
    } catch {
      throw error.diagnostic
    }
  }
}
