import Diagnostics

/// Samples that are the rows of a delimited table, or of one table for each split.
///
/// A sample misses a modality when all of its cells are empty.
public struct TableSource: IngestSource {
  public enum Tables: Sendable, Hashable {
    case one(String, split: SplitRule)
    case perSplit([SplitFile])
  }

  public struct Modality: Sendable, Hashable {
    public var name: String
    /// Names of the columns, in the order of the values.
    public var columns: [String]
    public var unit: String?

    public init(name: String, columns: [String], unit: String? = nil) {
      self.name = name
      self.columns = columns
      self.unit = unit
    }
  }

  public var tables: Tables
  public var id: String
  public var label: String?
  public var classes: [String]?
  /// Columns of the values of a regression, in place of a label.
  public var values: [String]
  public var columns: [Modality]
  public var delimiter: Character?

  /// - Parameters:
  ///   - id: column of the ids.
  ///   - label: column of the classes; a table of unlabelled samples may lack it.
  ///   - classes: the class list in its order; the sorted labels of the data when absent.
  ///   - values: columns with a number each, in place of a label; an empty cell says that nobody knows it.
  ///   - delimiter: when absent, a tab for `.tsv` and `.tab`, else a comma.
  public init(
    _ tables: Tables, id: String = "id", label: String? = nil, classes: [String]? = nil,
    values: [String] = [], modalities: [Modality], delimiter: Character? = nil
  ) {
    self.tables = tables
    self.id = id
    self.label = label
    self.classes = classes
    self.values = values
    self.columns = modalities
    self.delimiter = delimiter
  }

  public func forms(of index: SampleIndex) -> [ModalityForm] {
    columns.map {
      ModalityForm(
        name: $0.name, width: $0.columns.count, isSeries: false, columns: $0.columns,
        unit: $0.unit)
    }
  }

  private var files: [(path: String, split: String?)] {
    switch tables {
    case .one(let path, _): [(path, nil)]
    case .perSplit(let files): files.map { ($0.path, $0.split) }
    }
  }

  private var splitRule: SplitRule? {
    if case .one(_, let split) = tables { split } else { nil }
  }

  private var splitColumn: String? {
    if case .column(let name) = splitRule { name } else { nil }
  }

  public func index() throws -> SampleIndex {
    let subject = files.count == 1 ? files[0].path : "the tables"
    var builder =
      values.isEmpty
      ? SampleIndexBuilder(subject: subject, classes: classes, labelColumn: label)
      : SampleIndexBuilder(
        subject: subject, classes: values, labelColumn: values.joined(separator: "', '"),
        labelling: .values)
    for file in files {
      do {
        try index(file.path, split: file.split, into: &builder)
      } catch {
        try builder.add(error)
      }
    }
    return try builder.finish(splitRule)
  }

  private func index(
    _ path: String, split: String?, into builder: inout SampleIndexBuilder
  ) throws {
    var table = try Table(reading: path, self, split: split)
    var count = 0
    while try table.reader.next() {
      count += 1
      do {
        try DelimitedTable.check(table.reader, wanted: table.header.count)
        let label = try table.label.map { try table.reader.text($0) }
        try builder.add(
          .init(
            id: try table.reader.text(table.id), label: label.flatMap { $0.isEmpty ? nil : $0 },
            values: try table.values.map { try $0.flatMap { try Self.value($0, table.reader) } },
            split: try split ?? table.split.map { try table.reader.text($0) },
            location: SourceLocation(file: path, line: table.reader.line)))
      } catch {
        try builder.add(error)
      }
    }
    if count == 0, let split {
      throw Diagnostic(
        path, "the \(split) split is empty", mend: "a row under the header is a sample")
    }
  }

  public func read(
    _ index: SampleIndex, as forms: [ModalityForm], _ body: (SampleOutcome) throws -> Void
  ) throws {
    var faults = FaultList()
    var entries = index.entries[...]
    var row = 0
    for file in files {
      var table = try Table(reading: file.path, self, split: file.split)
      while try table.reader.next() {
        defer { row += 1 }
        guard let entry = entries.first, entry.row == row else { continue }
        entries.removeFirst()
        let record: SampleRecord
        do {
          try DelimitedTable.check(table.reader, wanted: table.header.count)
          guard try table.reader.text(table.id) == entry.id else { throw Self.changed(file.path) }
          record = SampleRecord(
            entry: entry, modalities: try table.modalities.map { try Self.values($0, table.reader) }
          )
        } catch {
          try faults.add(error)
          continue
        }
        if faults.isEmpty { try body(.sample(record)) }
      }
    }
    try faults.throwAny()
    if !entries.isEmpty { throw Self.changed(files.map(\.path).joined(separator: ", ")) }
  }

  private static func changed(_ path: String) -> Diagnostic {
    Diagnostic(path, "the table changed while it was read", mend: "run again")
  }

  /// `nil` of an empty cell.
  private static func value(_ column: Int, _ reader: DelimitedReader) throws -> Float? {
    if reader.isEmpty(column) { return nil }
    let text = try reader.text(column)
    if case .notFinite = NumberText.parse(text) {
      throw NumberFault.noValue(text, at: reader.location(column))
    }
    let value = Float(try reader.number(column))
    guard value.isFinite else { throw NumberFault.tooLarge(text, at: reader.location(column)) }
    return value
  }

  private static func values(
    _ columns: [Int], _ reader: DelimitedReader
  ) throws -> SampleRecord.Values? {
    if columns.allSatisfy({ reader.isEmpty($0) }) { return nil }
    return .init(
      try columns.map { column in
        let value = Float(try reader.number(column))
        guard value.isFinite else {
          throw NumberFault.tooLarge(try reader.text(column), at: reader.location(column))
        }
        return value
      })
  }

  /// An open table with its columns found.
  private struct Table {
    var reader: DelimitedReader
    let header: [String]
    let id: Int
    let label: Int?
    /// One for each value; `nil` where the table has no such column.
    let values: [Int?]
    let split: Int?
    let modalities: [[Int]]

    /// - Throws: every column that is not there.
    init(reading path: String, _ source: TableSource, split: String?) throws {
      var reader = try DelimitedReader(reading: path, delimiter: source.delimiter)
      guard try reader.next() else { throw DelimitedTable.empty(path) }
      var names: [String] = []
      for index in 0..<reader.count { names.append(try reader.text(index)) }
      header = names
      self.reader = reader
      var faults = FaultList()
      func find(_ name: String) throws -> Int {
        do {
          return try DelimitedTable.column(name, in: names, path: path)
        } catch {
          try faults.add(error)
          return 0
        }
      }
      id = try find(source.id)
      // Somebody else's D_u need not have a column of labels.
      let mayLackLabel = split == SplitName.unlabelled
      label = try source.label.flatMap { name in
        mayLackLabel && !names.contains(name) ? nil : try find(name)
      }
      values = try source.values.map { name in
        mayLackLabel && !names.contains(name) ? nil : try find(name)
      }
      self.split = try source.splitColumn.map { try find($0) }
      modalities = try source.columns.map { try $0.columns.map { try find($0) } }
      try faults.throwAny()
    }
  }
}
