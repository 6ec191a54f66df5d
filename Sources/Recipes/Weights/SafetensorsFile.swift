internal import Configuration
internal import Foundation

/// A file of named tensors in the safetensors format, of which only the header is in memory.
///
/// Eight bytes of a little-endian length, a JSON object of that length, then the data. The object has
/// for each tensor `{"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}`, the offsets being
/// counted from the end of the header, and may have texts under `__metadata__`. Data are
/// little-endian, row after row, and cover the rest of the file without gaps.
///
/// Source: https://github.com/huggingface/safetensors, "Format".
public struct SafetensorsFile: Sendable {
  /// What is wrong with a file, or with one tensor of it.
  public struct Damage: Error, Hashable, Sendable, CustomStringConvertible {
    public var path: String
    /// `nil` where it is the file as a whole.
    public var tensor: String?
    public var message: String

    public var description: String {
      tensor.map { "\(path): tensor '\($0)' \(message)" } ?? "\(path): \(message)"
    }
  }

  /// One tensor, as the header describes it.
  public struct Entry: Hashable, Sendable {
    public var name: String
    /// `F32`
    public var type: String
    public var shape: [Int]
    /// Bytes from the start of the file.
    public var bytes: Range<Int>
  }

  public let path: String
  /// Sorted by name.
  public let entries: [Entry]
  /// The texts under `__metadata__`.
  public let metadata: [String: String]

  /// The format's own bound on a header, bytes.
  static let longestHeader = 100_000_000

  /// Bytes of one element of the types that the format knows in whole bytes.
  private static let sizes = [
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1, "I64": 8, "I32": 4,
    "I16": 2, "I8": 1, "U64": 8, "U32": 4, "U16": 2, "U8": 1, "BOOL": 1,
  ]

