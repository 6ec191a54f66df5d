import Diagnostics
import Foundation

/// The list of files of a zip archive, and their contents.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.10; stored and deflated files, with zip64. Sizes are those of the
/// central directory, so that data descriptors are never needed. Names are names: nothing is
/// written anywhere.
struct ZipArchive: Sendable {
  struct Entry: Sendable, Hashable {
    var name: String
    /// 0: stored, 8: deflated.
    var method: UInt16
    var checksum: UInt32
    var packedSize: Int
    var size: Int
    /// Of its local header.
    var offset: Int
    /// Where it stands in the directory.
    var directoryOffset: Int
    var isEncrypted: Bool
  }

  let file: BinaryFile
  /// In the order of the directory.
  let entries: [Entry]

  private static let mend = "the archive is cut short or damaged: copy it again"

  /// - Throws: `Diagnostic` at the byte where the directory makes no sense.
  init(_ file: BinaryFile) throws {
    self.file = file
    let directory = try Self.directory(of: file)
    let bytes = try file.bytes(directory.size, at: directory.offset)
    var entries: [Entry] = []
    var at = 0
    for _ in 0..<directory.count {
      guard at + 46 <= bytes.count, bytes.number(UInt32.self, at: at) == 0x0201_4B50 else {
        throw file.fault(
          "no entry of the archive's directory", at: directory.offset + at, mend: Self.mend)
      }
      let lengths = [28, 30, 32].map { Int(bytes.number(UInt16.self, at: at + $0)) }
      let end = at + 46 + lengths.reduce(0, +)
      guard end <= bytes.count else {
        throw file.fault(
          "an entry that leaves the directory", at: directory.offset + at, mend: Self.mend)
      }
      let name = bytes[(at + 46)..<(at + 46 + lengths[0])]
      let extra = Array(bytes[(at + 46 + lengths[0])..<(at + 46 + lengths[0] + lengths[1])])
      var wide = Self.wideNumbers(extra)[...]
      func number(_ place: Int) -> Int? {
        let number = bytes.number(UInt32.self, at: at + place)
        guard number == .max else { return Int(number) }
        return wide.popFirst().flatMap { Int(exactly: $0) }
      }
      // In this order, which is that of the zip64 field too.
      let (size, packedSize, offset) = (number(24), number(20), number(42))
      guard let size, let packedSize, let offset, offset <= file.size - directory.shift else {
        throw file.fault(
          "an entry whose sizes make no sense", at: directory.offset + at, mend: Self.mend)
      }
      entries.append(
        Entry(
          name: String(decoding: name, as: UTF8.self),
          method: bytes.number(at: at + 10), checksum: bytes.number(at: at + 16),
          packedSize: packedSize, size: size, offset: offset + directory.shift,
          directoryOffset: directory.offset + at,
          isEncrypted: bytes.number(UInt16.self, at: at + 8) & 1 != 0))
      at = end
    }
    self.entries = entries
  }

  private struct Directory {
    var offset: Int
    var size: Int
    var count: Int
    /// What the archive's offsets are to be moved by, when something was put before it.
    var shift: Int
  }

