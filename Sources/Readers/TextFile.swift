import Diagnostics
import Foundation

/// Text files from outside: opening them, and saying why that fails.
enum TextFile {
  /// - Throws: `Diagnostic` when there is none, it is a folder or a pipe, or it may not be read.
  static func open(_ path: String) throws -> FileHandle {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ELOOP {
        throw Diagnostic(path, "a link that leads in a circle", mend: "link to the file itself")
      }
      throw Diagnostic(path, "no such file", mend: mend(missing: path))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR:
      throw Diagnostic(path, "a folder, where a text file is wanted", mend: "name a file in it")
    // A pipe would keep us waiting for ever.
    default: throw Diagnostic(path, "no regular file", mend: "copy its content to a file")
    }
    do {
      return try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    } catch {
      throw Diagnostic(path, "cannot be read", mend: "check its permissions (ls -l '\(path)')")
    }
  }

  /// - Throws: `Diagnostic` when the disk fails.
  static func read(_ file: FileHandle, upTo count: Int, path: String) throws -> Data {
    do {
      return try file.read(upToCount: count) ?? Data()
    } catch {
      throw Diagnostic(path, "reading failed: \(error.localizedDescription)")
    }
  }

  /// The whole file, without its byte order mark.
  static func bytes(of path: String) throws -> [UInt8] {
    let file = try open(path)
    var bytes: [UInt8] = []
    while true {
      let block = try read(file, upTo: 1 << 22, path: path)
      if block.isEmpty { break }
      bytes.append(contentsOf: block)
    }
    try refuseBinary(bytes, path: path)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    return bytes
  }

  /// - Throws: `Diagnostic` when the first bytes are those of a well-known form that is no text.
  static func refuseBinary(_ bytes: [UInt8], path: String) throws {
    let forms: [(head: [UInt8], name: String, mend: String)] = [
      ([0x50, 0x4B, 0x03, 0x04], "a zip archive or a spreadsheet", "save the sheet as CSV"),
      ([0x1F, 0x8B], "packed with gzip", "unpack it with gunzip"),
      ([0x28, 0xB5, 0x2F, 0xFD], "packed with zstd", "unpack it with unzstd"),
      ([0x89, 0x48, 0x44, 0x46], "an HDF5 file", "name a text file"),
      ([0xFF, 0xFE], "UTF-16 text", "save it as UTF-8"),
      ([0xFE, 0xFF], "UTF-16 text", "save it as UTF-8"),
    ]
    for form in forms where bytes.starts(with: form.head) {
      throw Diagnostic(path, "\(form.name), where plain text is wanted", mend: form.mend)
    }
  }

  private static func mend(missing path: String) -> String {
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent().path
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      return "there is no folder '\(folder)' either"
    }
    guard let near = Suggestions.nearest(to: url.lastPathComponent, among: names) else {
      return "check the path"
    }
    return "did you mean '\(near)'?"
  }
}