  /// Reads and checks the header.
  ///
  /// - Throws: `Damage`.
  public init(_ path: String) throws(Damage) {
    self.path = path
    func damage(_ message: String, tensor: String? = nil) -> Damage {
      Damage(path: path, tensor: tensor, message: message)
    }
    let file = try OpenFile(path)
    let size = try file.size()
    guard size >= 8 else {
      throw damage("\(size) bytes are too few for a safetensors file, which starts with 8")
    }
    let prefix = try file.read(0..<8)
    let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(Self.longestHeader), length <= UInt64(size - 8) else {
      throw damage(
        "is no whole safetensors file: its first bytes say that \(length) bytes of header follow, and "
          + "\(size - 8) do")
    }
    let start = 8 + Int(length)
    // A header may be padded with spaces, so that the data start at a round address.
    var text = try file.read(8..<start)
    while text.last == UInt8(ascii: " ") { text.removeLast() }
    let header: Value
    do throws(JSONFault) {
      header = try Value(json: text)
    } catch {
      throw damage("the header is no JSON: \(error.message) (byte \(8 + error.offset))")
    }
    guard case .object(let members) = header else { throw damage("the header is no JSON object") }

    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      if name == "__metadata__" {
        for (key, text) in value.objectValue ?? [:] { metadata[key] = text.stringValue }
        continue
      }
      guard let type = value["dtype"]?.stringValue,
        let lengths = value["shape"]?.arrayValue?.map(\.integerValue),
        let offsets = value["data_offsets"]?.arrayValue?.map(\.integerValue), offsets.count == 2,
        let first = offsets[0], let end = offsets[1]
      else {
        throw damage("has no dtype, shape and pair of data_offsets in the header", tensor: name)
      }
      guard let unit = Self.sizes[type] else {
        throw damage("has the unknown element type '\(type)'", tensor: name)
      }
      let shape = lengths.compactMap(\.self)
      guard shape.count == lengths.count, shape.count <= 64, shape.allSatisfy({ $0 >= 0 }) else {
        throw damage("has a shape that is no list of whole numbers from 0", tensor: name)
      }
      let count = shape.reduce(unit as Int?) { total, length in
        guard let (product, isTooLarge) = total?.multipliedReportingOverflow(by: length) else {
          return nil
        }
        return isTooLarge ? nil : product
      }
      guard 0 <= first, first <= end, end <= size - start else {
        throw damage(
          "lies at bytes \(first) to \(end) of the data, of which there are \(size - start)",
          tensor: name)
      }
      guard count == end - first else {
        throw damage(
          "has \(end - first) bytes of data, which \(type) \(shape) does not fill", tensor: name)
      }
      entries.append(
        Entry(name: name, type: type, shape: shape, bytes: start + first..<start + end))
    }
    var place = start
    func isBefore(_ one: Entry, _ other: Entry) -> Bool {
      (one.bytes.lowerBound, one.bytes.upperBound) < (
        other.bytes.lowerBound, other.bytes.upperBound
      )
    }
    for entry in entries.sorted(by: isBefore) {
      guard entry.bytes.lowerBound == place else {
        throw damage(
          entry.bytes.lowerBound < place
            ? "shares bytes with another" : "follows bytes that belong to no tensor",
          tensor: entry.name)
      }
      place = entry.bytes.upperBound
    }
    guard place == size else { throw damage("\(size - place) bytes belong to no tensor") }
    self.entries = entries
    self.metadata = metadata
  }

  /// The elements of a tensor, row after row.
  ///
  /// - Throws: `Damage` also when the tensor is of another type than F32, F16, BF16, F64 or I64.
  public func floats(of entry: Entry) throws(Damage) -> [Float] {
    guard let convert = Self.conversions[entry.type] else {
      throw Damage(
        path: path, tensor: entry.name,
        message: "is \(entry.type); F32, F16, BF16, F64 and I64 can be read")
    }
    let file = try OpenFile(path)
    guard try file.size() >= entry.bytes.upperBound else {
      throw Damage(path: path, tensor: entry.name, message: "is cut off at the end of the file")
    }
    return convert(try file.read(entry.bytes))
  }

  /// Whether elements of this type can be read.
  public static func canRead(_ type: String) -> Bool { conversions[type] != nil }

  private static let conversions: [String: @Sendable ([UInt8]) -> [Float]] = [
    "F32": { numbers($0) { (bits: UInt32) in Float(bitPattern: bits) } },
    "F16": { numbers($0) { (bits: UInt16) in Float(Float16(bitPattern: bits)) } },
    "BF16": { numbers($0) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) } },
    "F64": { numbers($0) { (bits: UInt64) in Float(Double(bitPattern: bits)) } },
    "I64": { numbers($0) { (bits: UInt64) in Float(Int64(bitPattern: bits)) } },
  ]

  private static func numbers<Bits: FixedWidthInteger>(
    _ bytes: [UInt8], _ number: (Bits) -> Float
  ) -> [Float] {
    bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / MemoryLayout<Bits>.size).map { index in
        number(
          Bits(
            littleEndian: bytes.loadUnaligned(
              fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)))
      }
    }
  }
}

/// A file that is open to read, closed when its owner goes away.
private struct OpenFile: ~Copyable {
  private let descriptor: Int32
  private let path: String

  init(_ path: String) throws(SafetensorsFile.Damage) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.failure(path, "cannot be opened") }
  }

  deinit { close(descriptor) }

  /// - Throws: also for what is no plain file.
  borrowing func size() throws(SafetensorsFile.Damage) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure(path, "cannot be read") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SafetensorsFile.Damage(path: path, tensor: nil, message: "is no plain file")
    }
    return Int(status.st_size)
  }

  /// The bytes of `range`, which lie inside the file.
  borrowing func read(_ range: Range<Int>) throws(SafetensorsFile.Damage) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map {
          pread(descriptor, $0 + filled, buffer.count - filled, off_t(range.lowerBound + filled))
        } ?? 0
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure(path, "cannot be read") }
      guard count > 0 else {
        throw SafetensorsFile.Damage(
          path: path, tensor: nil, message: "ends at byte \(range.lowerBound + filled)")
      }
      filled += count
    }
    return bytes
  }

  private static func failure(_ path: String, _ what: String) -> SafetensorsFile.Damage {
    SafetensorsFile.Damage(
      path: path, tensor: nil, message: "\(what): \(String(cString: strerror(errno)))")
  }
}
