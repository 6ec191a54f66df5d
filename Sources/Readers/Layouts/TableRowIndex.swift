import Diagnostics

/// Which row of a table belongs to which sample: its column of ids, read once.
struct TableRowIndex: Sendable {
  let file: DataFile
  private let rows: [String: Int]
  private let first: String?

  /// Rows are counted from 0, without the header and without blank lines.
  ///
  /// - Throws: `Diagnostic` when the table has no such column; `DiagnosticList` with the ids that
  ///   stand twice.
  init(reading table: TableRows, id: String) throws {
    file = table.file
    var reader = try DelimitedReader(reading: table.path, delimiter: table.delimiter)
    var column: Int?
    if table.hasHeader {
      guard try reader.next() else { throw DelimitedTable.empty(table.path) }
      var names: [String] = []
      for index in 0..<reader.count { names.append(try reader.text(index)) }
      column = try DelimitedTable.column(id, in: names, path: table.path)
    } else {
      column = Int(id).map { $0 - 1 }
    }
    guard let column, column >= 0 else {
      throw Diagnostic(
        table.path, "'\(id)' is no column of a table without a header",
        mend: "number the columns from 1")
    }
    var rows: [String: Int] = [:]
    var first: String?
    var faults = FaultList()
    var row = 0
    while try reader.next() {
      defer { row += 1 }
      guard column < reader.count else {
        try faults.add(
          Diagnostic(
            SourceLocation(file: table.path, line: reader.line),
            "\(reader.count) cells, where ids are in column \(column + 1)",
            mend: "add the missing cells"))
        continue
      }
      let name = try reader.text(column)
      if rows.updateValue(row, forKey: name) != nil {
        try faults.add(
          Diagnostic(
            reader.location(column), "id '\(name)' stands twice", mend: "keep one of the rows"))
      }
      first = first ?? name
    }
    try faults.throwAny()
    self.rows = rows
    self.first = first
  }

  subscript(id: String) -> RecordingPart? { rows[id].map { RecordingPart(file: file, row: $0) } }

  /// - Throws: `Diagnostic` when not one of the samples is in the table.
  func refuseStrangers(to ids: some Sequence<String>, modality: String) throws {
    var example: String?
    for id in ids {
      if rows[id] != nil { return }
      example = example ?? id
    }
    guard let example else { return }
    throw Diagnostic(
      file.path,
      "no row of modality '\(modality)' has the id of a sample, such as '\(example)'"
        + (first.map { "; the first row has '\($0)'" } ?? ""),
      mend: "check 'id' of the modality")
  }
}

/// The tables that modalities are rows of.
struct RequestedTables {
  /// By place in the list of requests.
  private var indices: [Int: TableRowIndex] = [:]
  /// Of tables in which something else than samples' own ids is looked up: what was, whether it
  /// was there or not.
  private var lookedUp: [Int: [Bool: String]] = [:]
  private let requests: [RequestedPart]

  /// - Throws: `Diagnostic` or `DiagnosticList` with what is wrong in the tables.
  init(reading requests: [RequestedPart]) throws {
    self.requests = requests
    var faults = FaultList()
    for (place, request) in requests.enumerated() {
      guard case .table(let table) = request.place, case .id(let column, let key) = table.key
      else { continue }
      if key != nil { lookedUp[place] = [:] }
      do {
        indices[place] = try TableRowIndex(reading: table, id: column)
      } catch {
        try faults.add(error)
      }
    }
    try faults.throwAny()
  }

  /// The row of a sample in the table that request `place` asks for.
  func part(_ place: Int, of id: String) -> RecordingPart? { indices[place]?[id] }

  /// The same, where a cell of the manifest may say whose row is meant.
  mutating func part(_ place: Int, of id: String, key: String?) -> RecordingPart? {
    guard lookedUp[place] != nil else { return part(place, of: id) }
    guard let key else { return nil }
    let found = part(place, of: key)
    if lookedUp[place]?[found != nil] == nil { lookedUp[place]?[found != nil] = key }
    return found
  }

  /// - Throws: `Diagnostic` about each table without a row of any sample.
  func refuseStrangers(to ids: some Collection<String>) throws {
    var faults = FaultList()
    for (place, index) in indices.sorted(by: { $0.key < $1.key }) {
      do {
        let modality = requests[place].modality
        if let keys = lookedUp[place] {
          try index.refuseStrangers(
            to: [keys[true], keys[false]].compactMap(\.self), modality: modality)
        } else {
          try index.refuseStrangers(to: ids, modality: modality)
        }
      } catch {
        try faults.add(error)
      }
    }
    try faults.throwAny()
  }
}
