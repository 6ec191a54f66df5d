import Arrays
import Diagnostics

/// The head of an array in numpy's format, versions 1.0 to 3.0: magic, version, length, and a Python
/// dictionary with `descr`, `fortran_order` and `shape`, after which the values follow.
///
/// Source: NEP 1, and `numpy.lib.format`.
struct NumpyHeader: Sendable, Hashable {
  enum Content: Sendable, Hashable {
    case numbers(StoredNumber)
    /// Code points of four bytes each.
    case unicode(length: Int)
    case byteText(length: Int)
  }

  var content: Content
  var isBigEndian: Bool
  /// Whether the first axis runs fastest.
  var isFortran: Bool
  var shape: [Int]
  /// Bytes before the first value.
  var length: Int

  /// Numbers or texts.
  var count: Int { shape.reduce(1, *) }
  /// Of one of them.
  var cellBytes: Int {
    switch content {
    case .numbers(let number): number.size
    case .unicode(let length): 4 * length
    case .byteText(let length): length
    }
  }
  var byteCount: Int { count * cellBytes }

  /// What numbers become; `nil` for texts.
  var type: ElementType? {
    if case .numbers(let number) = content { number.elementType } else { nil }
  }

  private static let longest = 1 << 20

  /// Reads the head.
  ///
  /// - Parameters:
  ///   - take: gives the next bytes of the file.
  ///   - fault: makes a diagnostic out of what is wrong at a byte of the array's file.
  init(
    _ take: (Int) throws -> [UInt8], _ fault: (String, Int, String?) -> Diagnostic
  ) throws {
    let start = try take(8)
    guard start.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw fault("this is no array in numpy's format", 0, "save it with numpy.save or savez")
    }
    guard (1...3).contains(start[6]), start[7] == 0 else {
      throw fault(
        "version \(start[6]).\(start[7]) of numpy's format is not known", 6,
        "save it again with a numpy of today")
    }
    let wide = start[6] > 1
    let size = try take(wide ? 4 : 2)
    let textStart = 8 + size.count
    let textLength =
      wide ? Int(size.number(UInt32.self, at: 0)) : Int(size.number(UInt16.self, at: 0))
    guard textLength <= Self.longest else {
      throw fault("a header of \(textLength) bytes", 8, "the file is damaged: copy it again")
    }
    length = textStart + textLength
    var text = PythonLiteral.Reader(try take(textLength))
    let values: [String: PythonLiteral]
    do {
      guard case .dictionary(let found) = try text.whole() else {
        throw PythonLiteral.Fault(message: "no dictionary", offset: 0)
      }
      values = found
    } catch let error as PythonLiteral.Fault {
      throw fault(
        "the header is damaged (\(error.message))", textStart + error.offset,
        "the file is damaged: copy it again")
    }
    func damaged(_ key: String) -> Diagnostic {
      fault(
        "the header is damaged (no '\(key)' that makes sense)", textStart,
        "the file is damaged: copy it again")
    }
    guard case .boolean(let isFortran)? = values["fortran_order"] else {
      throw damaged("fortran_order")
    }
    self.isFortran = isFortran
    guard case .list(let sizes)? = values["shape"] else { throw damaged("shape") }
    shape = try sizes.map {
      guard case .integer(let size) = $0, size >= 0 else { throw damaged("shape") }
      return size
    }
    switch values["descr"] {
    case .text(let descriptor):
      (content, isBigEndian) = try Self.content(descriptor) {
        fault($0, textStart, $1)
      }
    case .list:
      throw fault(
        "records of several fields, where one kind of number is wanted", textStart,
        "save each field as an array of its own: np.savez(path, **{n: a[n] for n in a.dtype.names})"
      )
    default: throw damaged("descr")
    }
    guard shape.count <= 64, let count = ArraySize.count(shape),
      ArraySize.count(shape + [max(cellBytes, 8)]) != nil
    else {
      throw fault(
        "the shape \(shape) is more than a file can hold", textStart,
        "the file is damaged: copy it again")
    }
    _ = count
  }

  /// What `<f8`, `|b1`, `>U10` say.
  private static func content(
    _ descriptor: String, _ fault: (String, String?) -> Diagnostic
  ) throws -> (Content, isBigEndian: Bool) {
    var letters = Substring(descriptor)
    var isBigEndian = false
    if let order = letters.first, "<>|=".contains(order) {
      isBigEndian = order == ">"
      letters.removeFirst()
    }
    let kind = letters.first
    let size = Int(letters.dropFirst())
    let numbers: [String: StoredNumber] = [
      "b1": .bool, "i1": .int8, "u1": .uint8, "i2": .int16, "u2": .uint16, "i4": .int32,
      "u4": .uint32, "i8": .int64, "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64,
    ]
    if let number = numbers[String(letters)] { return (.numbers(number), isBigEndian) }
    switch (kind, size) {
    case ("U", let size?) where (1...(1 << 24)).contains(size):
      return (.unicode(length: size), isBigEndian)
    case ("S", let size?) where (1...(1 << 26)).contains(size),
      ("a", let size?) where (1...(1 << 26)).contains(size):
      return (.byteText(length: size), isBigEndian)
    case ("O", _):
      throw fault(
        "Python objects, which are read by running code of the file",
        "save numbers: np.save(path, np.asarray(data, dtype='float32'))")
    case ("c", _):
      throw fault(
        "complex numbers, which samples do not have", "save real and imaginary part side by side")
    case ("f", _):
      throw fault("reals of type '\(descriptor)'", "save them as float64: a.astype('float64')")
    case ("M", _), ("m", _):
      throw fault(
        "dates or durations", "save them as seconds: a.astype('datetime64[s]').astype('int64')")
    case ("V", _):
      throw fault("raw bytes without a type", "save them as uint8: a.view('uint8')")
    default: throw fault("numbers of the unknown type '\(descriptor)'", nil)
    }
  }

  // MARK: Values

  /// The array out of its stored bytes; `shape` is that of the whole or of a row in C order.
  func array(_ stored: [UInt8], shape: [Int], _ number: StoredNumber) -> NumberArray {
    let bytes = number.numbers(stored, isBigEndian: isBigEndian)
    guard isFortran, shape.count == self.shape.count else {
      return NumberArray(number.elementType, bytes, shape: shape)
    }
    return NumberArray(number.elementType, bytes, shape: shape.reversed()).axesReversed()
  }

  /// - Throws: `Diagnostic` when a text is none.
  func texts(
    _ stored: [UInt8], _ fault: (String, Int, String?) -> Diagnostic
  ) throws -> [String] {
    let width = cellBytes
    let texts = try (0..<count).map { index in
      let cell = Array(stored[(index * width)..<((index + 1) * width)])
      let text =
        if case .unicode = content { Self.text(cell, isBigEndian: isBigEndian) } else {
          String(
            validating: cell[..<(cell.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0)], as: UTF8.self)
        }
      guard let text else {
        throw fault("the text \(index) has no meaning as Unicode", length + index * width, nil)
      }
      return text
    }
    guard isFortran, shape.count > 1 else { return texts }
    // The order of the places, turned as numbers are.
    let order = NumberArray((0..<Int64(count)).map { $0 }, shape: shape.reversed()).axesReversed()
    return order.values(as: Int64.self).map { texts[Int($0)] }
  }

  private static func text(_ cell: [UInt8], isBigEndian: Bool) -> String? {
    var scalars = String.UnicodeScalarView()
    for offset in stride(from: 0, to: cell.count, by: 4) {
      guard
        let scalar = Unicode.Scalar(cell.number(UInt32.self, at: offset, isBigEndian: isBigEndian))
      else { return nil }
      scalars.append(scalar)
    }
    while scalars.last == "\0" { scalars.removeLast() }
    return String(scalars)
  }
}

