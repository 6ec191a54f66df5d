public import Arrays
import Diagnostics
import Synchronization

/// Arrays by name in one file (`.npz`): a zip archive of `.npy` files, stored or deflated.
///
/// Every array is checked against its checksum. Memory is bounded by the array or the row asked for:
/// what an entry unpacks to is never more than its numpy header says.
public final class NumpyArchive: Sendable {
  public let path: String
  /// Sorted; as `numpy.load` names them, without `.npy`.
  public let names: [String]

  private let archive: ZipArchive
  private let entries: [String: ZipArchive.Entry]
  /// Arrays whose checksum was compared.
  private let sound = Mutex<Set<String>>([])

  /// Opens an archive and lists it.
  ///
  /// - Throws: `Diagnostic` when it cannot be read, is no zip archive, or names an array twice.
  public static func open(_ path: String) throws -> NumpyArchive { try NumpyArchive(path) }

  private init(_ path: String) throws {
    self.path = path
    archive = try ZipArchive(try BinaryFile(path))
    var entries: [String: ZipArchive.Entry] = [:]
    for entry in archive.entries where entry.name.hasSuffix(".npy") {
      let name = String(entry.name.dropLast(4))
      guard entries.updateValue(entry, forKey: name) == nil else {
        throw archive.file.fault(
          "the archive has two arrays called '\(name)'", at: entry.directoryOffset,
          mend: "save it again with one of each name")
      }
    }
    self.entries = entries
    names = entries.keys.sorted()
  }

  /// What an array is, from its head alone: the type that its numbers are read as (`nil` for texts),
  /// and its shape.
  ///
  /// - Throws: `Diagnostic`
  public func form(_ name: String) throws -> (type: ElementType?, shape: [Int]) {
    let (_, header) = try open(name)
    return (header.type, header.shape)
  }

  /// A whole array, in row-major order.
  ///
  /// - Throws: `Diagnostic` when there is none of this name, it holds texts, or it is damaged.
  public func array(_ name: String) throws -> NumberArray {
    let (content, header) = try open(name)
    let number = try number(header, name)
    try ArraySize.checkMemory(header.count * number.elementType.size, subject(name))
    let bytes = try content.read(header.byteCount)
    try content.finish()
    return header.array(bytes, shape: header.shape, number)
  }

  /// One row of the first axis.
  ///
  /// A stored array is read at that row alone, once its checksum is known to be right; a deflated one
  /// is unpacked up to it. Where the first axis runs fastest in the file, the whole array is read.
  ///
  /// - Returns: an array that has the other axes.
  /// - Throws: `Diagnostic`
  public func row(_ name: String, _ index: Int) throws -> NumberArray {
    let (content, header) = try open(name)
    let number = try number(header, name)
    let row = try header.row(index, subject(name))
    let rowBytes = row.count * number.size
    if header.isFortran, row.shape.contains(where: { $0 > 1 }) {
      let whole = try array(name)
      let size = row.count * whole.type.size
      return NumberArray(
        whole.type, Array(whole.bytes[(index * size)..<((index + 1) * size)]), shape: row.shape)
    }
    try ArraySize.checkMemory(row.count * number.elementType.size, subject(name))
    let isSound = sound.withLock { $0.contains(name) }
    var bytes: [UInt8]
    if isSound, let start = content.storedOffset {
      bytes = try archive.file.bytes(
        rowBytes, at: start + header.length + row.start * number.size)
    } else {
      try content.skip(row.start * number.size)
      bytes = try content.read(rowBytes)
      if !isSound {
        try content.finish()
        sound.withLock { _ = $0.insert(name) }
      }
    }
    bytes = number.numbers(bytes, isBigEndian: header.isBigEndian)
    return NumberArray(number.elementType, bytes, shape: row.shape)
  }

  /// All texts of an array of texts, in row-major order.
  ///
  /// - Throws: `Diagnostic`
  public func texts(_ name: String) throws -> [String] {
    let (content, header) = try open(name)
    guard header.type == nil else {
      throw Diagnostic(subject(name), "holds numbers, where texts are wanted")
    }
    try ArraySize.checkMemory(header.byteCount, subject(name))
    let bytes = try content.read(header.byteCount)
    try content.finish()
    return try header.texts(bytes) { content.fault($0, at: $1, mend: $2) }
  }

  private func subject(_ name: String) -> String { "\(path):\(name)" }

  private func number(_ header: NumpyHeader, _ name: String) throws -> StoredNumber {
    guard case .numbers(let number) = header.content else {
      throw Diagnostic(subject(name), "holds texts, where numbers are wanted")
    }
    return number
  }

  private func open(_ name: String) throws -> (ZipArchive.Content, NumpyHeader) {
    guard let entry = entries[name] else {
      throw Diagnostic(
        path, "the archive has no array '\(name)'",
        mend: Suggestions.mend(name, among: names, called: "arrays"))
    }
    let content = try archive.content(of: entry)
    let header: NumpyHeader
    do {
      header = try NumpyHeader(content.read) { content.fault($0, at: $1, mend: $2) }
    } catch let error as Diagnostic where error.subject == path {
      throw Diagnostic(subject(name), error.message, mend: error.mend)
    }
    guard header.byteCount == entry.size - header.length else {
      throw content.fault(
        "'\(name)' holds \(entry.size - header.length) bytes of values, its header says "
          + "\(header.byteCount)", at: header.length, mend: "save the archive again")
    }
    return (content, header)
  }
}
