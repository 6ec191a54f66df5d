import Configuration
import Crypto
public import Diagnostics
import Foundation
import Synchronization

/// SHA-256 of outside files, remembered by what a `stat` says of them, so that a run over
/// unchanged files reads none of them.
///
/// A remembered hash counts while size, modification time (ns) and inode are what they were. A file
/// that was written within the last two seconds is hashed but not remembered: it could change again
/// without its time showing it.
public struct FileIdentities: Sendable {
  /// What could not be used or kept: a damaged cache costs time, never the run.
  public private(set) var warnings: [Diagnostic] = []
  /// How many files the last `hashes` had to read.
  public private(set) var filesRead = 0

  private struct Entry: Hashable {
    var status: FileStatus
    var hash: String
  }

  private let path: String
  private var entries: [String: Entry] = [:]
  private var isChanged = false

  /// Reads what the workspace remembers.
  public init(_ workspace: Workspace) {
    path = workspace.fileCache
    guard Files.exists(path) else { return }
    do {
      entries = try Self.read(path)
    } catch {
      warnings.append(
        Diagnostic(
          .warning, path, "the remembered hashes of outside files cannot be read: \(error)",
          mend: "nothing to do: the files are hashed again"))
      isChanged = true
    }
  }

  /// The hash of every file.
  ///
  /// - Returns: hashes by path, and by path why a file has none.
  public mutating func hashes(of paths: [String]) -> (
    hashes: [String: String], faults: [String: String]
  ) {
    var hashes: [String: String] = [:]
    var faults: [String: String] = [:]
    var unknown: [String] = []
    for path in Set(paths).sorted() {
      do {
        let status = try FileStatus(of: path)
        if status.isFolder {
          faults[path] = "is a folder, not a file"
        } else if let entry = entries[path], entry.status == status {
          hashes[path] = entry.hash
        } else {
          unknown.append(path)
        }
      } catch {
        faults[path] = error.code == ENOENT ? "does not exist" : "cannot be read: \(error.reason)"
      }
    }
    filesRead = unknown.count
    guard !unknown.isEmpty else { return (hashes, faults) }

    let paths = unknown
    let results = Mutex<[(Int, Result<Entry, FileFault>)]>([])
    DispatchQueue.concurrentPerform(iterations: paths.count) { index in
      let result = Result { () throws(FileFault) in try Self.hash(paths[index]) }
      results.withLock { $0.append((index, result)) }
    }
    // Files of the last two seconds stay unknown.
    let settled = Int(Date().timeIntervalSince1970 * 1e9) - 2_000_000_000
    for (index, result) in results.withLock({ $0 }) {
      switch result {
      case .success(let entry):
        hashes[paths[index]] = entry.hash
        if entry.status.modified < settled {
          entries[paths[index]] = entry
          isChanged = true
        }
      case .failure(let fault): faults[paths[index]] = "cannot be read: \(fault.reason)"
      }
    }
    return (hashes, faults)
  }

  /// Keeps what was learnt, when there is something new.
  public mutating func save() {
    guard isChanged else { return }
    let files = entries.mapValues { entry in
      Value.array([
        .integer(entry.status.size), .integer(entry.status.modified),
        .integer(entry.status.inode), .string(entry.hash),
      ])
    }
    let text = Value.object(["format": 1, "files": .object(files)]).canonicalJSON
    do {
      try Files.makeFolder((path as NSString).deletingLastPathComponent)
      try Files.replace(path, with: Array(text.utf8))
      isChanged = false
    } catch {
      var warning = error.diagnostic
      warning.severity = .warning
      warning.message = "the hashes of outside files are not remembered: \(warning.message)"
      warnings.append(warning)
    }
  }

  private static func hash(_ path: String) throws(FileFault) -> Entry {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFault("read", path) }
    defer { close(descriptor) }
    var before = try FileStatus(of: descriptor, path: path)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      var hasher = SHA256()
      while true {
        let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
        if count == 0 { break }
        if count > 0 {
          hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        } else if errno != EINTR {
          throw FileFault("read", path)
        }
      }
      let after = try FileStatus(of: descriptor, path: path)
      if after == before {
        return Entry(status: after, hash: Fingerprint.hexadecimal(hasher.finalize()))
      }
      // Written to while it was read: what was hashed was never the file.
      before = after
      guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw FileFault("read", path) }
    }
  }

  private struct Damage: Error, CustomStringConvertible {
    var description: String
  }

  private static func read(_ path: String) throws -> [String: Entry] {
    let document: Value
    do {
      document = try Value(json: try Files.read(path))
    } catch let fault as JSONFault {
      throw Damage(description: "\(fault.message) (byte \(fault.offset))")
    } catch let fault as FileFault {
      throw Damage(description: fault.reason)
    }
    guard document["format"] == 1, let files = document["files"]?.objectValue else {
      throw Damage(description: "it has another format")
    }
    return try files.mapValues { value in
      guard let items = value.arrayValue, items.count == 4, let size = items[0].integerValue,
        let modified = items[1].integerValue, let inode = items[2].integerValue,
        let hash = items[3].stringValue
      else { throw Damage(description: "it has another format") }
      return Entry(
        status: FileStatus(size: size, modified: modified, inode: inode), hash: hash)
    }
  }
}

extension FileStatus {
  /// Of a plain file.
  fileprivate init(size: Int, modified: Int, inode: Int) {
    self.init(stat())
    self.size = size
    self.modified = modified
    self.inode = inode
  }
}
