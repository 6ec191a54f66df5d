import Diagnostics

/// A manifest with one row for each recording: CSV, TSV, or JSON lines.
///
/// A cell names a file relative to the manifest; an empty one says that the recording misses the
/// modality. Whether the files exist is found out when they are decoded.
public struct ManifestLayout: RecordingLayout {
  public enum Labels: Sendable, Hashable {
    case none
    /// A column with one class.
    case single(String)
    /// A column with several: a list in JSON, in a table divided by `separator`. An empty cell says
    /// that nobody knows them; an empty list of JSON, that there are none.
    case multiple(String, separator: String)
    /// A file with the class of each pixel.
    case map(RequestedPart, MapValues)
    /// Columns with a number each; an empty cell says that nobody knows it.
    case values([String])
  }

  public var path: String
  public var root: String?
  public var id: String
  public var labels: Labels
  public var classes: [String]?
  public var split: RecordingSplit
  /// Columns with the part of the files that is meant, s on the files' own clock.
  public var start: String?
  public var stop: String?
  public var parts: [RequestedPart]
  public var delimiter: Character?
  /// Names of the columns of a table that does not name them in its first line.
  public var header: [String]?
  public var allowsOutside: Bool

  /// - Parameters:
  ///   - root: the folder that paths start from; that of the manifest when absent.
  ///   - id: column of the ids.
  ///   - classes: the class list in its order; the sorted labels of the data when absent.
  ///   - delimiter: when absent, a tab for `.tsv`, else a comma.
  ///   - header: names of the columns of a table whose first line is a row already.
  ///   - allowsOutside: whether a path may leave the root.
  public init(
    _ path: String, root: String? = nil, id: String = "id", labels: Labels = .none,
    classes: [String]? = nil, split: RecordingSplit, start: String? = nil, stop: String? = nil,
    parts: [RequestedPart], delimiter: Character? = nil, header: [String]? = nil,
    allowsOutside: Bool = false
  ) {
    self.path = path
    self.root = root
    self.id = id
    self.labels = labels
    self.classes = classes
    self.split = split
    self.start = start
    self.stop = stop
    self.parts = parts
    self.delimiter = delimiter
    self.header = header
    self.allowsOutside = allowsOutside
  }

  public func list() throws -> RecordingSet {
    let root =
      self.root.map { DataRoot($0, allowsOutside: allowsOutside) }
      ?? DataRoot(around: path, allowsOutside: allowsOutside)
    var tables = try RequestedTables(reading: parts)
    var columns = Columns()
    let layout = Places(self, &columns)
    var builder = SampleIndexBuilder(
      subject: path, classes: names, labelColumn: layout.labelColumn, labelling: labelling,
      groupColumn: split.group)
    var rows: [[RecordingPart?]] = []
    var maps: [RecordingPart?] = []
    try ManifestRows.read(path, columns: columns.names, header: header, delimiter: delimiter) {
      row in
      let id = try row.text(layout.id) ?? ""
      let range = try range(of: row, layout)
      let found = try parts.indices.map { place in
        try part(parts[place], layout.parts[place], row, range, root)
          ?? tables.part(place, of: id, key: try row.text(layout.parts[place].key))
      }
      var sample = SampleIndexBuilder.Row(id: id, location: row.location)
      sample.group = try row.text(layout.group)
      if layout.split != nil { sample.split = try row.text(layout.split) }
      switch labels {
      case .none: break
      case .single: sample.label = try row.text(layout.label)
      case .multiple(_, let separator):
        sample.labels = layout.label.flatMap { row.cells[$0] }.map { cell in
          switch cell {
          case .list(let labels): labels
          case .text(let text):
            text.split(separator: separator).map { $0.trimmed }.filter { !$0.isEmpty }
          }
        }
      case .values: sample.values = try layout.values.map(row.value)
      case .map(let request, _):
        let map = try layout.map.flatMap { try part(request, $0, row, (nil, nil), root) }
        maps.append(map)
        sample.hasLabelMap = map != nil
      }
      try builder.add(sample)
      rows.append(found)
    }
    let index = try builder.finish(split.rule, isByGroup: split.isByGroup)
    try tables.refuseStrangers(to: index.entries.map(\.id))
    return RecordingSet(index: index, parts: rows, labelMaps: maps, mapValues: mapValues)
  }

