internal import CFFmpeg
import Diagnostics
import Foundation

/// A regular file that the libraries read through our own functions: they open nothing by name, so
/// no name, link or playlist inside a file leads them elsewhere.
///
/// Reading gives up where nothing has come out of it for a minute, and where a reader goes over the
/// same bytes again and again.
final class FileInput {
  let path: String
  /// Bytes.
  let size: Int64
  private let descriptor: Int32
  private var position: Int64 = 0
  /// Bytes that may still be read.
  private var allowance: Int64
  private var deadline: ContinuousClock.Instant
  /// Why reading was given up.
  private(set) var failure: String?
  private var context: UnsafeMutablePointer<AVIOContext>?

  private static let patience = Duration.seconds(60)

  /// - Throws: a `Diagnostic` where there is no such file, and where it is none to read.
  init(_ path: String) throws(Diagnostic) {
    self.path = path
    guard !path.utf8.contains(0) else {
      throw Diagnostic(path, "the path holds a zero byte", mend: "give another path")
    }
    // Not to wait where it is a pipe.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    allowance = 0
    deadline = .now + Self.patience
    guard descriptor >= 0 else {
      size = 0
      let number = errno
      throw Diagnostic(
        path, "cannot be opened: \(String(cString: strerror(number)))",
        mend: number == ENOENT ? "check the path" : "check the path and its permissions")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      size = 0
      throw Diagnostic(path, "cannot be read: \(String(cString: strerror(errno)))")
    }
    size = Int64(status.st_size)
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw Diagnostic(path, "is a folder, not a file", mend: "give a file in it")
    default:
      throw Diagnostic(
        path, "is neither a file nor a link to one", mend: "copy what it gives to a file")
    }
    guard size > 0 else { throw Diagnostic(path, "is empty", mend: "get the file again") }
    // A file whose pictures and sound stand far apart is read to and fro, a buffer at a time.
    allowance = 256 * (min(size, 1 << 50) + (1 << 20))
  }

  deinit {
    var context = context
    av_free(context?.pointee.buffer)
    avio_context_free(&context)
    if descriptor >= 0 { close(descriptor) }
  }

  /// Something came out of reading.
  func noteProgress() { deadline = .now + Self.patience }

  /// Whether nothing has come out of reading for too long.
  var isLate: Bool {
    guard ContinuousClock.now > deadline else { return false }
    if failure == nil { failure = "reading it leads nowhere" }
    return true
  }

  /// Up to `count` bytes from `offset` on; fewer at the end of the file.
  func bytes(at offset: Int64, count: Int) throws(Diagnostic) -> [UInt8] {
    guard offset >= 0, count > 0 else { return [] }
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let start = buffer.baseAddress {
        let got = pread(descriptor, start + filled, count - filled, off_t(offset) + off_t(filled))
        if got < 0, errno == EINTR { continue }
        if got < 0 { code = errno }
        guard got > 0 else { break }
        filled += got
      }
    }
    if code != 0 {
      throw Diagnostic(path, "cannot be read: \(String(cString: strerror(code)))")
    }
    return bytes
  }

  /// The libraries' handle on it, which lives as long as this object.
  func libraryInput() throws(LibraryError) -> UnsafeMutablePointer<AVIOContext> {
    if let context { return context }
    let size = 1 << 15
    let buffer = try Library.make("read") { av_malloc(size) }
    let made = avio_alloc_context(
      buffer.assumingMemoryBound(to: UInt8.self), Int32(size), 0,
      Unmanaged.passUnretained(self).toOpaque(),
      { opaque, bytes, count in
        guard let opaque, let bytes else { return cff_error_system(EINVAL) }
        return Unmanaged<FileInput>.fromOpaque(opaque).takeUnretainedValue()
          .read(into: bytes, count: count)
      }, nil,
      { opaque, offset, whence in
        guard let opaque else { return Int64(cff_error_system(EINVAL)) }
        return Unmanaged<FileInput>.fromOpaque(opaque).takeUnretainedValue()
          .seek(offset, whence)
      })
    guard let made else {
      av_free(buffer)
      throw Library.failure("read", cff_error_system(ENOMEM))
    }
    context = made
    return made
  }

  private func read(into bytes: UnsafeMutablePointer<UInt8>, count: Int32) -> Int32 {
    guard count > 0, !isLate else { return cff_error_exit() }
    guard allowance > 0 else {
      failure = "its bytes are read over and over"
      return cff_error_exit()
    }
    while true {
      let got = pread(descriptor, bytes, Int(count), off_t(position))
      if got < 0, errno == EINTR { continue }
      if got < 0 {
        let number = errno
        failure = "cannot be read at byte \(position): \(String(cString: strerror(number)))"
        return cff_error_system(number)
      }
      guard got > 0 else { return cff_error_eof() }
      position += Int64(got)
      allowance -= Int64(got)
      return Int32(got)
    }
  }

  private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
    let base: Int64
    switch whence & ~AVSEEK_FORCE {
    case AVSEEK_SIZE: return size
    case SEEK_SET: base = 0
    case SEEK_CUR: base = position
    case SEEK_END: base = size
    default: return Int64(cff_error_system(EINVAL))
    }
    let (place, overflow) = base.addingReportingOverflow(offset)
    guard !overflow, place >= 0 else { return Int64(cff_error_system(EINVAL)) }
    position = place
    return place
  }
}
