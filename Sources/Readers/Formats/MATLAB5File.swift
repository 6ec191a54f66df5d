import Arrays
import Diagnostics

/// A file in MATLAB's own format, versions 5 to 7.
///
/// After 128 bytes of header come elements: a tag (type, number of bytes; or both in four bytes with
/// up to four bytes of data behind them) and data, filled up to eight bytes. A variable is an element
/// of type 14 that holds elements: flags, sizes, name, and the content by class; in version 7 it is
/// packed with zlib inside an element of type 15. Everything may be of either byte order.
///
/// Values are found by walking along the path that is asked for and passing over everything beside
/// it, so that nothing nests in memory, however deep the file does.
///
/// Source: MathWorks, "MAT-File Format", R2019b.
struct MATLAB5File: Sendable {
  let variables: [MATLABFile.Variable]
  private let file: BinaryFile
  private let isBigEndian: Bool
  private let places: [Place]

  private struct Place: Sendable {
    var name: String
    var isPacked: Bool
    /// The data of its outermost element.
    var bytes: Range<Int>
  }

  init(_ file: BinaryFile, isBigEndian: Bool) throws {
    self.file = file
    self.isBigEndian = isBigEndian
    var variables: [MATLABFile.Variable] = []
    var places: [Place] = []
    var at = 128
    while at < file.size {
      let outer = MATLAB5Cursor(file, at..<file.size, isBigEndian: isBigEndian)
      let tag = try outer.tag()
      let start = outer.position
      try file.check(tag.count, at: start)
      let bytes = start..<(start + tag.count)
      at = bytes.upperBound
      guard [.matrix, .compressed].contains(tag.type) else {
        // Only variables stand here; anything else is not ours to read.
        continue
      }
      let place = Place(name: "", isPacked: tag.type == .compressed, bytes: bytes)
      let header = try Self.enter(file, place, isBigEndian).header
      // Nameless: where MATLAB keeps the content of its objects.
      guard !header.name.isEmpty else { continue }
      places.append(Place(name: header.name, isPacked: place.isPacked, bytes: bytes))
      variables.append(header.variable)
    }
    self.variables = variables
    self.places = places
  }

  /// Goes into a variable, up to behind its name.
  private static func enter(
    _ file: BinaryFile, _ place: Place, _ isBigEndian: Bool
  ) throws -> (cursor: MATLAB5Cursor, header: MATLAB5Header) {
    let cursor: MATLAB5Cursor
    if place.isPacked {
      cursor = try MATLAB5Cursor(unpacking: file, place.bytes, isBigEndian: isBigEndian)
      let tag = try cursor.tag()
      guard tag.type == .matrix else {
        throw cursor.fault("a packed element that holds no variable")
      }
      try cursor.limit(to: tag.count)
    } else {
      cursor = MATLAB5Cursor(file, place.bytes, isBigEndian: isBigEndian)
    }
    return (cursor, try MATLAB5Header(cursor, end: cursor.end))
  }

  // MARK: Finding

  /// A value, and a cursor behind its name.
  private struct Found {
    var cursor: MATLAB5Cursor
    var header: MATLAB5Header
    var subject: String
  }

  private func find(_ path: MATLABPath) throws -> Found {
    guard let place = places.last(where: { $0.name == path.variable }) else {
      throw MATLABFault.missing(
        variable: path.variable, among: places.map(\.name), in: file.path)
    }
    let entered = try Self.enter(file, place, isBigEndian)
    var found = Found(
      cursor: entered.cursor, header: entered.header, subject: "\(file.path):\(path.text)")
    var element: Int?
    for step in path.steps {
      let count = found.header.count
      switch (step, found.header.kind) {
      case (.element(let index), .structure) where element == nil:
        guard index < count else {
          throw MATLABFault.missing(element: index, of: count, in: found.subject)
        }
        element = index
      case (.field(let name), .structure):
        guard element != nil || count == 1 else {
          throw MATLABFault.severalStructs(count, found.subject)
        }
        try descend(&found, toField: name, of: element ?? 0)
        element = nil
      case (.cell(let index), .cell):
        guard index < count else {
          throw MATLABFault.missing(element: index, of: count, in: found.subject)
        }
        try descend(&found, past: index)
      default: throw MATLABFault.step(step, into: found.header.className, found.subject)
      }
    }
    guard element == nil else {
      throw Diagnostic(found.subject, "is one struct", mend: "name one of its fields behind (k)")
    }
    return found
  }

