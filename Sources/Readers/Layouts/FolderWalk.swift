import Diagnostics
import Foundation

/// All files below a folder, in natural order of their names, whatever order the disk has.
///
/// Names that start with a dot are passed over. Links are followed; a folder that several ways lead
/// to is walked once, by its own way before any link's, so that a cycle ends.
struct FolderWalk: Sendable {
  let root: String
  /// Relative to the root.
  private(set) var names: [String] = []
  /// What was found and is no file, by reason.
  private(set) var leftOut: [String: Int] = [:]

  /// - Throws: `Diagnostic` when a folder cannot be read.
  init(_ root: String) throws {
    self.root = root
    var seen: Set<Identity> = []
    var folders = [""]
    var links: [String] = []
    var found: [(name: String, bytes: [UInt8])] = []
    while true {
      if folders.isEmpty {
        guard !links.isEmpty else { break }
        links.sort { naturallyPrecedes(Array($1.utf8), Array($0.utf8)) }
        folders.append(links.removeLast())
      }
      let folder = folders.removeLast()
      let path = folder.isEmpty ? root : "\(root)/\(folder)"
      guard let identity = Identity(of: path) else { throw Self.unreadable(path, errno) }
      guard seen.insert(identity).inserted else {
        leftOut["a link to a folder that is read already", default: 0] += 1
        continue
      }
      for entry in try Self.entries(of: path) {
        guard let name = entry.name else {
          leftOut["a name that is not UTF-8", default: 0] += 1
          continue
        }
        if name.hasPrefix(".") { continue }
        let below = folder.isEmpty ? name : "\(folder)/\(name)"
        switch entry.kind == .unknown
          ? Self.kind(of: "\(path)/\(name)", following: false)
          : entry.kind
        {
        case .file: found.append((below, Array(below.utf8)))
        case .folder: folders.append(below)
        case .link:
          switch Self.kind(of: "\(path)/\(name)", following: true) {
          case .file: found.append((below, Array(below.utf8)))
          case .folder: links.append(below)
          default: leftOut["a link to nothing", default: 0] += 1
          }
        case .unknown: leftOut["neither a file nor a folder", default: 0] += 1
        }
      }
    }
    names = found.sorted { naturallyPrecedes($0.bytes, $1.bytes) }.map(\.name)
  }

  private struct Identity: Hashable {
    var device: dev_t
    var node: ino_t

    init?(of path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      device = status.st_dev
      node = status.st_ino
    }
  }

  private enum Kind { case file, folder, link, unknown }

  private struct Entry {
    /// `nil` when it is no UTF-8.
    var name: String?
    var kind: Kind
  }

  private static func kind(of path: String, following: Bool) -> Kind {
    var status = stat()
    guard (following ? stat(path, &status) : lstat(path, &status)) == 0 else { return .unknown }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    case S_IFLNK: return .link
    default: return .unknown
    }
  }

  private static func unreadable(_ path: String, _ reason: Int32) -> Diagnostic {
    switch reason {
    case ENOENT:
      Diagnostic(path, "there is no such folder", mend: "check the path")
    case ENOTDIR:
      Diagnostic(
        path, "a file, where a folder is wanted", mend: "name the folder that it is in")
    default:
      Diagnostic(
        path, "the folder cannot be read: \(String(cString: strerror(reason)))",
        mend: "check its permissions (ls -ld '\(path)')")
    }
  }

  private static func entries(of path: String) throws -> [Entry] {
    guard let directory = opendir(path) else { throw unreadable(path, errno) }
    defer { closedir(directory) }
    var entries: [Entry] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else {
        let reason = errno
        guard reason == 0 else {
          throw Diagnostic(
            path, "reading the folder failed: \(String(cString: strerror(reason)))")
        }
        return entries
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      let kind: Kind =
        switch Int(entry.pointee.d_type) {
        case Int(DT_REG): .file
        case Int(DT_DIR): .folder
        case Int(DT_LNK): .link
        default: .unknown
        }
      entries.append(Entry(name: name, kind: kind))
    }
  }
}

/// Parts of a file's name.
enum FileName {
  /// `a/b.c/d.tar.gz` is `a/b.c/d.tar` and `gz`, in small letters; without a point there is no
  /// extension.
  static func divided(_ name: String) -> (stem: String, type: String) {
    guard let point = name.utf8.lastIndex(of: UInt8(ascii: ".")),
      !name.utf8[point...].contains(UInt8(ascii: "/"))
    else { return (name, "") }
    return (String(name[..<point]), name[name.utf8.index(after: point)...].lowercased())
  }

  /// What follows the last slash.
  static func last(_ name: String) -> Substring {
    name.utf8.lastIndex(of: UInt8(ascii: "/")).map { name[name.utf8.index(after: $0)...] }
      ?? name[...]
  }
}

/// Folders under names of their own, so that the files of two of them are never called alike.
struct NamedFolders: Sendable {
  struct Folder: Sendable {
    var path: String
    /// What its files' names start with: nothing where it is the only one.
    var prefix: String
  }

  let folders: [Folder]

  init(_ paths: [String]) {
    guard paths.count > 1 else {
      folders = paths.map { Folder(path: $0, prefix: "") }
      return
    }
    var seen: [Substring: Int] = [:]
    folders = paths.map { path in
      let last = FileName.last(path)
      let count = seen[last, default: 0]
      seen[last] = count + 1
      return Folder(path: path, prefix: count == 0 ? "\(last)/" : "\(last)~\(count + 1)/")
    }
  }
}
