/// What a layout shall find for one modality of each recording.
public struct RequestedPart: Sendable, Hashable {
  public enum Place: Sendable, Hashable {
    /// A file: the column of a manifest with its path, or a part that the layout knows by this
    /// name (`audio`, `video`, `rgb`).
    ///
    /// - `row`: the column with the row in the file, from 0, where a file holds many samples.
    case file(String, row: String? = nil)
    /// A row of a table.
    case table(TableRows)
  }

  public var place: Place
  /// Name of the modality, for messages.
  public var modality: String
  /// Name of the array in the file, if it holds several.
  public var array: String?

  public init(_ modality: String, _ place: Place, array: String? = nil) {
    self.modality = modality
    self.place = place
    self.array = array
  }

  var fileColumn: String? { if case .file(let column, _) = place { column } else { nil } }
}

/// A table with one row for each sample, and how the row of a sample is found.
public struct TableRows: Sendable, Hashable {
  public enum Key: Sendable, Hashable {
    /// The column of the table with the sample ids: its name, or its number from 1 in a table
    /// without a header.
    ///
    /// - of: the column of the manifest that holds the id looked for; the sample's own when `nil`.
    case id(String, of: String? = nil)
    /// The column of the manifest with the number of the row, from 0.
    case row(String)
  }

  public var path: String
  public var key: Key
  public var hasHeader: Bool
  public var delimiter: Character?

  public init(_ path: String, _ key: Key, hasHeader: Bool = true, delimiter: Character? = nil) {
    self.path = path
    self.key = key
    self.hasHeader = hasHeader
    self.delimiter = delimiter
  }

  var file: DataFile {
    DataFile(name: path.split(separator: "/").last.map(String.init) ?? path, path: path)
  }
}
