import Diagnostics
import Foundation

/// A table with one row for each sample, whose cells name the files of the sample.
public struct SeriesManifest: Sendable {
  /// A file that a row points at.
  public struct File: Hashable, Sendable {
    /// Its path below the root; as written where it lies outside.
    public var name: String
    /// Absolute when the root is.
    public var path: String

    public init(name: String, path: String) {
      self.name = name
      self.path = path
    }
  }

  public struct Row: Sendable, Equatable {
    public var line: Int
    public var id: String
    /// `nil` without a column of labels, or when the cell is empty.
    public var label: String?
    /// The word in the column of splits, if there is one.
    public var split: String?
    /// One for each of `fileColumns`; `nil` where the cell is empty.
    public var files: [File?]
  }

  public let path: String
  public let fileColumns: [String]
  public let rows: [Row]

  /// - Parameters:
  ///   - root: the folder that paths start from; that of the manifest when absent.
  ///   - split: the column with the words labelled, unlabelled, test.
  ///   - allowsOutside: whether a path may leave the root.
  /// - Throws: `Diagnostic`, or `DiagnosticList` with the first twenty faults, at their places.
  public init(
    reading path: String, root: String? = nil, id: String, fileColumns: [String],
    label: String? = nil, split: String? = nil, delimiter: Character? = nil,
    allowsOutside: Bool = false
  ) throws {
    self.path = path
    self.fileColumns = fileColumns
    let table = try DelimitedTable(reading: path, delimiter: delimiter)
    let root = root ?? URL(fileURLWithPath: path).deletingLastPathComponent().path
    var faults = FaultList()
    func column(_ name: String?) throws -> Int? {
      guard let name else { return nil }
      do {
        return try table.column(name)
      } catch {
        try faults.add(error)
        return nil
      }
    }
    let idColumn = try column(id)
    let labelColumn = try column(label)
    let splitColumn = try column(split)
    let columns = try fileColumns.compactMap(column)
    try faults.throwAny()
    guard let idColumn else { throw DiagnosticList(faults.diagnostics) }
    var rows: [Row] = []
    rows.reserveCapacity(table.rows.count)
    for row in table.rows {
      do {
        rows.append(
          Row(
            line: row.line, id: row.cells[idColumn],
            label: labelColumn.map { row.cells[$0] }.flatMap { $0.isEmpty ? nil : $0 },
            split: splitColumn.map { row.cells[$0] },
            files: try columns.map { column in
              let cell = row.cells[column]
              if cell.isEmpty { return nil }
              guard let file = Self.file(cell, root: root, allowsOutside: allowsOutside) else {
                throw Diagnostic(
                  table.location(of: row, column: column),
                  "'\(cell)' leaves the folder '\(root)' that paths start from",
                  mend: "move the file, set 'root', or say 'allow-outside: true'")
              }
              return file
            }))
      } catch {
        try faults.add(error)
      }
    }
    try faults.throwAny()
    self.rows = rows
  }

  /// Every file once, in the order of their names.
  public func files() -> [File] {
    Set(rows.flatMap { $0.files.compactMap(\.self) }).sorted { $0.name < $1.name }
  }

  /// - Returns: `nil` when the path leaves the root and may not.
  static func file(_ cell: String, root: String, allowsOutside: Bool) -> File? {
    let base = normal(root)
    let path = normal(cell.hasPrefix("/") ? cell : root + "/" + cell)
    let prefix = base == "/" ? base : base + "/"
    if path.hasPrefix(prefix) {
      return File(name: String(path.dropFirst(prefix.count)), path: path)
    }
    return allowsOutside ? File(name: cell, path: path) : nil
  }

  /// Without `.`, `..` and doubled slashes. Links are not followed: whoever linked a file into the
  /// folder meant it to be there.
  static func normal(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !path.hasPrefix("/") {
        parts.append(part)
      }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}