  /// Goes into the matrix that comes after `count` others.
  private func descend(_ found: inout Found, past count: Int) throws {
    let cursor = found.cursor
    guard count <= (found.header.end - cursor.position) / 8 else {
      throw cursor.fault("\(found.header.count) elements in a variable that is too short for them")
    }
    for _ in 0..<count {
      let tag = try cursor.matrixTag(before: found.header.end)
      try cursor.skip(tag.count)
    }
    let tag = try cursor.matrixTag(before: found.header.end)
    found.header = try MATLAB5Header(cursor, end: cursor.position + tag.count)
  }

  private func descend(_ found: inout Found, toField name: String, of element: Int) throws {
    let names = try found.header.fieldNames(found.cursor)
    guard let index = names.firstIndex(of: name) else {
      throw MATLABFault.missing(field: name, among: names, in: found.subject)
    }
    let (before, isTooLarge) = element.multipliedReportingOverflow(by: names.count)
    guard !isTooLarge, before <= file.size * 1032 else {
      throw found.cursor.fault("\(element + 1) structs of \(names.count) fields")
    }
    try descend(&found, past: before + index)
  }

  // MARK: Reading

  func variable(_ path: MATLABPath) throws -> MATLABFile.Variable {
    let header = try find(path).header
    return .init(name: path.text, className: header.className, shape: header.shape)
  }

  func fields(_ path: MATLABPath) throws -> [String] {
    let found = try find(path)
    guard found.header.kind == .structure else {
      throw MATLABFault.unfit(found.header.className, wanted: "fields", found.subject)
    }
    return try found.header.fieldNames(found.cursor)
  }

  func numbers(_ path: MATLABPath, row: Int?, _ axes: AxisOrder) throws -> NumberArray {
    let found = try find(path)
    let (cursor, header) = (found.cursor, found.header)
    guard case .numbers(let type) = header.kind else {
      throw MATLABFault.unfit(header.className, wanted: "numbers", found.subject)
    }
    guard !header.isComplex else { throw MATLABFault.complex(found.subject) }
    let shape = header.shape
    let rows = (axes == .matlab ? shape.first : shape.last) ?? 0
    if let row, !(0..<rows).contains(row) {
      throw MATLABFault.missing(row: row, of: rows, in: found.subject)
    }
    let stored = try cursor.numbersTag(count: header.count, before: header.end)
    var bytes: [UInt8]
    var kept: [Int]
    switch (row, axes) {
    case (nil, _):
      try ArraySize.checkMemory(header.count * 8, found.subject)
      bytes = try cursor.read(header.count * stored.size)
      kept = shape
    case (let row?, .reversed):
      kept = Array(shape.dropLast())
      let rowBytes = kept.reduce(stored.size, *)
      try ArraySize.checkMemory(rowBytes * 8, found.subject)
      try cursor.skip(row * rowBytes)
      bytes = try cursor.read(rowBytes)
    case (let row?, .matlab):
      kept = Array(shape.dropFirst())
      bytes = try cursor.pick(
        stored.size, at: row * stored.size, outOf: (shape.first ?? 1) * stored.size,
        times: kept.reduce(1, *))
    }
    try cursor.finish()
    bytes = stored.numbers(bytes, isBigEndian: isBigEndian)
    // The bytes are those of the array with its axes reversed.
    let reversed = NumberArray(stored.elementType, bytes, shape: kept.reversed())
    let isTruth = header.isLogical && stored.elementType == .uint8
    let typed = isTruth ? reversed : reversed.converted(to: header.isLogical ? .uint8 : type)
    return axes == .matlab ? typed.axesReversed() : typed
  }

