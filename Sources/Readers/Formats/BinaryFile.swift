import Diagnostics
import Foundation

/// A binary file from outside, opened to read at any place, from any thread.
final class BinaryFile: Sendable {
  let path: String
  /// Bytes, when it was opened.
  let size: Int
  private let descriptor: Int32

  /// - Throws: `Diagnostic` when there is none, it is a folder or a device, or it may not be read.
  init(_ path: String) throws {
    self.path = path
    var status = stat()
    guard stat(path, &status) == 0 else {
      // Says which name is near.
      _ = try TextFile.open(path)
      throw Diagnostic(path, "cannot be read: \(String(cString: strerror(errno)))")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw Diagnostic(path, "a folder, where a file is wanted", mend: "name a file")
    default: throw Diagnostic(path, "no regular file", mend: "copy its content to a file")
    }
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Diagnostic(
        path, "cannot be read: \(String(cString: strerror(errno)))",
        mend: "check its permissions (ls -l '\(path)')")
    }
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// What is wrong at a place of the file.
  func fault(_ message: String, at offset: Int, mend: String? = nil) -> Diagnostic {
    Diagnostic(path, "\(message), at byte \(offset)", mend: mend)
  }

  /// - Throws: `Diagnostic` when the file has no such bytes, or the disk fails.
  func check(_ count: Int, at offset: Int) throws {
    guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
      throw fault(
        "the file ends at byte \(size), where \(count) more bytes should be", at: offset,
        mend: "the file is cut short or damaged: copy it again")
    }
  }

  /// Fills `buffer` with what stands at `offset`.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    try check(buffer.count, at: offset)
    guard let start = buffer.baseAddress else { return }
    var filled = 0
    while filled < buffer.count {
      let count = pread(descriptor, start + filled, buffer.count - filled, off_t(offset + filled))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw fault("reading failed: \(String(cString: strerror(errno)))", at: offset + filled)
      }
      guard count > 0 else {
        throw fault("the file became shorter while it was read", at: offset + filled)
      }
      filled += count
    }
  }

  func bytes(_ count: Int, at offset: Int) throws -> [UInt8] {
    try check(count, at: offset)
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try read(
        into: UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]), at: offset)
      filled = count
    }
  }
}

/// Whole numbers at places of a header.
extension [UInt8] {
  /// The whole number that starts at `offset`, which must be there.
  func number<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self, at offset: Int, isBigEndian: Bool = false
  ) -> Number {
    var result: Number = 0
    let size = MemoryLayout<Number>.size
    for index in 0..<size {
      let byte = self[startIndex + offset + (isBigEndian ? index : size - 1 - index)]
      result = result << 8 | Number(truncatingIfNeeded: byte)
    }
    return result
  }
}
