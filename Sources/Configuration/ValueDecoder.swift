/// Decodes a `Value`: `holdBack` of a type finds `hold-back` of the file.
///
/// Names are bent only where a type asks for a key by its `CodingKey`. The keys of a free mapping,
/// which decodes to a dictionary, stay as they were written: `right-leg` is a modality, not a word
/// of ours.
struct ValueDecoder: Decoder {
  let value: Value
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(_ value: Value, codingPath: [any CodingKey] = []) {
    self.value = value
    self.codingPath = codingPath
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let members) = value else {
      throw mismatch([String: Value].self, "a mapping")
    }
    return KeyedDecodingContainer(KeyedValues(members: members, codingPath: codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let items) = value else { throw mismatch([Value].self, "a list") }
    return ListedValues(items: items, codingPath: codingPath)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    SingleValue(decoder: self)
  }

  /// `holdBack` → `hold-back`
  static func hyphenated(_ name: String) -> String {
    name.reduce(into: "") { text, letter in
      if letter.isUppercase {
        text += "-" + letter.lowercased()
      } else {
        text.append(letter)
      }
    }
  }

  /// `hold-back` → `holdBack`
  static func camelCased(_ name: String) -> String {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard let first = parts.first else { return name }
    return String(first)
      + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    if let same = value as? T, type == Value.self { return same }
    return try T(from: self)
  }

  fileprivate func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
    switch value {
    case .integer(let number):
      if let exact = T(exactly: number) { return exact }
    case .double(let number):
      if let exact = T(exactly: number) { return exact }
    default: throw mismatch(type, "a whole number")
    }
    throw DecodingError.dataCorrupted(
      .init(
        codingPath: codingPath, debugDescription: "\(value.canonicalJSON) does not fit \(type)"))
  }

  fileprivate func number() throws -> Double {
    guard let number = value.doubleValue else { throw mismatch(Double.self, "a number") }
    return number
  }

  fileprivate func mismatch(_ type: Any.Type, _ wanted: String) -> DecodingError {
    let context = DecodingError.Context(
      codingPath: codingPath, debugDescription: "wanted \(wanted), found \(value.canonicalJSON)")
    return value == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
  }
}

/// A key that any word or index can be.
private struct NameKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(_ name: String) {
    stringValue = name
    intValue = nil
  }

  init(index: Int) {
    stringValue = "\(index)"
    intValue = index
  }

  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { self.init(index: intValue) }
}

private struct SingleValue: SingleValueDecodingContainer {
  let decoder: ValueDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool { decoder.value == .null }

  func decode(_ type: Bool.Type) throws -> Bool {
    guard let flag = decoder.value.boolValue else {
      throw decoder.mismatch(type, "true or false")
    }
    return flag
  }

  func decode(_ type: String.Type) throws -> String {
    guard let text = decoder.value.stringValue else { throw decoder.mismatch(type, "text") }
    return text
  }

  func decode(_ type: Double.Type) throws -> Double { try decoder.number() }
  func decode(_ type: Float.Type) throws -> Float { Float(try decoder.number()) }
  func decode(_ type: Int.Type) throws -> Int { try decoder.integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try decoder.integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try decoder.integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try decoder.integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try decoder.integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try decoder.integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try decoder.integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try decoder.integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try decoder.integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try decoder.integer(type) }
  func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.decode(type) }
}

