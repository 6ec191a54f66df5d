public import Diagnostics

/// A delimited table, whole in memory: every row has as many cells as the header.
public struct DelimitedTable: Sendable {
  public struct Row: Sendable, Equatable {
    /// Where it starts, from 1.
    public var line: Int
    public var cells: [String]

    public init(line: Int, cells: [String]) {
      self.line = line
      self.cells = cells
    }
  }

  public let path: String
  /// Names of the columns; of a table without a header their numbers, from 1.
  public let header: [String]
  public let rows: [Row]
  private let form: DelimitedForm

  /// - Parameter delimiter: when absent, a tab for `.tsv` and `.tab`, else a comma.
  /// - Throws: `Diagnostic` when the file cannot be read or is empty; `DiagnosticList` with the
  ///   rows that have too few or too many cells.
  public init(reading path: String, delimiter: Character? = nil, hasHeader: Bool = true) throws {
    try self.init(
      reading: path, form: DelimitedForm(delimiter: delimiter, hasHeader: hasHeader))
  }

  /// - Throws: `Diagnostic` when the file cannot be read or is empty; `DiagnosticList` with the
  ///   rows that have too few or too many cells.
  public init(reading path: String, form: DelimitedForm) throws {
    self.path = path
    self.form = form
    let hasHeader = form.hasHeader
    var reader = try DelimitedReader(reading: path, form: form)
    guard try reader.next() else { throw Self.empty(path) }
    let first = Row(line: reader.line, cells: try Self.cells(reader))
    header = hasHeader ? first.cells : (1...first.cells.count).map(String.init)
    var rows = hasHeader ? [] : [first]
    var faults = FaultList()
    while try reader.next() {
      do {
        try Self.check(reader, wanted: header.count)
        rows.append(Row(line: reader.line, cells: try Self.cells(reader)))
      } catch {
        try faults.add(error)
      }
    }
    try faults.throwAny()
    self.rows = rows
  }

  static func empty(_ path: String) -> Diagnostic {
    Diagnostic(path, "the table is empty", mend: "its first line names the columns")
  }

  /// - Throws: `Diagnostic` at the row when it has other than `wanted` cells.
  static func check(_ reader: DelimitedReader, wanted: Int) throws {
    guard reader.count != wanted else { return }
    let mend =
      reader.count > wanted
      ? "put a cell that holds the delimiter in double quotes"
      : "add the missing cells, empty where there is no value"
    throw Diagnostic(
      SourceLocation(file: reader.path, line: reader.line),
      "\(reader.count) \(reader.count == 1 ? "cell" : "cells") in a table of \(wanted) columns",
      mend: mend)
  }

  private static func cells(_ reader: DelimitedReader) throws -> [String] {
    var cells: [String] = []
    cells.reserveCapacity(reader.count)
    for index in 0..<reader.count { cells.append(try reader.text(index)) }
    return cells
  }

  /// The number of the column called `name`, from 0.
  ///
  /// - Throws: `Diagnostic` with a near name when there is none, or when two have it.
  public func column(_ name: String) throws -> Int {
    try Self.column(name, in: header, path: path)
  }

  static func column(_ name: String, in header: [String], path: String) throws -> Int {
    guard let index = header.firstIndex(of: name) else {
      throw Diagnostic(
        SourceLocation(file: path, line: 1), "the table has no column '\(name)'",
        mend: Suggestions.mend(name, among: header, called: "columns"))
    }
    if header[(index + 1)...].contains(name) {
      throw Diagnostic(
        SourceLocation(file: path, line: 1), "two columns are called '\(name)'",
        mend: "give one of them another name")
    }
    return index
  }

  /// The finite number in a cell.
  ///
  /// - Throws: `Diagnostic` at file, line and column when the cell holds none.
  public func number(_ row: Row, _ column: Int) throws -> Double {
    let outcome = NumberText.parse(row.cells[column])
    if case .number(let number) = outcome { return number }
    throw NumberFault.diagnostic(
      outcome, text: row.cells[column], at: location(of: row, column: column))
  }

  /// Where a cell stands in the file. It is looked up there: only faults need it.
  public func location(of row: Row, column: Int) -> SourceLocation {
    if var reader = try? DelimitedReader(reading: path, form: form) {
      while (try? reader.next()) == true, reader.line <= row.line {
        if reader.line == row.line { return reader.location(column) }
      }
    }
    return SourceLocation(file: path, line: row.line)
  }
}
