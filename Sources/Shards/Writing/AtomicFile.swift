import Crypto
import Diagnostics
import Foundation
import HDF5Files

/// A call to the operating system that failed.
struct DiskError: Error, Hashable {
  /// What was tried: `write`, `create`.
  var call: String
  var path: String
  /// `errno`.
  var code: Int32

  static func last(_ call: String, _ path: String) -> DiskError {
    DiskError(call: call, path: path, code: errno)
  }
}

/// Files that appear under their final name only when they are whole: they are written beside it,
/// flushed to the disk and renamed.
enum AtomicFile {
  private static let mark = ".tmp-"

  /// A name beside `path` that no other writer uses.
  static func temporaryPath(for path: String) -> String {
    let url = URL(fileURLWithPath: path)
    let unique = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    let name = ".\(url.lastPathComponent)\(mark)\(getpid())-\(unique)"
    return url.deletingLastPathComponent().appendingPathComponent(name).path
  }

  /// Removes what an earlier attempt left half written in the folder.
  static func removeTornFiles(in folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(".") && name.contains(mark) {
      unlink("\(folder)/\(name)")
    }
  }

  /// Makes a folder and the folders above it.
  static func makeFolder(_ path: String) throws(DiskError) {
    var made = ""
    for name in path.split(separator: "/", omittingEmptySubsequences: false) {
      made += name + "/"
      if name.isEmpty || name == "." || name == ".." { continue }
      if mkdir(made, 0o777) != 0, errno != EEXIST {
        let code = errno
        // A folder that exists on a disk that cannot be written to is no fault.
        guard access(made, F_OK) != 0 else { continue }
        throw DiskError(call: "make the folder", path: String(made.dropLast()), code: code)
      }
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw .last("make the folder", path) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw DiskError(call: "make the folder", path: path, code: ENOTDIR)
    }
  }

  /// Writes a whole file.
  static func write(_ bytes: [UInt8], to path: String) throws(DiskError) {
    let temporary = temporaryPath(for: path)
    do throws(DiskError) {
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw .last("create", path) }
      defer { close(descriptor) }
      var done = 0
      while done < bytes.count {
        let written = bytes.withUnsafeBytes { bytes in
          Foundation.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        }
        if written < 0, errno == EINTR { continue }
        guard written >= 0 else { throw .last("write", path) }
        done += written
      }
      try commit(temporary, as: path)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Flushes a whole temporary file to the disk and gives it its final name.
  static func commit(_ temporary: String, as path: String) throws(DiskError) {
    try flush(temporary, called: path)
    guard rename(temporary, path) == 0 else { throw .last("rename", path) }
    try flush(URL(fileURLWithPath: path).deletingLastPathComponent().path, called: path)
  }

  private static func flush(_ path: String, called name: String) throws(DiskError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("open", name) }
    defer { close(descriptor) }
    // Some file systems know no flushing of folders.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw .last("flush", name) }
  }

  /// The size of the file and its SHA-256 in hexadecimal digits.
  static func digest(_ path: String) throws(DiskError) -> (bytes: Int, sha256: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("open", path) }
    defer { close(descriptor) }
    var hash = SHA256()
    var total = 0
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .last("read", path) }
      if count == 0 { break }
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      total += count
    }
    let digits = hash.finalize().map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return (total, digits.joined())
  }
}

// MARK: For the user

extension Diagnostic {
  /// A file that could not be written, whatever the reason below.
  init(writing path: String, _ error: any Error) {
    switch error {
    case let error as Diagnostic: self = error
    case let error as DiskError:
      self.init(
        error.path, "cannot \(error.call): \(Self.words(error.code))",
        mend: Self.mend(error.code, error.path))
    case let error as HDF5Error:
      let reason = error.systemError.map(Self.words) ?? "HDF5 says: \(error.message)"
      self.init(
        path, "cannot \(error.call): \(reason)",
        mend: error.systemError.flatMap { Self.mend($0, path) })
    case let error as Zstd.Failure:
      self.init(path, "cannot be packed: \(error.message)")
    default: self.init(path, "cannot be written: \(error)")
    }
  }

  private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }

  private static func mend(_ code: Int32, _ path: String) -> String? {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    switch code {
    case ENOSPC, EDQUOT:
      return "free some space on the disk of '\(folder)', then run again: what is whole is kept"
    case EFBIG:
      return "raise the limit of file sizes (ulimit -f), then run again: what is whole is kept"
    case EROFS, EACCES, EPERM:
      return "make '\(folder)' writable, or choose another place with --workspace"
    case ENOTDIR, EEXIST: return "a file stands where a folder must be: move it away"
    case EMFILE, ENFILE: return "raise the limit of open files (ulimit -n), then run again"
    case EIO: return "the disk of '\(folder)' fails: check it, or choose another with --workspace"
    default: return nil
    }
  }
}
