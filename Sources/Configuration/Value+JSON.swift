/// JSON text that is none, and where.
public struct JSONFault: Error, Hashable, Sendable, CustomStringConvertible {
  public var message: String
  /// Bytes from the start.
  public var offset: Int

  public var description: String { "\(message), at byte \(offset)" }
}

extension Value {
  /// Reads JSON text, such as `canonicalJSON` writes.
  ///
  /// A reader of its own because `JSONDecoder`, which finds the type of each value by trying one
  /// after the other, took most of the time of commands that have nothing to do.
  public init(json bytes: [UInt8]) throws(JSONFault) {
    var reader = JSONReader(bytes: bytes)
    self = try reader.document()
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  var position = 0

  mutating func document() throws(JSONFault) -> Value {
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw fault("something follows the value") }
    return value
  }

  private func fault(_ message: String) -> JSONFault {
    JSONFault(message: message, offset: position)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func word(_ word: StaticString, _ value: Value) throws(JSONFault) -> Value {
    let isThere = word.withUTF8Buffer { letters in
      bytes[position...].starts(with: letters)
    }
    guard isThere else { throw fault("no JSON value") }
    position += word.utf8CodeUnitCount
    return value
  }

  private mutating func value(depth: Int) throws(JSONFault) -> Value {
    guard depth < 256 else { throw fault("nested too deeply") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return .object(try members(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try items(depth: depth + 1))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw fault("the text ends too early")
    default: return try number()
    }
  }

  private mutating func members(depth: Int) throws(JSONFault) -> [String: Value] {
    position += 1
    var members: [String: Value] = [:]
    if take(UInt8(ascii: "}")) { return members }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw fault("a key must be here") }
      let key = try string()
      guard take(UInt8(ascii: ":")) else { throw fault("':' must be here") }
      members[key] = try value(depth: depth)
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw fault("',' or '}' must be here") }
    return members
  }

  private mutating func items(depth: Int) throws(JSONFault) -> [Value] {
    position += 1
    var items: [Value] = []
    if take(UInt8(ascii: "]")) { return items }
    repeat { items.append(try value(depth: depth)) } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw fault("',' or ']' must be here") }
    return items
  }

  private mutating func number() throws(JSONFault) -> Value {
    let start = position
    var isWhole = true
    scan: while let byte = next {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"): break
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): isWhole = false
      default: break scan
      }
      position += 1
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let number = Int(text) { return .integer(number) }
    guard let number = Double(text) else {
      position = start
      throw fault("no JSON value")
    }
    return .double(number)
  }

  private mutating func string() throws(JSONFault) -> String {
    position += 1
    let start = position
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
    var text = String(decoding: bytes[start..<position], as: UTF8.self)
    while let byte = next {
      if byte == UInt8(ascii: "\"") {
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") {
        position += 1
        text.unicodeScalars.append(try escape())
      } else {
        let start = position
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
          position += 1
        }
        text += String(decoding: bytes[start..<position], as: UTF8.self)
      }
    }
    throw fault("the text ends inside a string")
  }

  private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
    guard let byte = next else { throw fault("the text ends inside a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "u"):
      let first = try codeUnit()
      if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
      // Half of a pair: the other half must follow.
      guard bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
        throw fault("half a surrogate pair")
      }
      position += 2
      let second = try codeUnit()
      guard (0xD800..<0xDC00).contains(first), (0xDC00..<0xE000).contains(second),
        let scalar = Unicode.Scalar(
          0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
      else { throw fault("half a surrogate pair") }
      return scalar
    default: throw fault("unknown escape")
    }
  }

  private mutating func codeUnit() throws(JSONFault) -> UInt16 {
    guard position + 4 <= bytes.count,
      let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw fault("four hexadecimal digits must be here") }
    position += 4
    return unit
  }
}
