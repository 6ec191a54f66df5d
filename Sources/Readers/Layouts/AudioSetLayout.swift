import Diagnostics

/// AudioSet: segments of ten seconds with several classes each, and a folder of the clips that could
/// still be had.
///
/// Segments stand in tables such as `balanced_train_segments.csv`: lines with `#` at their head, then
/// `YTID, start, end, "mid,mid"`; classes in `class_labels_indices.csv`: index, mid, display name.
/// Source: Gemmeke et al., "Audio Set: An ontology and human-labeled dataset for audio events",
/// ICASSP 2017, and the files that come with it.
public struct AudioSetLayout: RecordingLayout {
  public var segments: OfficialFiles
  public var classFile: String
  public var clips: ClipFolders
  /// Display names or mids of the classes that are kept, all when `nil`; their order is that of the
  /// class file.
  public var only: [String]?
  public var split: RecordingSplit
  public var parts: [RequestedPart]

  /// What recordings are grouped by.
  public static let grouping = "video"

  public init(
    segments: OfficialFiles, classFile: String, clips: ClipFolders, only: [String]? = nil,
    split: RecordingSplit, parts: [RequestedPart]
  ) {
    self.segments = segments
    self.classFile = classFile
    self.clips = clips
    self.only = only
    self.split = split
    self.parts = parts
  }

  public func list() throws -> RecordingSet {
    let list = try ClassList(reading: classFile, only: only)
    var builder = SampleIndexBuilder(
      subject: segments.files.count == 1 ? segments.files[0].path : "the segments",
      classes: list.names, labelColumn: "positive_labels", labelling: .multiple,
      groupColumn: Self.grouping)
    var listing = try ClipListing(clips, parts, &builder)
    for file in segments.files { try read(file, list, &listing, &builder) }
    try listing.finish(&builder)
    // Without a rule the files say it all.
    let index = try builder.finish(split.rule, isByGroup: split.isByGroup)
    try listing.tables.refuseStrangers(to: index.entries.map(\.id))
    return RecordingSet(index: index, parts: listing.rows)
  }

  private func read(
    _ file: OfficialFiles.File, _ list: ClassList, _ listing: inout ClipListing,
    _ builder: inout SampleIndexBuilder
  ) throws {
    var reader = try DelimitedReader(reading: file.path, delimiter: ",")
    var count = 0
    while try reader.next() {
      let id = try reader.text(0).trimmed
      if id.hasPrefix("#") || id == "YTID" { continue }
      count += 1
      let location = SourceLocation(file: file.path, line: reader.line)
      guard reader.count >= 4, let start = try Self.time(reader, 1),
        let stop = try Self.time(reader, 2), stop > start, !id.isEmpty
      else {
        try builder.add(
          Diagnostic(
            location, "this is no segment",
            mend: "a line looks like --PJHxphWEs, 30.000, 40.000, \"/m/09x0r,/t/dd00088\""))
        continue
      }
      // A blank before the quote makes it part of the cell, and each class a cell of its own.
      var mids: [String] = []
      for cell in 3..<reader.count {
        mids += try reader.text(cell).split(separator: ",").map {
          $0.trimmed.replacing("\"", with: "")
        }
      }
      mids.removeAll { $0.isEmpty }
      if let unknown = mids.first(where: { !list.isKnown($0) }) {
        try builder.add(
          Diagnostic(
            location, "'\(classFile)' has no class '\(unknown)'",
            mend: "take the class file that belongs to the segments"))
        continue
      }
      let labels = mids.compactMap { list.name(of: $0) }
      if only != nil, labels.isEmpty {
        builder.leaveOut("no class that is asked for")
        continue
      }
      var row = SampleIndexBuilder.Row(id: id, labels: labels, group: id, location: location)
      row.split = file.split == SplitName.train ? nil : file.split
      row.official = file.split
      try listing.add(
        row, stems: ClipIndex.stems(id: id, start: start, stop: stop), to: &builder)
    }
    if count == 0 {
      try builder.add(
        Diagnostic(
          file.path, "there are no segments",
          mend: "a line looks like --PJHxphWEs, 30.000, 40.000, \"/m/09x0r,/t/dd00088\""))
    }
  }

  private static func time(_ reader: DelimitedReader, _ cell: Int) throws -> Double? {
    guard case .number(let time) = NumberText.parse(try reader.text(cell)) else { return nil }
    return time >= 0 ? time : nil
  }

  /// The classes of a class file in its order, or those of them that are asked for.
  public static func classes(of classFile: String, only: [String]?) throws -> [String] {
    try ClassList(reading: classFile, only: only).names
  }
}

/// `class_labels_indices.csv`.
private struct ClassList {
  /// Display names of the classes that are kept.
  let names: [String]
  private let nameOfMid: [String: String]
  private let kept: Set<String>

  /// - Throws: `Diagnostic` when a column is missing, a name comes twice, or `only` names a class
  ///   that there is none of.
  init(reading path: String, only: [String]?) throws {
    let table = try DelimitedTable(reading: path)
    let index = try table.column("index")
    let mid = try table.column("mid")
    let name = try table.column("display_name")
    var rows: [(index: Double, mid: String, name: String)] = []
    for row in table.rows {
      rows.append((try table.number(row, index), row.cells[mid], row.cells[name]))
    }
    rows.sort { $0.index < $1.index }
    var nameOfMid: [String: String] = [:]
    var names: Set<String> = []
    for row in rows {
      if nameOfMid.updateValue(row.name, forKey: row.mid) != nil || !names.insert(row.name).inserted
      {
        throw Diagnostic(
          path, "class '\(row.name)' ('\(row.mid)') stands twice", mend: "keep it once")
      }
    }
    var faults = FaultList()
    var wanted: Set<String> = []
    for word in only ?? rows.map(\.name) {
      if let name = nameOfMid[word] ?? (names.contains(word) ? word : nil) {
        wanted.insert(name)
      } else {
        try faults.add(
          Diagnostic(
            path, "there is no class '\(word)'",
            mend: Suggestions.nearest(to: word, among: names.sorted()).map {
              "did you mean '\($0)'?"
            } ?? "name classes by their display name or mid"))
      }
    }
    try faults.throwAny()
    self.names = rows.map(\.name).filter { wanted.contains($0) }
    self.nameOfMid = nameOfMid
    kept = wanted
  }

  func isKnown(_ mid: String) -> Bool { nameOfMid[mid] != nil }

  /// `nil` when the class is not asked for.
  func name(of mid: String) -> String? {
    nameOfMid[mid].flatMap { kept.contains($0) ? $0 : nil }
  }
}
