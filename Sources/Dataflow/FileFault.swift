import Diagnostics
import Foundation

/// A system call that failed on a path.
struct FileFault: Error {
  /// What was to be done, after "cannot": `write`, `make the folder`.
  let action: String
  let path: String
  let code: Int32

  init(_ action: String, _ path: String, code: Int32 = errno) {
    self.action = action
    self.path = path
    self.code = code
  }

  /// The system's own words for the code.
  var reason: String { String(cString: strerror(code)) }

  /// The fault as the user sees it, with the mend that belongs to its code.
  var diagnostic: Diagnostic {
    Diagnostic(path, "cannot \(action): \(reason)", mend: mend)
  }

  private var mend: String? {
    switch code {
    case ENOSPC, EDQUOT:
      "free some space, or choose another place with --workspace DIR; what is made so far is kept"
    case EROFS, EACCES, EPERM:
      "make it writable for this user, or choose another place with --workspace DIR"
    case ENOTDIR, EEXIST:
      "a file stands where a folder must be: move it away, or choose another place with "
        + "--workspace DIR"
    case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
    default: nil
    }
  }
}