  func texts(_ path: MATLABPath) throws -> [String] {
    let found = try find(path)
    switch found.header.kind {
    case .text:
      let texts = try texts(found.cursor, found.header, found.subject)
      try found.cursor.finish()
      return texts
    case .cell:
      var texts: [String] = []
      guard found.header.count <= (found.header.end - found.cursor.position) / 8 else {
        throw found.cursor.fault("\(found.header.count) cells in a variable that is too short")
      }
      try MATLABText.check(count: found.header.count, found.subject)
      for index in 0..<found.header.count {
        let subject = "\(found.subject){\(index + 1)}"
        let tag = try found.cursor.matrixTag(before: found.header.end)
        let header = try MATLAB5Header(found.cursor, end: found.cursor.position + tag.count)
        // An empty cell is [] or ''.
        if header.kind != .text, header.count > 0 {
          throw MATLABFault.unfit(header.className, wanted: "texts", subject)
        }
        let inside =
          header.kind == .text ? try self.texts(found.cursor, header, subject) : []
        guard inside.count <= 1 else {
          throw Diagnostic(subject, "holds \(inside.count) rows of text, where one is wanted")
        }
        texts.append(inside.first ?? "")
        try found.cursor.skip(header.end - found.cursor.position)
      }
      try found.cursor.finish()
      return texts
    default: throw MATLABFault.unfit(found.header.className, wanted: "texts", found.subject)
    }
  }

  /// The rows of a char array.
  private func texts(
    _ cursor: MATLAB5Cursor, _ header: MATLAB5Header, _ subject: String
  ) throws -> [String] {
    guard header.count > 0 else { return [] }
    let tag = try cursor.tag()
    let start = cursor.position
    guard tag.count <= header.end - start else {
      throw cursor.fault("text that leaves its variable")
    }
    try ArraySize.checkMemory(tag.count * 4, subject)
    let bytes = try cursor.read(tag.count)
    func units<Unit: FixedWidthInteger & UnsignedInteger>(_ type: Unit.Type) -> [Unit] {
      let size = MemoryLayout<Unit>.size
      return (0..<(bytes.count / size)).map {
        bytes.number(at: $0 * size, isBigEndian: isBigEndian)
      }
    }
    func broken() -> Diagnostic {
      cursor.fault("text whose characters do not fit its sizes \(header.shape)", at: start)
    }
    let rows = header.shape.first ?? 1
    guard header.shape.dropFirst(2).allSatisfy({ $0 == 1 }) else {
      throw Diagnostic(subject, "is text of \(header.shape.count) axes, where at most 2 are wanted")
    }
    switch tag.type {
    case .utf8:
      guard let text = String(validating: bytes, as: UTF8.self) else { throw broken() }
      if rows == 1 { return [text] }
      return try MATLABText.rows(Array(text.utf16), rows, columns: header.shape.last ?? 0)
        ?? {
          throw broken()
        }()
    case .uint16, .utf16:
      return try MATLABText.rows(units(UInt16.self), rows, columns: header.count / rows)
        ?? {
          throw broken()
        }()
    case .utf32:
      let scalars = units(UInt32.self).map { Unicode.Scalar($0) }
      guard scalars.allSatisfy({ $0 != nil }) else { throw broken() }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars.compactMap { $0 })
      if rows == 1 { return [String(text)] }
      return try MATLABText.rows(Array(String(text).utf16), rows, columns: header.count / rows)
        ?? {
          throw broken()
        }()
    case .int8, .uint8:
      return try MATLABText.rows(bytes.map { UInt16($0) }, rows, columns: header.count / rows)
        ?? {
          throw broken()
        }()
    default: throw cursor.fault("text of the type \(tag.type.rawValue)", at: start)
    }
  }
}

