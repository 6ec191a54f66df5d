import Diagnostics

/// Columns as people write them: `1-3`, `7`, `1-3, 28-36`, counted from 1.
public enum ColumnList {
  /// The columns in the order of the text, counted from 0.
  ///
  /// - Throws: `Diagnostic` when a piece is neither a number nor a rising range, or a column comes
  ///   twice.
  public static func parse(_ text: String) throws -> [Int] { try parse([text]) }

  /// The same of several texts.
  public static func parse(_ pieces: [String]) throws -> [Int] {
    var columns: [Int] = []
    for piece in pieces.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
      for column in try range(of: piece) {
        if columns.contains(column - 1) {
          throw Diagnostic(
            "columns", "column \(column) comes twice", mend: "name every column once")
        }
        columns.append(column - 1)
      }
    }
    return columns
  }

  /// The largest column number that is taken for one.
  static let limit = 1_000_000

  private static func range(of piece: Substring) throws -> ClosedRange<Int> {
    let ends = piece.split(separator: "-", omittingEmptySubsequences: false).map {
      Int($0.filter { $0 != " " })
    }
    let mend = "write numbers from 1 and ranges, as in 1-3, 28-36"
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else {
      throw Diagnostic("columns", "'\(piece)' is no column and no range of columns", mend: mend)
    }
    guard first >= 1, last <= limit else {
      throw Diagnostic("columns", "columns are counted from 1, and '\(piece)' is not", mend: mend)
    }
    guard first <= last else {
      throw Diagnostic(
        "columns", "the range '\(piece)' runs backwards", mend: "write \(last)-\(first)")
    }
    return first...last
  }
}
