import Arrays
import Diagnostics
import HDF5Files
import Synchronization

/// A MATLAB 7.3 file: HDF5, in which every value has an attribute `MATLAB_class`.
///
/// Numbers are data sets whose axes are the reverse of MATLAB's; text is a data set of UTF-16 units
/// with the class `char`; a cell array is a data set of references to values in `/#refs#`; a struct
/// is a group with a member for each field, and of several structs each field is a data set of
/// references; an empty value has the attribute `MATLAB_empty` and holds its sizes instead.
///
/// Source: found by looking at such files with h5dump; MathWorks does not describe them.
final class MATLAB73File: Sendable {
  let variables: [MATLABFile.Variable]
  private let file: HDF5ArrayFile
  /// Values that stay open, so that a chunk is not unpacked again for its next row.
  private let open = Mutex<[(path: MATLABPath, value: Value)]>([])
  private static let mostOpen = 8
  private static let mostCharacters = 1 << 28

  init(_ path: String) throws {
    file = try HDF5ArrayFile.open(path)
    var variables: [MATLABFile.Variable] = []
    for name in try file.names(inGroup: "/") where !name.hasPrefix("#") {
      do {
        let value = try Self.value(try file.object("/" + name), "\(path):\(name)")
        variables.append(.init(name: name, className: value.className, shape: value.shape))
      } catch is Diagnostic {
        // The others may be whole; whoever asks for this one is told.
        variables.append(.init(name: name, className: "unreadable", shape: []))
      }
    }
    self.variables = variables
  }

  /// One value.
  private struct Value: Sendable {
    var object: HDF5Object
    /// `nil` for a struct.
    var array: HDF5Array?
    var className: String
    /// In HDF5's order.
    var shape: [Int]
    var isEmpty: Bool
    var subject: String
  }

  private static func value(_ object: HDF5Object, _ subject: String) throws -> Value {
    try HDF5ArrayFile.told(subject) {
      let named = try object.attribute("MATLAB_class")?.text
      var value = Value(
        object: object, className: named ?? "", shape: [1, 1], isEmpty: false, subject: subject)
      if object.kind == .group {
        value.className =
          try object.attribute("MATLAB_sparse") == nil ? named ?? "struct" : "sparse"
        return value
      }
      let array = try HDF5Array(object)
      value.array = array
      value.shape = array.shape
      if try object.attribute("MATLAB_object_decode") != nil { value.className = "object" }
      if try object.attribute("MATLAB_empty")?.integer ?? 0 != 0 {
        value.isEmpty = true
        let sizes = try array.numbers().values(as: Int64.self)
        guard sizes.count <= 64, ArraySize.count(sizes.map { Int($0) }) == 0 else {
          throw Diagnostic(subject, "is empty, and has the sizes \(sizes.prefix(64))")
        }
        value.shape = sizes.reversed().map { Int($0) }
      }
      if named == nil, value.className.isEmpty { value.className = Self.className(of: array.cell) }
      return value
    }
  }

  /// What a data set is that MATLAB did not write.
  private static func className(of cell: HDF5Array.Cell) -> String {
    switch cell {
    case .number(.float32): "single"
    case .number(.float64): "double"
    case .number(let type): type.rawValue
    case .text: "char"
    case .reference: "cell"
    case .other: "object"
    }
  }

  // MARK: Finding

  private func find(_ path: MATLABPath) throws -> Value {
    let known = open.withLock { open in open.first { $0.path == path }?.value }
    if let known { return known }
    let value = try search(path)
    open.withLock { open in
      if open.count >= Self.mostOpen { open.removeFirst() }
      open.append((path, value))
    }
    return value
  }

  private func search(_ path: MATLABPath) throws -> Value {
    let subject = "\(file.path):\(path.text)"
    guard variables.contains(where: { $0.name == path.variable }) else {
      throw MATLABFault.missing(
        variable: path.variable, among: variables.map(\.name), in: file.path)
    }
    var value = try Self.value(try file.object("/" + path.variable), subject)
    var element: Int?
    for step in path.steps {
      switch step {
      case .element(let index) where value.object.kind == .group && element == nil:
        element = index
      case .field(let name) where value.object.kind == .group && value.className == "struct":
        value = try field(name, of: value, element, subject)
        element = nil
      case .cell(let index) where value.className == "cell" && !value.isEmpty:
        value = try pointed(index, by: value, subject)
      default: throw MATLABFault.step(step, into: value.className, subject)
      }
    }
    guard element == nil else {
      throw Diagnostic(subject, "is one struct", mend: "name one of its fields behind (k)")
    }
    return value
  }

  private func field(
    _ name: String, of value: Value, _ element: Int?, _ subject: String
  ) throws -> Value {
    let names = try HDF5ArrayFile.told(subject) { try value.object.links().map(\.name) }
    guard names.contains(name) else {
      throw MATLABFault.missing(field: name, among: names, in: subject)
    }
    let member = try Self.value(try file.object(name, in: value.object), subject)
    // Of one struct it is the value itself; of several, references without a class of their own.
    let isSeveral = try HDF5ArrayFile.told(subject) {
      try member.array?.cell == .reference && member.object.attribute("MATLAB_class") == nil
    }
    switch (isSeveral, element) {
    case (true, let element?): return try pointed(element, by: member, subject)
    case (true, nil):
      throw MATLABFault.severalStructs(member.shape.reduce(1, *), subject)
    case (false, nil), (false, 0): return member
    case (false, let element?): throw MATLABFault.missing(element: element, of: 1, in: subject)
    }
  }

