import Diagnostics

/// A table with one row for each sample, whose cells name the files of the sample.
public struct SeriesManifest: Sendable {
  /// A file that a row points at.
  public typealias File = DataFile

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
    let root =
      root.map { DataRoot($0, allowsOutside: allowsOutside) }
      ?? DataRoot(around: path, allowsOutside: allowsOutside)
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
              guard let file = root.file(cell) else {
                let (message, mend) = root.refusal(of: cell)
                throw Diagnostic(table.location(of: row, column: column), message, mend: mend)
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
}