private struct KeyedValues<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let members: [String: Value]
  let codingPath: [any CodingKey]

  /// Dictionaries ask here which keys there are, and get them as written.
  var allKeys: [Key] {
    members.keys.sorted().compactMap {
      Key(stringValue: $0) ?? Key(stringValue: ValueDecoder.camelCased($0))
    }
  }

  func contains(_ key: Key) -> Bool { value(key) != nil }

  private func value(_ key: Key) -> Value? {
    members[key.stringValue] ?? members[ValueDecoder.hyphenated(key.stringValue)]
  }

  private func decoder(_ key: Key) throws -> ValueDecoder {
    guard let value = value(key) else {
      let name = ValueDecoder.hyphenated(key.stringValue)
      throw DecodingError.keyNotFound(
        key, .init(codingPath: codingPath, debugDescription: "no key '\(name)'"))
    }
    return ValueDecoder(value, codingPath: codingPath + [key])
  }

  private func single(_ key: Key) throws -> SingleValue {
    SingleValue(decoder: try decoder(key))
  }

  func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).value == .null }
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
    try single(key).decode(type)
  }
  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    try single(key).decode(type)
  }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try single(key).decode(type)
  }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
    try single(key).decode(type)
  }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try single(key).decode(type) }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try single(key).decode(type) }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
    try single(key).decode(type)
  }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
    try single(key).decode(type)
  }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
    try single(key).decode(type)
  }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try single(key).decode(type) }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
    try single(key).decode(type)
  }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
    try single(key).decode(type)
  }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
    try single(key).decode(type)
  }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
    try single(key).decode(type)
  }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try decoder(key).decode(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try decoder(key).container(keyedBy: type) }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder {
    ValueDecoder(members["super"] ?? .null, codingPath: codingPath + [NameKey("super")])
  }

  func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
}

private struct ListedValues: UnkeyedDecodingContainer {
  let items: [Value]
  let codingPath: [any CodingKey]
  private(set) var currentIndex = 0

  init(items: [Value], codingPath: [any CodingKey]) {
    self.items = items
    self.codingPath = codingPath
  }

  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex >= items.count }

  /// The decoder of the next item; the item counts as taken only when `body` does not throw.
  private mutating func take<T>(
    _ type: Any.Type, _ body: (ValueDecoder) throws -> T
  ) throws -> T {
    let path = codingPath + [NameKey(index: currentIndex)]
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        type, .init(codingPath: path, debugDescription: "the list ends here"))
    }
    let result = try body(ValueDecoder(items[currentIndex], codingPath: path))
    currentIndex += 1
    return result
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, items[currentIndex] == .null else { return false }
    currentIndex += 1
    return true
  }

  private mutating func single<T>(
    _ type: T.Type, _ body: (SingleValue) throws -> T
  ) throws -> T { try take(type) { try body(SingleValue(decoder: $0)) } }

  mutating func decode(_ type: Bool.Type) throws -> Bool {
    try single(type) { try $0.decode(type) }
  }
  mutating func decode(_ type: String.Type) throws -> String {
    try single(type) { try $0.decode(type) }
  }
  mutating func decode(_ type: Double.Type) throws -> Double {
    try single(type) { try $0.decode(type) }
  }
  mutating func decode(_ type: Float.Type) throws -> Float {
    try single(type) { try $0.decode(type) }
  }
  mutating func decode(_ type: Int.Type) throws -> Int { try single(type) { try $0.decode(type) } }
  mutating func decode(_ type: Int8.Type) throws -> Int8 {
    try single(type) { try $0.decode(type) }
  }
  mutating func decode(_ type: Int16.Type) throws -> Int16 {
    try single(type) { try $0.decode(type) }
  }
  mutating func decode(_ type: Int32.Type) throws -> Int32 {
    try single(type) { try $0.decode(type) }
  }
  mutating func decode(_ type: Int64.Type) throws -> Int64 {
    try single(type) { try $0.decode(type) }
  }
  mutating func decode(_ type: UInt.Type) throws -> UInt {
    try single(type) { try $0.decode(type) }
  }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 {
    try single(type) { try $0.decode(type) }
  }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 {
    try single(type) { try $0.decode(type) }
  }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 {
    try single(type) { try $0.decode(type) }
  }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 {
    try single(type) { try $0.decode(type) }
  }
  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try take(type) { try $0.decode(type) }
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    try take(type) { try $0.container(keyedBy: type) }
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try take([Value].self) { try $0.unkeyedContainer() }
  }

  mutating func superDecoder() throws -> any Decoder { try take(Value.self) { $0 } }
}
