internal import CZlib
import Diagnostics

/// Unpacks one stream of deflate (RFC 1951) out of a file, from its start on, piece by piece.
///
/// For one thread at a time. Memory is bounded by the pieces asked for.
final class Inflater {
  enum Frame: Int32 {
    /// As in MATLAB files: with an Adler-32 checksum at the end, which zlib verifies.
    case zlib = 15
    /// As in zip archives, which hold a checksum elsewhere.
    case bare = -15
  }

  private let file: BinaryFile
  private let packed: Range<Int>
  private let stream: UnsafeMutablePointer<z_stream>
  private var block: [UInt8] = []
  /// What of `block` zlib has not taken yet.
  private var pending = 0..<0
  /// Where the next block starts in the file.
  private var next: Int
  private(set) var isAtEnd = false
  private static let blockSize = 1 << 16

  /// - Parameter packed: where the stream stands in the file.
  init(_ file: BinaryFile, _ packed: Range<Int>, _ frame: Frame) throws {
    self.file = file
    self.packed = packed
    next = packed.lowerBound
    // zlib keeps the address of this: it must not move.
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard cz_inflate_init(stream, frame.rawValue) == Z_OK else {
      throw Diagnostic(file.path, "cannot be unpacked: there is no memory for it")
    }
  }

  deinit {
    // Does nothing for a stream that was never set up.
    inflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  /// Where in the file the unpacking stands.
  var offset: Int { next - pending.count }

  private func fault(_ message: String) -> Diagnostic {
    file.fault(message, at: offset, mend: "the file is damaged: copy it again")
  }

  /// Fills `buffer` with what comes next.
  ///
  /// - Throws: `Diagnostic` at the byte where the stream ends too early or is damaged.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) throws {
    var filled = 0
    while filled < buffer.count {
      let count = try inflate(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      if count == 0, isAtEnd { throw fault("the packed data end too early") }
      filled += count
    }
  }

  /// Passes over `count` bytes, holding a block of them at a time.
  func skip(_ count: Int, _ body: (UnsafeRawBufferPointer) throws -> Void = { _ in }) throws {
    var rest = count
    var scratch = [UInt8](repeating: 0, count: min(count, Self.blockSize))
    try scratch.withUnsafeMutableBytes { scratch in
      while rest > 0 {
        let piece = UnsafeMutableRawBufferPointer(rebasing: scratch[..<min(rest, scratch.count)])
        try fill(piece)
        try body(UnsafeRawBufferPointer(piece))
        rest -= piece.count
      }
    }
  }

  /// Makes sure that nothing follows, which verifies the checksum that zlib's own frame has.
  func finish() throws {
    var rest: UInt8 = 0
    while !isAtEnd {
      let count = try withUnsafeMutableBytes(of: &rest) { try inflate(into: $0) }
      guard count == 0 else { throw fault("the packed data go on where they should end") }
    }
  }

  /// Unpacks what one block of packed bytes gives, which may be nothing.
  private func inflate(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard !isAtEnd, let target = buffer.baseAddress else { return 0 }
    if pending.isEmpty {
      let count = min(packed.upperBound - next, Self.blockSize)
      guard count > 0 else { throw fault("the packed data end too early") }
      block = try file.bytes(count, at: next)
      next += count
      pending = 0..<count
    }
    let room = min(buffer.count, Int(UInt32.max))
    let status = block.withUnsafeMutableBufferPointer { block in
      stream.pointee.next_in = block.baseAddress.map { $0 + pending.lowerBound }
      stream.pointee.avail_in = UInt32(pending.count)
      stream.pointee.next_out = target.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(room)
      return CZlib.inflate(stream, Z_NO_FLUSH)
    }
    let written = room - Int(stream.pointee.avail_out)
    let left = Int(stream.pointee.avail_in)
    let isStuck = status == Z_BUF_ERROR && written == 0 && left == pending.count
    pending = (pending.upperBound - left)..<pending.upperBound
    switch status {
    case Z_STREAM_END: isAtEnd = true
    case Z_OK,
      Z_BUF_ERROR where !isStuck:
      break
    case Z_MEM_ERROR: throw fault("cannot be unpacked: there is no memory for it")
    default:
      let words = stream.pointee.msg.map { String(cString: $0) } ?? "no deflate"
      throw fault("the packed data are damaged (\(words))")
    }
    return written
  }
}

/// The checksum of zip archives.
struct CRC32 {
  private(set) var value: UInt32 = 0

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      value = UInt32(
        crc32(
          UInt(value), piece.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(piece.count)))
      rest = rest.dropFirst(piece.count)
    }
  }
}