  private var labelling: SampleIndex.Labelling {
    switch labels {
    case .none: .none
    case .single: .single
    case .multiple: .multiple
    case .map: .map
    case .values: .values
    }
  }

  /// Of the classes, or of the values.
  private var names: [String]? {
    if case .values(let columns) = labels { columns } else { classes }
  }

  private var mapValues: MapValues? { if case .map(_, let values) = labels { values } else { nil } }

  private func range(
    of row: ManifestRows.Row, _ layout: Places
  ) throws -> (start: Double?, stop: Double?) {
    let start = try row.number(layout.start)
    let stop = try row.number(layout.stop)
    if let start, let stop, stop <= start, let column = layout.stop {
      throw ManifestRows.CellFault(
        column, "the part from \(start) s to \(stop) s is empty", mend: "stop after the start")
    }
    return (start, stop)
  }

  /// A file or a row that cells of the manifest name; `nil` where they are empty.
  private func part(
    _ request: RequestedPart, _ places: Places.Part, _ row: ManifestRows.Row,
    _ range: (start: Double?, stop: Double?), _ root: DataRoot
  ) throws -> RecordingPart? {
    let number = try row.number(places.row)
    if let number, Int(exactly: number).map({ $0 < 0 }) ?? true, let column = places.row {
      throw ManifestRows.CellFault(
        column, "\(number) is no row of a file", mend: "rows are counted from 0")
    }
    let place = number.flatMap { Int(exactly: $0) }
    switch request.place {
    case .file(_, let column):
      guard let cell = try row.text(places.file), let fileColumn = places.file else { return nil }
      if column != nil, place == nil { return nil }
      if cell.utf8.contains(0) {
        throw ManifestRows.CellFault(fileColumn, "a path with a NUL in it", mend: "remove it")
      }
      guard let file = root.file(cell) else {
        let (message, mend) = root.refusal(of: cell)
        throw ManifestRows.CellFault(fileColumn, message, mend: mend)
      }
      return RecordingPart(
        file: file, start: range.start, stop: range.stop, row: place, array: request.array)
    case .table(let table):
      guard let place else { return nil }
      return RecordingPart(file: table.file, row: place)
    }
  }
}

/// Columns that are asked for, each once.
private struct Columns {
  private(set) var names: [String] = []

  mutating func place(_ name: String?) -> Int? {
    guard let name else { return nil }
    if let place = names.firstIndex(of: name) { return place }
    names.append(name)
    return names.count - 1
  }
}

/// Where in a row of wanted cells the values are.
private struct Places {
  struct Part {
    var file: Int?
    var row: Int?
    /// What is looked up in a table, where that is not the id.
    var key: Int?
  }

  let id: Int?
  let label: Int?
  let values: [Int]
  let labelColumn: String?
  let split: Int?
  let group: Int?
  let start: Int?
  let stop: Int?
  let parts: [Part]
  let map: Part?

  init(_ layout: ManifestLayout, _ columns: inout Columns) {
    func part(_ request: RequestedPart) -> Part {
      switch request.place {
      case .file(let file, let row): Part(file: columns.place(file), row: columns.place(row))
      case .table(let table):
        switch table.key {
        case .row(let row): Part(row: columns.place(row))
        case .id(_, let key): Part(key: columns.place(key))
        }
      }
    }
    id = columns.place(layout.id)
    switch layout.labels {
    case .none: labelColumn = nil
    case .single(let name), .multiple(let name, _): labelColumn = name
    case .map(let request, _): labelColumn = request.fileColumn
    case .values(let names): labelColumn = names.joined(separator: "', '")
    }
    switch layout.labels {
    case .map(let request, _): (label, map, values) = (nil, part(request), [])
    case .values(let names):
      (label, map, values) = (nil, nil, names.compactMap { columns.place($0) })
    default: (label, map, values) = (columns.place(labelColumn), nil, [])
    }
    if case .column(let name) = layout.split.rule {
      split = columns.place(name)
    } else {
      split = nil
    }
    group = columns.place(layout.split.group)
    start = columns.place(layout.start)
    stop = columns.place(layout.stop)
    parts = layout.parts.map(part)
  }
}

extension StringProtocol {
  /// Without blanks around it.
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }
}
