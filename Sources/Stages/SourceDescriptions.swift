import Configuration
import Dataflow
import Diagnostics
import Readers

/// Two interleaving half circles in the manner of scikit-learn's `make_moons`.
public struct TwoMoonsDescription: Decodable, Hashable, Sendable {
  public var samples: Int
  /// Standard deviation of the Gaussian noise on both coordinates.
  public var noise: Double
  public var seed: Int

  /// The x-coordinate and the y-coordinate.
  public static let modalities = ["xa", "xb"]
  /// The upper moon and the lower.
  public static let classes = ["0", "1"]

  static let keys: [Key] = [
    Key("samples", .integer(4...100_000_000), default: 500, "Points of both moons together."),
    Key(
      "noise", .nonNegativeNumber, default: 0.1,
      "Standard deviation of the Gaussian noise on both coordinates."),
    Key("seed", .count, default: 42, "Draws the points."),
  ]
}

/// A delimited table with a header and one row for each sample.
public struct TableDescription: Decodable, Hashable, Sendable {
  public struct Modality: Decodable, Hashable, Sendable {
    /// Names of the columns, in the order of the values.
    public var columns: [String]
    public var unit: String?

    private enum CodingKeys: String, CodingKey { case columns, unit }

    public init(from decoder: any Decoder) throws {
      if let names = try? decoder.singleValueContainer().decode([String].self) {
        columns = names
        return
      }
      let container = try decoder.container(keyedBy: CodingKeys.self)
      columns = try container.decode([String].self, forKey: .columns)
      unit = try container.decodeIfPresent(String.self, forKey: .unit)
    }
  }

  /// The one table, split by the stage's `split`; or `files`.
  public var path: String?
  /// One table for each split.
  public var files: SplitFiles?
  public var delimiter: Delimiter?
  public var id: String
  public var label: String?
  /// The numbers that samples are labelled with, in place of a class.
  public var target: ValueDescription?
  public var modalities: [String: Modality]

  static let keys: [Key] = [
    Key("path", .path, "The table, which the stage's 'split' divides."),
    Key(
      "files", .object(SplitFiles.keys("The table of")),
      "One table for each split, in place of 'path' and 'split'."),
    Delimiter.key("a tab for .tsv, else a comma"),
    Key("id", .string, default: "id", "Column of the sample ids."),
    Key("label", .string, "Column of the classes, by name."),
    ValueDescription.key,
    .required(
      "modalities",
      .map(
        .either([
          .nonEmptyList(.string),
          .object([
            .required("columns", .nonEmptyList(.string), "Names of the columns, in their order."),
            Key("unit", .string, "Unit of the values, as in m/s²."),
          ]),
        ])), "Each modality by name, with the columns that it is made of."),
  ]

  func check(report: (Complaint) -> Void) {
    switch (path, files) {
    case (nil, nil):
      report(
        Complaint(
          ["source"], "nothing says which table to read",
          mend: "add 'path: TABLE', or 'files: {labelled: …, unlabelled: …, test: …}'"))
    case (.some, .some):
      report(
        Complaint(
          ["source", "files"], "both 'path' and 'files' say which table to read",
          mend: "keep one of them"))
    case (nil, .some(let files)) where files.paths.isEmpty:
      report(
        Complaint(
          ["source", "files"], "no split has a table",
          mend: "add 'labelled: PATH', 'unlabelled: PATH', 'test: PATH'"))
    default: break
    }
    checkModalities(modalities.isEmpty, report: report)
    for (name, modality) in modalities.sorted(by: { $0.key < $1.key }) {
      NameChecks.check(
        modality.columns, called: "column", plural: "columns", among: nil, of: "",
        at: ["source", "modalities", name], report: report)
      for column in modality.columns
      where column == label || column == id || target?.columns.contains(column) ?? false {
        report(
          Complaint(
            ["source", "modalities", name],
            "column '\(column)' holds the \(column == id ? "id" : "label"), and modality "
              + "'\(name)' would show it to the network", mend: "remove it from the modality"))
      }
    }
  }
}

/// A manifest whose rows point at delimited text files with one time step a line.
public struct SeriesDescription: Decodable, Hashable, Sendable {
  public struct Modality: Decodable, Hashable, Sendable {
    /// As written, from 1: `1-3`, `7`, `28-36`.
    public var columns: [String]
    public var unit: String?
    /// Of the columns, in their order.
    public var names: [String]?
    /// Time steps a second.
    public var rate: Double
    /// Column of the manifest with this modality's files; the source's `file` when `nil`.
    public var file: String?