  /// Finds the directory by the record at the end of the file, which a comment may follow.
  private static func directory(of file: BinaryFile) throws -> Directory {
    guard file.size >= 22 else {
      throw file.fault("too short for a zip archive", at: file.size, mend: mend)
    }
    let tailSize = min(file.size, 22 + 0xFFFF)
    let tailStart = file.size - tailSize
    let tail = try file.bytes(tailSize, at: tailStart)
    let found = (0...(tailSize - 22)).last { at in
      tail[at] == 0x50 && tail.number(UInt32.self, at: at) == 0x0605_4B50
        && Int(tail.number(UInt16.self, at: at + 20)) <= tailSize - 22 - at
    }
    guard let found else {
      throw file.fault("no end of a zip archive", at: file.size, mend: mend)
    }
    let end = tailStart + found
    var count = Int(tail.number(UInt16.self, at: found + 10))
    var size = Int(tail.number(UInt32.self, at: found + 12))
    var offset = Int(tail.number(UInt32.self, at: found + 16))
    var directoryEnd = end
    if end >= 20, count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
      let locator = try file.bytes(20, at: end - 20)
      if locator.number(UInt32.self, at: 0) == 0x0706_4B50 {
        guard let place = Int(exactly: locator.number(UInt64.self, at: 8)), place <= file.size - 56
        else { throw file.fault("a zip64 record out of reach", at: end - 20, mend: mend) }
        let record = try file.bytes(56, at: place)
        guard record.number(UInt32.self, at: 0) == 0x0606_4B50,
          let wideCount = Int(exactly: record.number(UInt64.self, at: 32)),
          let wideSize = Int(exactly: record.number(UInt64.self, at: 40)),
          let wideOffset = Int(exactly: record.number(UInt64.self, at: 48))
        else { throw file.fault("no zip64 record", at: place, mend: mend) }
        (count, size, offset, directoryEnd) = (wideCount, wideSize, wideOffset, place)
      }
    }
    let shift = directoryEnd - size - offset
    guard size <= directoryEnd, offset <= directoryEnd - size, shift >= 0, count <= size / 46 else {
      throw file.fault(
        "a directory of \(count) entries in \(size) bytes, which is not there", at: end, mend: mend)
    }
    return Directory(offset: offset + shift, size: size, count: count, shift: shift)
  }

  /// The numbers of the zip64 field.
  private static func wideNumbers(_ extra: [UInt8]) -> [UInt64] {
    var at = 0
    while at + 4 <= extra.count {
      let length = Int(extra.number(UInt16.self, at: at + 2))
      guard at + 4 + length <= extra.count else { return [] }
      if extra.number(UInt16.self, at: at) == 1 {
        return (0..<(length / 8)).map { extra.number(UInt64.self, at: at + 4 + 8 * $0) }
      }
      at += 4 + length
    }
    return []
  }

  /// Opens the content of an entry.
  ///
  /// - Throws: `Diagnostic` when it is encrypted, packed in another way, or not where it should be.
  func content(of entry: Entry) throws -> Content {
    guard !entry.isEncrypted else {
      throw file.fault(
        "'\(entry.name)' is encrypted", at: entry.directoryOffset,
        mend: "save the archive without a password")
    }
    guard [0, 8].contains(entry.method) else {
      throw file.fault(
        "'\(entry.name)' is packed by method \(entry.method)", at: entry.directoryOffset,
        mend: "pack it again with numpy.savez_compressed")
    }
    guard entry.method == 8 || entry.packedSize == entry.size,
      entry.size <= ArraySize.mostInflated(entry.packedSize)
    else {
      throw file.fault(
        "'\(entry.name)' cannot hold \(entry.size) bytes in \(entry.packedSize)",
        at: entry.directoryOffset, mend: Self.mend)
    }
    let header = try file.bytes(30, at: entry.offset)
    guard header.number(UInt32.self, at: 0) == 0x0403_4B50 else {
      throw file.fault("'\(entry.name)' is not here", at: entry.offset, mend: Self.mend)
    }
    let start =
      entry.offset + 30 + Int(header.number(UInt16.self, at: 26))
      + Int(header.number(UInt16.self, at: 28))
    try file.check(entry.packedSize, at: start)
    return try Content(file, entry, start: start)
  }

  /// The content of one entry, from its start to its end.
  final class Content {
    private let file: BinaryFile
    private let entry: Entry
    private let start: Int
    private let inflater: Inflater?
    private(set) var position = 0
    private var checksum = CRC32()

    fileprivate init(_ file: BinaryFile, _ entry: Entry, start: Int) throws {
      self.file = file
      self.entry = entry
      self.start = start
      inflater =
        entry.method == 8
        ? try Inflater(file, start..<(start + entry.packedSize), .bare) : nil
    }

    /// What is wrong at a byte of the content.
    func fault(_ message: String, at offset: Int, mend: String? = nil) -> Diagnostic {
      guard inflater == nil else {
        return Diagnostic(
          file.path, "\(message), at byte \(offset) of what '\(entry.name)' unpacks to", mend: mend)
      }
      return file.fault(message, at: start + offset, mend: mend)
    }

    /// Whether the content is in the file as it is, and where.
    var storedOffset: Int? { inflater == nil ? start : nil }

    var remaining: Int { entry.size - position }

    func read(_ count: Int) throws -> [UInt8] {
      guard count >= 0, count <= remaining else {
        throw fault(
          "'\(entry.name)' ends where \(count) more bytes should be", at: position,
          mend: ZipArchive.mend)
      }
      return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        let target = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count])
        if let inflater {
          try inflater.fill(target)
        } else {
          try file.read(into: target, at: start + position)
        }
        checksum.update(UnsafeRawBufferPointer(target))
        position += count
        filled = count
      }
    }

    func skip(_ count: Int) throws {
      var rest = count
      while rest > 0 { rest -= try read(min(rest, 1 << 18)).count }
    }

    /// Passes over what is left, and compares the checksum.
    func finish() throws {
      try skip(remaining)
      try inflater?.finish()
      guard checksum.value == entry.checksum else {
        throw file.fault(
          "'\(entry.name)' is damaged: its checksum is another", at: start, mend: ZipArchive.mend)
      }
    }
  }
}