/// Characters of a char array, which run down its columns.
enum MATLABText {
  /// More texts than a cell array of names has; a packed file could promise many more.
  private static let most = 1 << 24

  static func check(count: Int, _ subject: String) throws {
    guard count > most else { return }
    throw Diagnostic(
      subject, "is a cell array of \(count) texts", mend: "keep more than \(most) texts in a table")
  }

  /// The rows; `nil` when the units are not as many as the sizes say, or mean nothing.
  static func rows(_ units: [UInt16], _ rows: Int, columns: Int) -> [String]? {
    guard rows > 0, units.count / rows == columns, units.count == rows * columns else { return nil }
    var texts: [String] = []
    for row in 0..<rows {
      let line = (0..<columns).map { units[$0 * rows + row] }
      guard let text = String(validating: line, as: UTF16.self) else { return nil }
      texts.append(text)
    }
    return texts
  }
}

/// Flags, sizes and name of a value in MATLAB's own format.
struct MATLAB5Header {
  enum Kind: Hashable {
    case numbers(ElementType)
    case text, cell, structure
    /// What is not read.
    case other
  }

  var kind: Kind
  var className: String
  var name: String
  /// As MATLAB says it, the first axis first.
  var shape: [Int]
  var count: Int
  var isComplex: Bool
  var isLogical: Bool
  /// Where the value ends, on the cursor's count.
  var end: Int

  var variable: MATLABFile.Variable { .init(name: name, className: className, shape: shape) }

  private static let classes: [(name: String, kind: Kind)] = [
    ("unknown", .other), ("cell", .cell), ("struct", .structure), ("object", .other),
    ("char", .text), ("sparse", .other), ("double", .numbers(.float64)),
    ("single", .numbers(.float32)), ("int8", .numbers(.int16)), ("uint8", .numbers(.uint8)),
    ("int16", .numbers(.int16)), ("uint16", .numbers(.uint16)), ("int32", .numbers(.int32)),
    ("uint32", .numbers(.int64)), ("int64", .numbers(.int64)), ("uint64", .numbers(.uint64)),
    ("function_handle", .other), ("opaque", .other),
  ]

  /// Reads it; afterwards the cursor stands behind the name.
  init(_ cursor: MATLAB5Cursor, end: Int) throws {
    self.end = end
    // An empty cell may be no more than its tag.
    guard cursor.position < end else {
      (kind, className, name, shape, count) = (.numbers(.float64), "double", "", [0, 0], 0)
      (isComplex, isLogical) = (false, false)
      return
    }
    let start = cursor.position
    let flags = try cursor.element(.uint32, before: end, atMost: 8)
    guard flags.count == 8 else { throw cursor.fault("a value without flags", at: start) }
    let word = flags.number(UInt32.self, at: 0, isBigEndian: cursor.isBigEndian)
    let code = Int(word & 0xFF)
    guard Self.classes.indices.contains(code), code > 0 else {
      throw cursor.fault("a value of the unknown class \(code)", at: start)
    }
    (className, kind) = Self.classes[code]
    isComplex = word & 0x0800 != 0
    isLogical = word & 0x0200 != 0
    if isLogical, case .numbers = kind { className = "logical" }
    guard className != "opaque" else {
      // Objects of today have no sizes; their name follows at once.
      name = try Self.name(cursor, before: end)
      (shape, count) = ([], 0)
      return
    }
    let sizesStart = cursor.position
    let sizes = try cursor.element(.int32, before: end, atMost: 4 * 64)
    shape = (0..<(sizes.count / 4)).map {
      Int(sizes.number(Int32.self, at: 4 * $0, isBigEndian: cursor.isBigEndian))
    }
    guard shape.count >= 2, let count = ArraySize.count(shape) else {
      throw cursor.fault("a value of the sizes \(shape)", at: sizesStart)
    }
    self.count = count
    name = try Self.name(cursor, before: end)
  }

