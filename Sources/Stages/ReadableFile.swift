import Foundation

/// Whether there is something to read at a path.
enum ReadableFile {
  /// A file, behind links or not, that this process may read; no folder, pipe or device.
  static func isOne(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      && access(path, R_OK) == 0
  }
}
