import Diagnostics
import TestSupport

/// The diagnostics that `body` throws, with the folder's path cut from each: what a user reads.
func faults(in folder: TemporaryFolder, _ body: () throws -> Void) -> [String] {
  do {
    try body()
    return []
  } catch {
    return Diagnostic.all(of: error, subject: "?").map {
      $0.description.replacing(folder.path + "/", with: "").replacing(folder.path, with: "DIR")
    }
  }
}
