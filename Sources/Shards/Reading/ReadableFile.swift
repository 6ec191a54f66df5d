import Foundation

/// A file opened to read at any place, from any thread.
final class ReadableFile: Sendable {
  private let descriptor: Int32
  let path: String

  init(_ path: String) throws(DiskError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("open", path) }
  }

  deinit { close(descriptor) }

  /// Fills `buffer` with the bytes that stand at `offset`.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(ReadFault) {
    guard let start = buffer.baseAddress, let place = off_t(exactly: offset) else {
      throw ReadFault(message: "the file has no byte \(offset)")
    }
    var filled = 0
    while filled < buffer.count {
      let count = pread(descriptor, start + filled, buffer.count - filled, place + off_t(filled))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw ReadFault(message: "cannot read: \(String(cString: strerror(errno)))")
      }
      guard count > 0 else { throw ReadFault(message: "the file ends before its data do") }
      filled += count
    }
  }
}

/// What is wrong with some rows of a data set.
struct ReadFault: Error, Hashable {
  var message: String
}
