/// How a data set lies in a folder: which recordings there are, what each is labelled with, and
/// where its parts are. Says nothing of how a part is decoded.
public protocol RecordingLayout: Sendable {
  /// Lists the recordings, with labels and splits checked.
  ///
  /// - Throws: `Diagnostic`, or `DiagnosticList` with the first twenty faults, at their places.
  func list() throws -> RecordingSet
}

/// The recordings of a data set.
public struct RecordingSet: Sendable {
  public var index: SampleIndex
  /// By `SampleIndex.Entry.row`, then one for each modality that the layout was asked for, in that
  /// order; `nil` where the recording has none.
  public var parts: [[RecordingPart?]]
  /// By row: where the label map is; empty when labels are none of maps.
  public var labelMaps: [RecordingPart?]
  /// What the values of the label maps mean; `nil` when there are none.
  public var mapValues: MapValues?

  public init(
    index: SampleIndex, parts: [[RecordingPart?]], labelMaps: [RecordingPart?] = [],
    mapValues: MapValues? = nil
  ) {
    self.index = index
    self.parts = parts
    self.labelMaps = labelMaps
    self.mapValues = mapValues
  }

  /// Every file that an indexed recording points at, once, in the order of their names.
  public var files: [DataFile] {
    var files: Set<DataFile> = []
    for entry in index.entries {
      for case let part? in parts[entry.row] { files.insert(part.file) }
      if labelMaps.indices.contains(entry.row), let map = labelMaps[entry.row] {
        files.insert(map.file)
      }
    }
    return files.sorted { $0.name < $1.name }
  }
}

/// A file of a data set.
public struct DataFile: Hashable, Sendable {
  /// Its path below the root, which moves with the data; as written where it lies outside.
  public var name: String
  public var path: String

  public init(name: String, path: String) {
    self.name = name
    self.path = path
  }
}

/// Where one modality of a recording is.
public struct RecordingPart: Hashable, Sendable {
  public var file: DataFile
  /// The wanted part on the file's own clock, s; `nil` stands for its start or end.
  public var start: Double?
  public var stop: Double?
  /// Which row of the file it is, from 0, where the file holds many samples: a table, an array.
  public var row: Int?
  /// Which array of the file it is, where the layout knows: a name in a MATLAB file.
  public var array: String?

  public init(
    file: DataFile, start: Double? = nil, stop: Double? = nil, row: Int? = nil,
    array: String? = nil
  ) {
    self.file = file
    self.start = start
    self.stop = stop
    self.row = row
    self.array = array
  }
}
