import Configuration
import Diagnostics

/// The rows of a manifest, and of them the wanted columns: CSV or TSV, or JSON lines (`.jsonl`,
/// `.ndjson`), one object a line, whose keys are the columns.
enum ManifestRows {
  enum Cell: Sendable, Equatable {
    case text(String)
    /// Of JSON alone.
    case list([String])
  }

  struct Row: Sendable {
    var line: Int
    /// One for each wanted column; `nil` where the cell is empty, null or not there.
    var cells: [Cell?]
    var path: String

    var location: SourceLocation { SourceLocation(file: path, line: line) }

    /// - Throws: `CellFault` when the cell holds a list.
    func text(_ column: Int?) throws -> String? {
      guard let column else { return nil }
      switch cells[column] {
      case nil: return nil
      case .text(let text): return text
      case .list:
        throw CellFault(column, "a list, where one value is wanted", mend: "write one value")
      }
    }

    /// - Throws: `CellFault` when the cell holds no finite number.
    func number(_ column: Int?) throws -> Double? {
      guard let column, let text = try text(column) else { return nil }
      guard case .number(let number) = NumberText.parse(text) else {
        throw CellFault(
          column, "'\(text)' is no number", mend: "numbers look like 12, -0.5 or 1.5e-3")
      }
      return number
    }

    /// What a sample is labelled with; `nil` where the cell is empty.
    ///
    /// - Throws: `CellFault` when the cell holds no number that is finite in 32 bits.
    func value(_ column: Int) throws -> Float? {
      guard let text = try text(column) else { return nil }
      switch NumberText.parse(text) {
      case .empty: return nil
      case .number(let number):
        if Float(number).isFinite { return Float(number) }
        throw CellFault(
          column, "'\(text)' is too large for a 32-bit float", mend: "take a larger unit")
      case .notFinite:
        throw CellFault(
          column, "'\(text)' is not a finite number",
          mend: "leave the cell empty where nobody knows the value")
      case .notANumber:
        throw CellFault(
          column, "'\(text)' is no number", mend: "numbers look like 12, -0.5 or 1.5e-3")
      }
    }
  }

  /// What is wrong with a cell of the row that is being looked at.
  struct CellFault: Error {
    var column: Int
    var message: String
    var mend: String

    init(_ column: Int, _ message: String, mend: String) {
      self.column = column
      self.message = message
      self.mend = mend
    }
  }

  static func isJSONLines(_ path: String) -> Bool {
    let lower = path.lowercased()
    return lower.hasSuffix(".jsonl") || lower.hasSuffix(".ndjson")
  }

  /// Calls `body` for each row.
  ///
  /// - Parameters:
  ///   - header: names of the columns of a table that does not name them in its first line.
  ///   - body: may throw `CellFault`, which gets its place here.
  /// - Throws: `Diagnostic`, or `DiagnosticList` with the first twenty faults.
  static func read(
    _ path: String, columns: [String], header: [String]? = nil, delimiter: Character?,
    _ body: (Row) throws -> Void
  ) throws {
    if isJSONLines(path) {
      try readJSON(path, columns: columns, body)
    } else {
      try readTable(path, columns: columns, header: header, delimiter: delimiter, body)
    }
  }

  private static func readTable(
    _ path: String, columns: [String], header given: [String]?, delimiter: Character?,
    _ body: (Row) throws -> Void
  ) throws {
    var reader = try DelimitedReader(reading: path, delimiter: delimiter)
    var header = given ?? []
    if given == nil {
      guard try reader.next() else { throw DelimitedTable.empty(path) }
      for index in 0..<reader.count { header.append(try reader.text(index)) }
    }
    var faults = FaultList()
    var places: [Int] = []
    for name in columns {
      do {
        places.append(try DelimitedTable.column(name, in: header, path: path))
      } catch {
        try faults.add(error)
      }
    }
    try faults.throwAny()
    while try reader.next() {
      do {
        try DelimitedTable.check(reader, wanted: header.count)
        let cells = try places.map { place -> Cell? in
          let text = try reader.text(place)
          return text.isEmpty ? nil : .text(text)
        }
        try body(Row(line: reader.line, cells: cells, path: path))
      } catch let fault as CellFault {
        try faults.add(
          Diagnostic(reader.location(places[fault.column]), fault.message, mend: fault.mend))
      } catch {
        try faults.add(error)
      }
    }
    try faults.throwAny()
  }

  private static func readJSON(
    _ path: String, columns: [String], _ body: (Row) throws -> Void
  ) throws {
    let bytes = try TextFile.bytes(of: path)
    var faults = FaultList()
    var seen: Set<String> = []
    var line = 0
    for text in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      line += 1
      if text.allSatisfy(NumberText.isBlank) { continue }
      let location = SourceLocation(file: path, line: line)
      do {
        let value: Value
        do {
          value = try Value(json: Array(text))
        } catch {
          throw Diagnostic(
            SourceLocation(file: path, line: line, column: error.offset + 1), error.message,
            mend: "each line is one JSON object")
        }
        guard let members = value.objectValue else {
          throw Diagnostic(location, "no JSON object", mend: "each line is one: {\"id\": …}")
        }
        seen.formUnion(members.keys)
        let cells = try columns.enumerated().map { column, name in
          try members[name].flatMap { try cell($0, column) }
        }
        try body(Row(line: line, cells: cells, path: path))
      } catch let fault as CellFault {
        try faults.add(
          Diagnostic(location, "'\(columns[fault.column])': \(fault.message)", mend: fault.mend))
      } catch {
        try faults.add(error)
      }
    }
    if line == 0 || seen.isEmpty, faults.isEmpty {
      throw Diagnostic(path, "there are no samples", mend: "each line is one JSON object")
    }
    for name in columns where !seen.contains(name) {
      try faults.add(
        Diagnostic(
          path, "no line has the key '\(name)'",
          mend: Suggestions.mend(name, among: seen.sorted(), called: "keys")))
    }
    try faults.throwAny()
  }

  private static func cell(_ value: Value, _ column: Int) throws -> Cell? {
    switch value {
    case .null: return nil
    case .array(let items):
      return .list(
        try items.map {
          guard let text = text($0) else {
            throw CellFault(
              column, "a list of more than words and numbers", mend: "write plain values")
          }
          return text
        })
    case .object:
      throw CellFault(column, "an object, where one value is wanted", mend: "write one value")
    default: return text(value).flatMap { $0.isEmpty ? nil : .text($0) }
    }
  }

  private static func text(_ value: Value) -> String? {
    switch value {
    case .string(let text): text
    case .integer, .double, .bool: value.canonicalJSON
    case .null, .array, .object: nil
    }
  }
}