  private func pointed(_ index: Int, by value: Value, _ subject: String) throws -> Value {
    let references = try HDF5ArrayFile.told(subject) { try value.array?.references() ?? [] }
    guard references.indices.contains(index) else {
      throw MATLABFault.missing(element: index, of: references.count, in: subject)
    }
    return try follow(references[index], subject)
  }

  private func follow(_ reference: HDF5Reference, _ subject: String) throws -> Value {
    let object = try HDF5ArrayFile.told(subject) {
      try HDF5Object.open(reference, subject, in: file.file)
    }
    return try Self.value(object, subject)
  }

  // MARK: Reading

  func variable(_ path: MATLABPath) throws -> MATLABFile.Variable {
    let value = try find(path)
    return .init(name: path.text, className: value.className, shape: value.shape)
  }

  func fields(_ path: MATLABPath) throws -> [String] {
    let value = try find(path)
    guard value.className == "struct" else {
      throw MATLABFault.unfit(value.className, wanted: "fields", value.subject)
    }
    return try HDF5ArrayFile.told(value.subject) { try value.object.links().map(\.name) }
  }

  func numbers(_ path: MATLABPath, row: Int?, _ axes: AxisOrder) throws -> NumberArray {
    let value = try find(path)
    guard
      !["char", "cell", "struct", "sparse", "object", "function_handle"].contains(value.className),
      let array = value.array
    else { throw MATLABFault.unfit(value.className, wanted: "numbers", value.subject) }
    if case .other("complex numbers") = array.cell { throw MATLABFault.complex(value.subject) }
    let rows = (axes == .reversed ? value.shape.first : value.shape.last) ?? 0
    if let row, !(0..<rows).contains(row) {
      throw MATLABFault.missing(row: row, of: rows, in: value.subject)
    }
    return try HDF5ArrayFile.told(value.subject) {
      guard case .number(let type) = array.cell else { return try array.numbers() }
      if value.isEmpty {
        var shape = value.shape
        if row != nil { shape.remove(at: axes == .reversed ? 0 : shape.count - 1) }
        return NumberArray(
          Self.type(of: value.className) ?? type, [],
          shape: axes == .reversed ? shape : shape.reversed())
      }
      let part: HDF5Array.Part =
        row.map { .slice(axis: axes == .reversed ? 0 : array.shape.count - 1, index: $0) } ?? .whole
      let numbers = try array.numbers(part)
      return axes == .reversed ? numbers : numbers.axesReversed()
    }
  }

  /// What numbers of a class are read as, where no numbers say it.
  private static func type(of className: String) -> ElementType? {
    switch className {
    case "double": .float64
    case "single": .float32
    case "int8": .int16
    case "uint32": .int64
    case "logical": .uint8
    default: ElementType(rawValue: className)
    }
  }

  func texts(_ path: MATLABPath) throws -> [String] {
    let value = try find(path)
    switch value.className {
    case "char": return try texts(value)
    case "cell":
      guard !value.isEmpty else { return [] }
      let references = try HDF5ArrayFile.told(value.subject) { try value.array?.references() ?? [] }
      try MATLABText.check(count: references.count, value.subject)
      var characters = 0
      return try references.enumerated().map { index, reference in
        let subject = "\(value.subject){\(index + 1)}"
        let inside = try follow(reference, subject)
        // An empty cell is [] or ''.
        if inside.isEmpty { return "" }
        guard inside.className == "char" else {
          throw MATLABFault.unfit(inside.className, wanted: "texts", subject)
        }
        let texts = try texts(inside)
        guard texts.count <= 1 else {
          throw Diagnostic(subject, "holds \(texts.count) rows of text, where one is wanted")
        }
        // Many cells may name one long text.
        characters += texts.first?.utf16.count ?? 0
        guard characters <= Self.mostCharacters else {
          throw Diagnostic(value.subject, "holds more than \(Self.mostCharacters) characters")
        }
        return texts.first ?? ""
      }
    default: throw MATLABFault.unfit(value.className, wanted: "texts", value.subject)
    }
  }

  private func texts(_ value: Value) throws -> [String] {
    guard !value.isEmpty, let array = value.array else { return [] }
    return try HDF5ArrayFile.told(value.subject) {
      if array.cell == .text { return try array.texts() }
      guard array.shape.count <= 2 || array.shape.dropLast(2).allSatisfy({ $0 == 1 }) else {
        throw Diagnostic(
          value.subject, "is text of \(array.shape.count) axes, where at most 2 are wanted")
      }
      let units = try array.numbers().values(as: UInt16.self)
      guard !units.isEmpty else { return [] }
      let rows = array.shape.last ?? 1
      guard let texts = MATLABText.rows(units, rows, columns: units.count / max(rows, 1)) else {
        throw Diagnostic(value.subject, "holds text that is no UTF-16")
      }
      return texts
    }
  }
}
