import Configuration
import Dataflow

/// Numbers that samples are labelled with: the columns of a table or manifest that hold them.
public struct ValueDescription: Decodable, Hashable, Sendable {
  /// Names of the columns, which are those of the values.
  public var columns: [String]
  /// The unit of all values, or one for each of them.
  public var units: [String]

  private enum CodingKeys: String, CodingKey { case columns, unit }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    columns = try container.decode([String].self, forKey: .columns)
    if let unit = try? container.decodeIfPresent(String.self, forKey: .unit) {
      units = columns.map { _ in unit }
    } else {
      units = try container.decodeIfPresent([String].self, forKey: .unit) ?? []
    }
  }

  static let kind = "value"
  static let documentation = "One number or several for each sample, from columns of their own."

  static let keys: [Key] = [
    .required(
      "columns", .nonEmptyList(.string),
      "Columns of the values, by name; an empty cell says that nobody knows the value."),
    Key(
      "unit", .either([.string, .nonEmptyList(.string)]),
      "Unit of the values, as in m/s; a list gives each its own."),
  ]

  /// Of a source whose samples can be labelled with nothing else.
  static let key = Key(
    "target", .tagged([.init(kind, documentation, keys: keys)]),
    "Numbers that samples are labelled with, in place of a class.")

  func check(
    label: String?, classes: [String]?, at path: [String], report: (Complaint) -> Void
  ) {
    NameChecks.check(
      columns, called: "column", plural: "columns", among: nil, of: "", at: path + ["columns"],
      report: report)
    if !units.isEmpty, units.count != columns.count {
      report(
        Complaint(
          path + ["unit"], "\(units.count) units for \(columns.count) values",
          mend: "give one for all, or one for each"))
    }
    if label != nil {
      report(
        Complaint(
          path, "'label' and 'target' both say what the labels are", mend: "keep one of them"))
    }
    if classes != nil {
      report(
        Complaint(
          ["classes"], "values have no classes: they are named by their columns",
          mend: "remove 'classes'"))
    }
  }
}

/// What labels are made of where a column of classes does not say it.
public enum TargetDescription: Decodable, Hashable, Sendable {
  case map(MapDescription)
  case values(ValueDescription)

  private enum CodingKeys: String, CodingKey { case kind }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(String.self, forKey: .kind) {
    case ValueDescription.kind: self = .values(try ValueDescription(from: decoder))
    default: self = .map(try MapDescription(from: decoder))
    }
  }

  var map: MapDescription? { if case .map(let map) = self { map } else { nil } }
  var values: ValueDescription? { if case .values(let values) = self { values } else { nil } }

  static let key = Key(
    "target",
    .tagged([
      .init("map", "The class of every pixel, from a file.", keys: MapDescription.keys),
      .init(ValueDescription.kind, ValueDescription.documentation, keys: ValueDescription.keys),
    ]), "Labels of single pixels, or numbers, in place of a class of the whole sample.")
}
