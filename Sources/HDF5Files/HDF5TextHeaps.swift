internal import CHDF5
import Foundation

/// The global heaps of a file, where texts of variable length stand.
///
/// A heap starts with `GCOL`, its version, three zeros, and its size; then come its pieces: number
/// (2 bytes), uses (2), zeros (4), size, and the bytes, filled up to a multiple of eight. Piece 0 is
/// free space, and the last one. What a data set holds of a text is its length (4 bytes), the address
/// of the heap, and the number of the piece (4).
///
/// Source: HDF5 File Format Specification 3.0, III.E.
final class HDF5TextHeaps {
  private let path: String
  private let descriptor: Int32
  private let addressBytes: Int
  private let sizeBytes: Int
  /// What addresses are counted from.
  private let base: Int
  private var heaps: [UInt64: Heap] = [:]
  private var kept = 0
  /// Bytes of heaps that stay in memory.
  private static let most = 1 << 24

  private struct Heap {
    var bytes: [UInt8]
    var pieces: [UInt32: Range<Int>]
  }

  init(_ file: HDF5File) throws {
    path = file.path
    (addressBytes, sizeBytes, base) = try Self.widths(file)
    guard (2...8).contains(addressBytes), (2...8).contains(sizeBytes) else {
      throw HDF5Array.Unreadable(message: "has addresses of \(addressBytes) bytes")
    }
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw HDF5Error(call: "open", subject: path, systemError: errno)
    }
  }

  deinit { close(descriptor) }

  /// Bytes that say where a text is.
  var placeBytes: Int { 8 + addressBytes }

  /// The same of a file, whose heaps need not be opened for it.
  static func placeBytes(_ file: HDF5File) throws(HDF5Error) -> Int {
    8 + (try widths(file)).address
  }

  /// Bytes of addresses and of sizes in a file, and what addresses are counted from.
  private static func widths(
    _ file: HDF5File
  ) throws(HDF5Error) -> (address: Int, size: Int, base: Int) {
    let path = file.path
    let properties = try HDF5Handle(.properties, "examine", on: path) {
      H5Fget_create_plist(file.id)
    }
    let id = properties.id
    var (address, size, base): (Int, Int, hsize_t) = (0, 0, 0)
    try HDF5Library.call("examine", on: path) { H5Pget_sizes(id, &address, &size) }
    try HDF5Library.call("examine", on: path) { H5Pget_userblock(id, &base) }
    return (address, size, Int(clamping: base))
  }

  /// The bytes of the text whose place is `place`.
  func text(at place: ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
    let length = Int(Self.number(place, 0, 4))
    let address = Self.number(place, 4, addressBytes)
    let number = UInt32(Self.number(place, 4 + addressBytes, 4))
    // Never written, or empty.
    guard length > 0, address > 0 else { return [] }
    let heap = try heap(at: address)
    guard let piece = heap.pieces[number], piece.count >= length else {
      throw damaged("a text of \(length) bytes that is not in its heap", address)
    }
    return heap.bytes[piece].prefix(length)
  }

  private func damaged(_ message: String, _ address: UInt64) -> HDF5Array.Unreadable {
    .init(
      message: "\(message), at byte \(UInt64(base) &+ address)",
      mend: "the file is damaged: copy it again")
  }

  private static func number(_ bytes: ArraySlice<UInt8>, _ offset: Int, _ count: Int) -> UInt64 {
    let start = bytes.startIndex + offset
    return bytes[start..<(start + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func heap(at address: UInt64) throws -> Heap {
    if let heap = heaps[address] { return heap }
    let headBytes = 8 + sizeBytes
    let head = try read(headBytes, at: address)
    let size = Self.number(head[...], 8, sizeBytes)
    guard head.starts(with: Array("GCOL".utf8) + [1]), size >= UInt64(headBytes),
      let count = Int(exactly: size)
    else { throw damaged("no heap of texts", address) }
    let bytes = try read(count, at: address)
    var pieces: [UInt32: Range<Int>] = [:]
    var at = headBytes
    while at + headBytes <= count {
      let number = UInt32(Self.number(bytes[at...], 0, 2))
      if number == 0 { break }
      let size = Self.number(bytes[at...], 8, sizeBytes)
      guard size <= UInt64(count - at - headBytes) else {
        throw damaged("a piece of \(size) bytes that leaves its heap", address)
      }
      let start = at + headBytes
      pieces[number] = start..<(start + Int(size))
      at = start + (Int(size) + 7) / 8 * 8
    }
    if kept + count > Self.most {
      heaps.removeAll()
      kept = 0
    }
    kept += count
    let heap = Heap(bytes: bytes, pieces: pieces)
    heaps[address] = heap
    return heap
  }

  private func read(_ count: Int, at address: UInt64) throws -> [UInt8] {
    var status = stat()
    guard let offset = Int(exactly: address).map({ $0.addingReportingOverflow(base) }),
      !offset.overflow, fstat(descriptor, &status) == 0, count <= Int(status.st_size),
      offset.partialValue <= Int(status.st_size) - count
    else { throw damaged("a heap of texts that is not in the file", address) }
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(
          descriptor, buffer.baseAddress.map { $0 + filled }, count - filled,
          off_t(offset.partialValue + filled))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else {
          throw HDF5Error(call: "read", subject: path, systemError: got < 0 ? errno : EIO)
        }
        filled += got
      }
    }
  }
}
