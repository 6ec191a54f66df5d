/// A configuration value: what JSON can say, with integers and doubles apart.
///
/// They are apart to be told from one another, not to differ: 1 and 1.0 are equal and write the same
/// JSON, since a value that went through JSON cannot know which of them it was.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case double(Double)
  case string(String)
  case array([Value])
  case object([String: Value])

  /// The value under `key`, or `nil` when this is no object or has no such key.
  public subscript(key: String) -> Value? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  public var stringValue: String? { if case .string(let text) = self { text } else { nil } }
  public var boolValue: Bool? { if case .bool(let flag) = self { flag } else { nil } }
  public var arrayValue: [Value]? { if case .array(let items) = self { items } else { nil } }
  public var objectValue: [String: Value]? {
    if case .object(let members) = self { members } else { nil }
  }
  public var integerValue: Int? { if case .integer(let number) = self { number } else { nil } }
  /// The number, whole or not.
  public var doubleValue: Double? {
    switch self {
    case .double(let number): number
    case .integer(let number): Double(number)
    default: nil
    }
  }

  /// One line of JSON with sorted keys and the shortest decimal that reads back as the same number:
  /// equal values give equal bytes, which is what fingerprints are taken of.
  public var canonicalJSON: String {
    switch self {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .integer(let number): String(number)
    case .double(let number): Self.written(number)
    case .string(let text): Self.quoted(text)
    case .array(let items): "[" + items.map(\.canonicalJSON).joined(separator: ",") + "]"
    case .object(let members):
      "{"
        + members.sorted { $0.key < $1.key }
        .map { "\(Self.quoted($0.key)):\($0.value.canonicalJSON)" }.joined(separator: ",") + "}"
    }
  }

  /// The same over several lines, for files that people read and versions are compared of.
  public var indentedJSON: String { indentedJSON(by: "") }

  private func indentedJSON(by margin: String) -> String {
    let inner = margin + "  "
    switch self {
    case .array(let items) where items.contains { $0.isCompound }:
      return "[\n" + items.map { inner + $0.indentedJSON(by: inner) }.joined(separator: ",\n")
        + "\n\(margin)]"
    case .array(let items):
      return "[" + items.map(\.canonicalJSON).joined(separator: ", ") + "]"
    case .object(let members) where !members.isEmpty:
      return "{\n"
        + members.sorted { $0.key < $1.key }
        .map { "\(inner)\(Self.quoted($0.key)): \($0.value.indentedJSON(by: inner))" }
        .joined(separator: ",\n") + "\n\(margin)}"
    default: return canonicalJSON
    }
  }

  private var isCompound: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }

  private static func written(_ number: Double) -> String {
    if let whole = Int(exactly: number) { return String(whole) }
    return number.isFinite ? "\(number)" : "\"\(number)\""
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension Value: Hashable {
  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.double(let left), .double(let right)): left == right
    case (.integer(let whole), .double(let number)), (.double(let number), .integer(let whole)):
      Int(exactly: number) == whole
    case (.string(let left), .string(let right)): left == right
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let flag): hasher.combine(flag)
    case .integer(let number): hasher.combine(number)
    case .double(let number):
      if let whole = Int(exactly: number) { hasher.combine(whole) } else { hasher.combine(number) }
    case .string(let text): hasher.combine(text)
    case .array(let items): hasher.combine(items)
    case .object(let members): hasher.combine(members)
    }
  }
}

extension Value: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .bool(flag)
    } else if let number = try? container.decode(Int.self) {
      self = .integer(number)
    } else if let number = try? container.decode(Double.self) {
      self = .double(number)
    } else if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let items = try? container.decode([Value].self) {
      self = .array(items)
    } else {
      self = .object(try container.decode([String: Value].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let flag): try container.encode(flag)
    case .integer(let number): try container.encode(number)
    case .double(let number): try container.encode(number)
    case .string(let text): try container.encode(text)
    case .array(let items): try container.encode(items)
    case .object(let members): try container.encode(members)
    }
  }

  /// Decodes a checked configuration; `hold-back` in the file is `holdBack` in the type, and the
  /// keys of a dictionary are those of the file.
  ///
  /// - Throws: `DecodingError` when the type and its declared keys disagree, which a test of every
  ///   stage kind excludes for values that passed the check.
  public func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try ValueDecoder(self).decode(type)
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  public init(arrayLiteral items: Value...) { self = .array(items) }
  public init(dictionaryLiteral members: (String, Value)...) {
    self = .object(Dictionary(members, uniquingKeysWith: { _, last in last }))
  }

  public init(stringLiteral text: String) { self = .string(text) }
  public init(integerLiteral number: Int) { self = .integer(number) }
  public init(floatLiteral number: Double) { self = .double(number) }
  public init(booleanLiteral flag: Bool) { self = .bool(flag) }
}
