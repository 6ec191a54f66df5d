/// The folder that paths in a manifest start from, and may not leave.
struct DataRoot: Sendable {
  /// Without `.`, `..` and doubled slashes.
  let path: String
  let allowsOutside: Bool
  private let prefix: String

  init(_ path: String, allowsOutside: Bool = false) {
    self.path = Self.normal(path)
    self.allowsOutside = allowsOutside
    prefix = self.path == "/" ? "/" : self.path.isEmpty ? "" : self.path + "/"
  }

  /// The folder of the file at `path`.
  init(around file: String, allowsOutside: Bool = false) {
    let folder = file.lastIndex(of: "/").map { $0 == file.startIndex ? "/" : file[..<$0] } ?? ""
    self.init(String(folder), allowsOutside: allowsOutside)
  }

  /// - Returns: `nil` when the path leaves the root and may not.
  func file(_ cell: String) -> DataFile? {
    if Self.isPlain(cell) { return DataFile(name: cell, path: prefix + cell) }
    let path = Self.normal(cell.hasPrefix("/") ? cell : prefix + cell)
    let isInside =
      prefix.isEmpty
      ? !path.hasPrefix("/") && !path.hasPrefix("../") && path != ".." : path.hasPrefix(prefix)
    if isInside, path != self.path {
      return DataFile(name: String(path.dropFirst(prefix.count)), path: path)
    }
    return allowsOutside ? DataFile(name: cell, path: path) : nil
  }

  /// What is wrong with a path that `file` gives `nil` for, and its mend.
  func refusal(of cell: String) -> (message: String, mend: String) {
    (
      "'\(cell)' leaves the folder '\(path)' that paths start from",
      "move the file, set 'root', or say 'allow-outside: true'"
    )
  }

  /// Whether a relative path has nothing to resolve: most have not, and there may be many.
  private static func isPlain(_ path: String) -> Bool {
    var isStart = true
    for byte in path.utf8 {
      if isStart, byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") { return false }
      isStart = byte == UInt8(ascii: "/")
    }
    return !isStart
  }

  /// Without `.`, `..` and doubled slashes. Links are not followed: whoever linked a file into the
  /// folder meant it to be there.
  static func normal(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !path.hasPrefix("/") {
        parts.append(part)
      }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}
