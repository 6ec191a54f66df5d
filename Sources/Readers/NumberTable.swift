public import Arrays
import Diagnostics

/// Some columns of numbers of a delimited table, all rows of them in memory.
public struct NumberTable: Sendable {
  /// Their names; of a table without a header `nil`.
  public let columns: [String]?
  /// float32 `[rows, columns]`
  public let values: NumberArray

  /// - Parameters:
  ///   - columns: names in the header, or numbers from 1 and ranges of them, as in `1-100`.
  ///   - delimiter: when absent, a tab for `.tsv` and `.tab`, else a comma.
  /// - Throws: `Diagnostic`, or `DiagnosticList` with the first twenty faults, at their places: a
  ///   column that is not there, a row of another length than the first, a cell that holds no
  ///   finite number.
  public static func read(
    _ path: String, columns pieces: [String], hasHeader: Bool = true, delimiter: Character? = nil
  ) throws -> NumberTable {
    var reader = try DelimitedReader(reading: path, delimiter: delimiter)
    guard try reader.next() else { throw DelimitedTable.empty(path) }
    let width = reader.count
    var header: [String]?
    if hasHeader { header = try (0..<width).map { try reader.text($0) } }
    let chosen = try places(pieces, header: header, width: width, path: path)
    return NumberTable(
      columns: header.map { names in chosen.map { names[$0] } },
      values: try DelimitedNumbers.read(
        path, columns: chosen, form: DelimitedForm(delimiter: delimiter, hasHeader: hasHeader)))
  }

  private static func places(
    _ pieces: [String], header: [String]?, width: Int, path: String
  ) throws -> [Int] {
    var faults = FaultList()
    var places: [Int] = []
    for piece in pieces {
      if let place = header?.firstIndex(of: piece) {
        places.append(place)
      } else if let numbers = try? ColumnList.parse(piece) {
        if let beyond = numbers.first(where: { $0 >= width }) {
          try faults.add(
            Diagnostic(
              path, "column \(beyond + 1) is wanted, and the table has \(width)",
              mend: "correct 'columns'"))
        }
        places += numbers
      } else {
        try faults.add(
          Diagnostic(
            path, "the table has no column '\(piece)'",
            mend: header.map { Suggestions.mend(piece, among: $0, called: "columns") }
              ?? "a table without a header has numbers for columns, as in 1-100"))
      }
    }
    try faults.throwAny()
    return places
  }
}