  private static func name(_ cursor: MATLAB5Cursor, before end: Int) throws -> String {
    String(decoding: try cursor.element(.int8, before: end, atMost: 1 << 12), as: UTF8.self)
  }

  /// The names of a struct's fields; afterwards the cursor stands before the first value.
  func fieldNames(_ cursor: MATLAB5Cursor) throws -> [String] {
    let start = cursor.position
    let size = try cursor.element(.int32, before: end, atMost: 4)
    guard size.count == 4 else { throw cursor.fault("a struct without names", at: start) }
    let width = Int(size.number(Int32.self, at: 0, isBigEndian: cursor.isBigEndian))
    let names = try cursor.element(.int8, before: end, atMost: 1 << 24)
    guard names.isEmpty || (width > 0 && names.count % width == 0) else {
      throw cursor.fault("a struct whose names are \(width) bytes long", at: start)
    }
    return stride(from: 0, to: names.count, by: max(width, 1)).map {
      String(decoding: names[$0..<($0 + width)].prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

/// A place in elements of MATLAB's own format, in the file or in what a part of it unpacks to.
final class MATLAB5Cursor {
  /// Types of elements.
  enum ElementKind: UInt32 {
    case int8 = 1
    case uint8, int16, uint16, int32, uint32, float32
    case float64 = 9
    case int64 = 12
    case uint64, matrix, compressed, utf8, utf16, utf32
    /// Of no known meaning.
    case unknown = 0

    var number: StoredNumber? {
      switch self {
      case .int8: .int8
      case .uint8: .uint8
      case .int16: .int16
      case .uint16: .uint16
      case .int32: .int32
      case .uint32: .uint32
      case .float32: .float32
      case .float64: .float64
      case .int64: .int64
      case .uint64: .uint64
      default: nil
      }
    }
  }

  struct Tag {
    var type: ElementKind
    /// Bytes of data.
    var count: Int
    /// Whether the data stand in the tag itself.
    var isSmall: Bool
  }

  let isBigEndian: Bool
  /// In bytes, of the file or of what is unpacked.
  private(set) var position: Int
  /// Where what may be read ends.
  private(set) var end: Int
  private let file: BinaryFile
  private let inflater: Inflater?
  private let packedStart: Int

  init(_ file: BinaryFile, _ bytes: Range<Int>, isBigEndian: Bool) {
    self.file = file
    self.isBigEndian = isBigEndian
    position = bytes.lowerBound
    end = bytes.upperBound
    inflater = nil
    packedStart = 0
  }

  init(unpacking file: BinaryFile, _ bytes: Range<Int>, isBigEndian: Bool) throws {
    self.file = file
    self.isBigEndian = isBigEndian
    position = 0
    end = ArraySize.mostInflated(bytes.count)
    inflater = try Inflater(file, bytes, .zlib)
    packedStart = bytes.lowerBound
  }

  /// Says how much follows.
  func limit(to count: Int) throws {
    guard count <= end - position else {
      throw fault("a variable of \(count) bytes, more than the packed ones can hold")
    }
    end = position + count
  }

  func fault(_ message: String, at offset: Int? = nil) -> Diagnostic {
    let mend = "the file is damaged: copy it again"
    guard inflater != nil else { return file.fault(message, at: offset ?? position, mend: mend) }
    return file.fault(
      "\(message) (\(offset ?? position) bytes into the variable that is packed)", at: packedStart,
      mend: mend)
  }

  /// - Throws: `Diagnostic` when fewer than `count` bytes are left.
  func read(_ count: Int) throws -> [UInt8] {
    guard count >= 0, count <= end - position else {
      throw fault("the variable ends where \(count) more bytes should be")
    }
    defer { position += count }
    guard let inflater else { return try file.bytes(count, at: position) }
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try inflater.fill(
        UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
      filled = count
    }
  }

  func skip(_ count: Int) throws {
    guard count >= 0, count <= end - position else {
      throw fault("the variable ends where \(count) more bytes should be")
    }
    try inflater?.skip(count)
    position += count
  }

  /// `size` bytes at `offset` of every `step` bytes, one block in memory at a time.
  func pick(_ size: Int, at offset: Int, outOf step: Int, times count: Int) throws -> [UInt8] {
    var picked: [UInt8] = []
    picked.reserveCapacity(count * size)
    let perBlock = max(1, (1 << 20) / max(step, 1))
    var done = 0
    while done < count {
      let here = min(perBlock, count - done)
      if here == 1 {
        try skip(offset)
        picked += try read(size)
        try skip(step - offset - size)
      } else {
        let block = try read(here * step)
        for place in 0..<here {
          picked += block[(place * step + offset)..<(place * step + offset + size)]
        }
      }
      done += here
    }
    return picked
  }

  /// Passes over what is left of a packed variable, which verifies its checksum.
  func finish() throws {
    guard let inflater else { return }
    try skip(end - position)
    try inflater.finish()
  }

  // MARK: Elements

  func tag() throws -> Tag {
    let word = try read(4).number(UInt32.self, at: 0, isBigEndian: isBigEndian)
    if word >> 16 != 0 {
      guard word >> 16 <= 4 else {
        throw fault("a small element of \(word >> 16) bytes, more than its four", at: position - 4)
      }
      return Tag(
        type: ElementKind(rawValue: word & 0xFFFF) ?? .unknown, count: Int(word >> 16),
        isSmall: true)
    }
    let count = try read(4).number(UInt32.self, at: 0, isBigEndian: isBigEndian)
    return Tag(type: ElementKind(rawValue: word) ?? .unknown, count: Int(count), isSmall: false)
  }

  /// Passes over what fills an element up to eight bytes, or a small one to four.
  private func skipFilling(of tag: Tag, before limit: Int) throws {
    let unit = tag.isSmall ? 4 : 8
    try skip(min((unit - tag.count % unit) % unit, max(0, limit - position)))
  }

  /// The data of an element that must be of this type, or the same without a sign.
  func element(_ type: ElementKind, before limit: Int, atMost most: Int) throws -> [UInt8] {
    let start = position
    let tag = try tag()
    let alike: [ElementKind: [ElementKind]] = [
      .int8: [.int8, .uint8, .utf8], .int32: [.int32, .uint32], .uint32: [.int32, .uint32],
    ]
    guard alike[type]?.contains(tag.type) == true else {
      throw fault(
        "an element of the type \(tag.type.rawValue), where \(type.rawValue) must be", at: start)
    }
    guard tag.count <= most, tag.count <= limit - position else {
      throw fault("an element of \(tag.count) bytes, more than there can be", at: start)
    }
    let bytes = try read(tag.count)
    try skipFilling(of: tag, before: limit)
    return bytes
  }

  /// The tag of a value inside another one.
  func matrixTag(before limit: Int) throws -> Tag {
    let start = position
    let tag = try tag()
    guard tag.type == .matrix, !tag.isSmall, tag.count <= limit - position else {
      throw fault(
        "a value of \(tag.count) bytes that is none, or leaves the one around it", at: start)
    }
    return tag
  }

  /// The tag of `count` numbers, stored as the smallest type that holds them.
  func numbersTag(count: Int, before limit: Int) throws -> StoredNumber {
    let start = position
    if count == 0, position >= limit { return .float64 }
    let tag = try tag()
    guard let number = tag.type.number else {
      throw fault("numbers of the type \(tag.type.rawValue)", at: start)
    }
    guard tag.count <= limit - position, tag.count == count * number.size else {
      throw fault("\(tag.count) bytes for \(count) numbers of \(number.size)", at: start)
    }
    return number
  }
}