/// The few literals of Python that stand in such a header.
enum PythonLiteral: Sendable, Hashable {
  case text(String)
  case integer(Int)
  case boolean(Bool)
  case list([PythonLiteral])
  case dictionary([String: PythonLiteral])

  struct Fault: Error {
    var message: String
    var offset: Int
  }

  struct Reader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private func fault(_ message: String) -> Fault { Fault(message: message, offset: at) }

    mutating func whole() throws -> PythonLiteral {
      let value = try value(depth: 0)
      skipBlanks()
      guard at == bytes.count else { throw fault("something follows the dictionary") }
      return value
    }

    private mutating func skipBlanks() {
      while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D, 0].contains(bytes[at]) { at += 1 }
    }

    private mutating func take(_ letter: Character) -> Bool {
      skipBlanks()
      guard at < bytes.count, bytes[at] == letter.asciiValue else { return false }
      at += 1
      return true
    }

    private mutating func value(depth: Int) throws -> PythonLiteral {
      guard depth < 16 else { throw fault("nested too deeply") }
      skipBlanks()
      guard at < bytes.count else { throw fault("the text ends too early") }
      if take("{") { return try dictionary(depth: depth + 1) }
      if take("(") { return .list(try list(until: ")", depth: depth + 1)) }
      if take("[") { return .list(try list(until: "]", depth: depth + 1)) }
      if bytes[at] == UInt8(ascii: "'") || bytes[at] == UInt8(ascii: "\"") {
        return .text(try text())
      }
      let start = at
      while at < bytes.count, Self.isLetter(bytes[at]) { at += 1 }
      let word = String(decoding: bytes[start..<at], as: UTF8.self)
      switch word {
      case "True": return .boolean(true)
      case "False": return .boolean(false)
      default:
        // Python 2 wrote long integers with an L.
        guard let number = Int(word.hasSuffix("L") ? word.dropLast() : word[...]) else {
          at = start
          throw fault("no value")
        }
        return .integer(number)
      }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
      Unicode.Scalar(byte).properties.isAlphabetic || (0x30...0x39).contains(byte) || byte == 0x2D
    }

    private mutating func list(until end: Character, depth: Int) throws -> [PythonLiteral] {
      var items: [PythonLiteral] = []
      while !take(end) {
        items.append(try value(depth: depth))
        if take(",") { continue }
        guard take(end) else { throw fault("',' or '\(end)' must be here") }
        break
      }
      return items
    }

    private mutating func dictionary(depth: Int) throws -> PythonLiteral {
      var members: [String: PythonLiteral] = [:]
      while !take("}") {
        guard case .text(let key) = try value(depth: depth), take(":") else {
          throw fault("a key must be here")
        }
        members[key] = try value(depth: depth)
        if take(",") { continue }
        guard take("}") else { throw fault("',' or '}' must be here") }
        break
      }
      return .dictionary(members)
    }

    private mutating func text() throws -> String {
      let quote = bytes[at]
      at += 1
      let start = at
      while at < bytes.count, bytes[at] != quote { at += 1 }
      guard at < bytes.count else { throw fault("the text ends inside a string") }
      defer { at += 1 }
      return String(decoding: bytes[start..<at], as: UTF8.self)
    }
  }
}
