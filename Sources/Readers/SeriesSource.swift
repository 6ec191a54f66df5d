import Diagnostics

/// Samples whose manifest points at text files with one time step a line; a modality is a group of
/// columns of such a file.
///
/// A sample misses the modalities of a file whose cell in the manifest is empty. A file that is
/// named and not there is an error.
public struct SeriesSource: IngestSource {
  public struct Modality: Sendable, Hashable {
    public var name: String
    /// Columns of the file, from 0, in the order of the values.
    public var columns: [Int]
    public var names: [String]?
    public var unit: String?
    /// Time steps a second, Hz.
    public var rate: Double
    /// Column of the manifest with the file of this modality.
    public var file: String

    public init(
      name: String, columns: [Int], names: [String]? = nil, unit: String? = nil, rate: Double,
      file: String = "file"
    ) {
      self.name = name
      self.columns = columns
      self.names = names
      self.unit = unit
      self.rate = rate
      self.file = file
    }
  }

  public var manifest: String
  public var root: String?
  public var id: String
  public var label: String?
  public var classes: [String]?
  public var split: SplitRule
  public var groups: [Modality]
  public var delimiter: Character?
  public var skipLines: Int
  public var allowsOutside: Bool

  /// - Parameters:
  ///   - root: the folder that the manifest's paths start from; its own when absent.
  ///   - id: column of the ids.
  ///   - label: column of the classes.
  ///   - classes: the class list in its order; the sorted labels of the data when absent.
  ///   - delimiter: of the manifest and the text files; found out from each of them when absent.
  ///   - skipLines: lines at the head of each text file that are passed over.
  ///   - allowsOutside: whether a path may leave the root.
  public init(
    manifest: String, root: String? = nil, id: String = "id", label: String? = nil,
    classes: [String]? = nil, split: SplitRule, modalities: [Modality],
    delimiter: Character? = nil, skipLines: Int = 0, allowsOutside: Bool = false
  ) {
    self.manifest = manifest
    self.root = root
    self.id = id
    self.label = label
    self.classes = classes
    self.split = split
    self.groups = modalities
    self.delimiter = delimiter
    self.skipLines = skipLines
    self.allowsOutside = allowsOutside
  }

  public func forms(of index: SampleIndex) -> [ModalityForm] {
    groups.map {
      ModalityForm(
        name: $0.name, width: $0.columns.count, isSeries: true, columns: $0.names, unit: $0.unit,
        rate: $0.rate)
    }
  }

  private func readManifest() throws -> SeriesManifest {
    let splitColumn: String? = if case .column(let name) = split { name } else { nil }
    return try SeriesManifest(
      reading: manifest, root: root, id: id, fileColumns: Set(groups.map(\.file)).sorted(),
      label: label, split: splitColumn, delimiter: delimiter, allowsOutside: allowsOutside)
  }

  public func index() throws -> SampleIndex {
    let rows = try readManifest().rows
    var builder = SampleIndexBuilder(subject: manifest, classes: classes, labelColumn: label)
    for row in rows {
      try builder.add(
        .init(
          id: row.id, label: row.label, split: row.split,
          location: SourceLocation(file: manifest, line: row.line)))
    }
    return try builder.finish(split)
  }

  public func read(
    _ index: SampleIndex, as forms: [ModalityForm], _ body: (SampleOutcome) throws -> Void
  ) throws {
    let manifest = try readManifest()
    let groupsOfFile = manifest.fileColumns.map { column in
      groups.indices.filter { groups[$0].file == column }
    }
    var faults = FaultList()
    for entry in index.entries {
      guard manifest.rows.indices.contains(entry.row), manifest.rows[entry.row].id == entry.id
      else {
        throw Diagnostic(
          manifest.path, "the manifest changed while it was read", mend: "run again")
      }
      let row = manifest.rows[entry.row]
      var values: [SampleRecord.Values?] = Array(repeating: nil, count: groups.count)
      do {
        for (file, members) in zip(row.files, groupsOfFile) {
          guard let file else { continue }
          for (group, found) in zip(members, try read(file.path, members)) { values[group] = found }
        }
      } catch {
        try faults.add(error)
        continue
      }
      if faults.isEmpty { try body(.sample(SampleRecord(entry: entry, modalities: values))) }
    }
    try faults.throwAny()
  }

  /// The values of several groups of one file, which is read once.
  private func read(_ path: String, _ members: [Int]) throws -> [SampleRecord.Values] {
    let all = members.flatMap { groups[$0].columns }
    let columns = Array(Set(all)).sorted()
    let (values, steps) = try SeriesText.read(
      path, columns: columns, delimiter: delimiter, skipping: skipLines)
    let places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
    return members.map { member in
      let slots = groups[member].columns.compactMap { places[$0] }
      if slots == Array(columns.indices) { return .init(values, steps: steps) }
      var part: [Float] = []
      part.reserveCapacity(steps * slots.count)
      for step in 0..<steps {
        for slot in slots { part.append(values[step * columns.count + slot]) }
      }
      return .init(part, steps: steps)
    }
  }
}