    private enum CodingKeys: String, CodingKey { case columns, unit, names, rate, file }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      if let pieces = try? container.decode([Word].self, forKey: .columns) {
        columns = pieces.map(\.text)
      } else {
        columns = [try container.decode(Word.self, forKey: .columns).text]
      }
      unit = try container.decodeIfPresent(String.self, forKey: .unit)
      names = try container.decodeIfPresent([String].self, forKey: .names)
      rate = try container.decode(Double.self, forKey: .rate)
      file = try container.decodeIfPresent(String.self, forKey: .file)
    }

    /// The columns, counted from 0.
    ///
    /// - Throws: `Diagnostic` when a piece is neither a number nor a range, or a column comes twice.
    public func columnIndices() throws -> [Int] { try ColumnList.parse(columns) }
  }

  public var manifest: String
  /// Folder that the manifest's paths start from; the manifest's own when `nil`.
  public var root: String?
  public var id: String
  public var file: String
  public var label: String?
  /// Of the manifest and of the text files alike.
  public var delimiter: Delimiter?
  /// Lines at the head of each text file that are passed over.
  public var skipLines: Int
  public var allowOutside: Bool
  public var modalities: [String: Modality]

  static let keys: [Key] = [
    .required("manifest", .path, "A table with one row for each sample."),
    // The files' content and their names below this folder are in the fingerprint; its place is
    // not.
    Key(
      "root", .path, "Folder that the manifest's paths start from; the manifest's own when absent."
    ).keptOutOfFingerprint,
    Key("id", .string, default: "id", "Column of the sample ids."),
    Key("file", .string, default: "file", "Column of the paths of the text files."),
    Key("label", .string, "Column of the classes, by name."),
    Delimiter.key("found out from each text file; of the manifest, a tab for .tsv, else a comma"),
    Key(
      "skip-lines", .count, default: 0,
      "Lines at the head of each text file that are passed over, such as a header."),
    Key(
      "allow-outside", .bool, default: false,
      "Whether a path in the manifest may leave the folder that paths start from."
    ).keptOutOfFingerprint,
    .required(
      "modalities",
      .map(
        .object([
          .required(
            "columns",
            .either([.string, .anyInteger, .nonEmptyList(.either([.anyInteger, .string]))]),
            "Columns of the text file, from 1: 1-3, or a list as in [1, 2, 28-36]."),
          Key("unit", .string, "Unit of the values, as in m/s²."),
          Key("names", .nonEmptyList(.string), "Names of the columns, in their order."),
          .required("rate", .positiveNumber, "Time steps a second, Hz."),
          Key(
            "file", .string,
            "Column of the manifest with this modality's files; the source's 'file' when absent."),
        ])), "Each modality by name, with the columns of the text file that it is made of."),
  ]

  func check(report: (Complaint) -> Void) {
    checkModalities(modalities.isEmpty, report: report)
    for (name, modality) in modalities.sorted(by: { $0.key < $1.key }) {
      let path = ["source", "modalities", name]
      do {
        let columns = try modality.columnIndices()
        if let names = modality.names, names.count != columns.count {
          report(
            Complaint(
              path + ["names"], "\(names.count) names for \(columns.count) columns",
              mend: "name every column once"))
        }
      } catch {
        for diagnostic in Diagnostic.all(of: error, subject: name) {
          report(Complaint(path + ["columns"], diagnostic.message, mend: diagnostic.mend))
        }
      }
      NameChecks.check(
        modality.names ?? [], called: "column name", plural: "column names", among: nil, of: "",
        at: path + ["names"], report: report)
    }
  }

  /// The manifest, ready to say which files its rows point at.
  ///
  /// - Throws: `Diagnostic` at the place in the manifest that cannot be read.
  func manifestReader() throws -> SeriesManifest {
    try SeriesManifest(
      reading: manifest, root: root, id: id,
      fileColumns: Set(modalities.values.map { $0.file ?? file }).sorted(), label: label,
      split: nil, delimiter: delimiter?.character, allowsOutside: allowOutside)
  }
}

func checkModalities(_ isEmpty: Bool, report: (Complaint) -> Void) {
  guard isEmpty else { return }
  report(
    Complaint(
      ["source", "modalities"], "the samples have no modality",
      mend: "add one, as in 'modalities: {torso: …}'"))
}

/// What stands between the cells of a row.
public enum Delimiter: String, Decodable, Hashable, Sendable, CaseIterable {
  case comma, semicolon, tab
  case verticalBar = "vertical-bar"
  /// Any run of blanks and tabs.
  case space

  public var character: Character {
    switch self {
    case .comma: ","
    case .semicolon: ";"
    case .tab: "\t"
    case .verticalBar: "|"
    case .space: " "
    }
  }

  static func key(_ absent: String) -> Key {
    Key(
      "delimiter", .choice(allCases.map(\.rawValue)),
      "What stands between the cells of a row; when absent, \(absent).")
  }
}
