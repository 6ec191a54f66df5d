import Foundation

/// What a `stat` says of a file.
struct FileStatus: Hashable, Sendable {
  var size: Int
  /// Nanoseconds since 1970.
  var modified: Int
  var inode: Int
  var isFolder: Bool

  init(_ status: stat) {
    size = Int(status.st_size)
    modified = Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
    inode = Int(truncatingIfNeeded: status.st_ino)
    isFolder = status.st_mode & S_IFMT == S_IFDIR
  }

  init(of path: String) throws(FileFault) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileFault("look at it", path) }
    self.init(status)
  }

  init(of descriptor: Int32, path: String) throws(FileFault) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileFault("look at it", path) }
    self.init(status)
  }
}

/// Files read and written so that a crash at any moment leaves the old content or the new one.
enum Files {
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func read(_ path: String) throws(FileFault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFault("read", path) }
    defer { close(descriptor) }
    let size = try FileStatus(of: descriptor, path: path).size
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + 1)
    var buffer = [UInt8](repeating: 0, count: max(4096, min(size + 1, 1 << 20)))
    while true {
      let count = Foundation.read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count > 0 {
        bytes.append(contentsOf: buffer[..<count])
      } else if errno != EINTR {
        throw FileFault("read", path)
      }
    }
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(FileFault) {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress, $0.count)
      }
      if count > 0 {
        written += count
      } else if errno != EINTR {
        throw FileFault("write", path)
      }
    }
  }

  /// A name beside `path` that nobody else has.
  static func temporaryName(beside path: String) -> String {
    "\(path).\(getpid())-\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).tmp"
  }

  /// Writes a new file of that name and flushes it to the disk; nothing is left when that fails.
  static func create(_ path: String, _ bytes: [UInt8]) throws(FileFault) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileFault("write", path) }
    defer { close(descriptor) }
    do throws(FileFault) {
      try write(bytes, to: descriptor, path: path)
      guard fsync(descriptor) == 0 else { throw FileFault("flush", path) }
    } catch {
      unlink(path)
      throw error
    }
  }

  /// Replaces the file by one rename, so that a reader sees the old content or the new one.
  static func replace(_ path: String, with bytes: [UInt8]) throws(FileFault) {
    let temporary = temporaryName(beside: path)
    do throws(FileFault) {
      try create(temporary, bytes)
    } catch {
      throw FileFault(error.action, path, code: error.code)
    }
    guard rename(temporary, path) == 0 else {
      let fault = FileFault("write", path)
      unlink(temporary)
      throw fault
    }
  }

  /// Makes a folder and those above it; it may exist.
  static func makeFolder(_ path: String) throws(FileFault) {
    if mkdir(path, 0o777) == 0 { return }
    switch errno {
    case EEXIST:
      guard try FileStatus(of: path).isFolder else {
        throw FileFault("make the folder", path, code: EEXIST)
      }
    case ENOENT:
      let above = (path as NSString).deletingLastPathComponent
      guard !above.isEmpty, above != path else {
        throw FileFault("make the folder", path, code: ENOENT)
      }
      try makeFolder(above)
      guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
        throw FileFault("make the folder", path)
      }
    default: throw FileFault("make the folder", path)
    }
  }

  /// Flushes what a folder lists, so that a rename in it outlives a power cut.
  static func flush(folder path: String) throws(FileFault) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFault("flush", path) }
    defer { close(descriptor) }
    // Some network file systems cannot flush folders; they order renames by themselves.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileFault("flush", path) }
  }

  /// Flushes every file and folder below `path`.
  static func flush(tree path: String) throws(FileFault) {
    for name in try list(path) {
      let child = "\(path)/\(name)"
      if try FileStatus(of: child).isFolder {
        try flush(tree: child)
      } else {
        let descriptor = open(child, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFault("flush", child) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFault("flush", child) }
      }
    }
    try flush(folder: path)
  }

  /// The names in a folder, sorted.
  static func list(_ path: String) throws(FileFault) -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw FileFault("list", path, code: access(path, R_OK) == 0 ? ENOTDIR : errno)
    }
    return names.sorted()
  }

  /// Removes a file or a folder with all that is in it; what is not there is removed already.
  static func remove(_ path: String) throws(FileFault) {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      var status = stat()
      guard lstat(path, &status) != 0 else { throw FileFault("remove", path, code: EACCES) }
    }
  }

  /// Holds an advisory lock on a small file while `body` runs. Where the file system has no such
  /// locks, `body` runs without: what it guards is short and repeated when it goes wrong.
  static func guarded<Result>(by path: String, _ body: () throws -> Result) throws -> Result {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileFault("write", path) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    return try body()
  }
}
