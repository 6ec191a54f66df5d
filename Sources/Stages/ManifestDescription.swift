import Configuration
import Dataflow
import Readers

/// A manifest with one row for each recording: CSV, TSV, or JSON lines.
public struct ManifestDescription: Decodable, Hashable, Sendable {
  /// Several classes of a sample.
  public struct Labels: Decodable, Hashable, Sendable {
    public var column: String
    /// Between the classes in a cell of a table; in JSON they are a list.
    public var separator: String

    static let keys: [Key] = [
      .required("column", .string, "Column of the classes."),
      Key(
        "separator", .string, default: ";",
        "What stands between the classes in a cell; in JSON lines they are a list."),
    ]
  }

  public var path: String
  /// Folder that the manifest's paths start from; the manifest's own when `nil`.
  public var root: String?
  public var id: String
  public var label: String?
  public var labels: Labels?
  public var made: TargetDescription?
  public var group: String?
  /// Columns with the part of the files that is meant, s.
  public var start: String?
  public var stop: String?
  public var delimiter: Delimiter?
  /// Names of the columns of a table without a header.
  public var header: [String]?
  public var allowOutside: Bool
  public var modalities: [String: RecordedModality]

  private enum CodingKeys: String, CodingKey {
    case path, root, id, label, labels, group, start, stop, delimiter, header, allowOutside
    case modalities
    case made = "target"
  }

  static let keys: [Key] = [
    .required(
      "path", .path,
      "A table, or JSON lines (.jsonl, .ndjson), with one row for each sample."),
    // The files' content and their names below this folder are in the fingerprint; its place is
    // not.
    Key(
      "root", .path, "Folder that the manifest's paths start from; the manifest's own when absent."
    ).keptOutOfFingerprint,
    Key("id", .string, default: "id", "Column of the sample ids."),
    Key("label", .string, "Column of the class, where a sample has one."),
    Key("labels", .object(Labels.keys), "Column of the classes, where a sample has several."),
    TargetDescription.key,
    Key("group", .string, "Column of what must not be divided between splits, such as a speaker."),
    Key("start", .string, "Column with the start of the part of the files that is meant, s."),
    Key("stop", .string, "Column with the end of that part, s."),
    Delimiter.key("a tab for .tsv, else a comma"),
    Key(
      "header", .nonEmptyList(.string),
      "Names of the columns of a table without a header; when absent, its first line has them."),
    Key(
      "allow-outside", .bool, default: false,
      "Whether a path in the manifest may leave the folder that paths start from."
    ).keptOutOfFingerprint,
    RecordedModality.key,
  ]
}

extension ManifestDescription: RecordingsDescription {
  var parts: [String]? { nil }
  var groupings: [String]? { nil }
  var grouping: String? { group }
  var target: MapDescription? { made?.map }
  var values: ValueDescription? { made?.values }

  func classes(given: [String]?) -> [String]? { values?.columns ?? given }

  var labelling: SampleIndex.Labelling {
    switch made {
    case .map: return .map
    case .values: return .values
    case nil: break
    }
    if labels != nil { return .multiple }
    return label == nil ? .none : .single
  }

  func check(_ split: SplitDescription?, _ classes: [String]?, report: (Complaint) -> Void) {
    let said = [
      label == nil ? nil : "label", labels == nil ? nil : "labels", made == nil ? nil : "target",
    ].compactMap(\.self)
    if said.count > 1 {
      report(
        Complaint(
          ["source", said[1]],
          "\(said.map { "'\($0)'" }.joined(separator: " and ")) both say what the labels are",
          mend: "keep one of them"))
    }
    NameChecks.check(
      header ?? [], called: "column", plural: "columns", among: nil, of: "",
      at: ["source", "header"], report: report)
    if let labels, labels.separator.isEmpty {
      report(
        Complaint(
          ["source", "labels", "separator"], "nothing would stand between the classes",
          mend: "write ';'"))
    }
    for (name, modality) in ordered {
      guard case .table = modality else {
        let column = file(of: name, modality)
        let isLabel =
          column == label || column == labels?.column || values?.columns.contains(column) ?? false
        if isLabel || column == id {
          report(
            Complaint(
              ["source", "modalities", name],
              "column '\(column)' holds the \(column == id ? "id" : "label"), not a file",
              mend: "write 'file: COLUMN', the column with its files"))
        }
        continue
      }
    }
  }

  func layout(
    _ parts: [RequestedPart], classes: [String]?, split: RecordingSplit
  ) throws -> any RecordingLayout {
    let found: ManifestLayout.Labels
    if let target {
      found = .map(
        RequestedPart("target", .file(target.fileName), array: target.name),
        try target.mapValues(classes: classes ?? []))
    } else if let values {
      found = .values(values.columns)
    } else if let labels {
      found = .multiple(labels.column, separator: labels.separator)
    } else {
      found = label.map { .single($0) } ?? .none
    }
    return ManifestLayout(
      path, root: root, id: id, labels: found, classes: classes, split: split, start: start,
      stop: stop, parts: parts, delimiter: delimiter?.character, header: header,
      allowsOutside: allowOutside)
  }
}
