public import Arrays
import Diagnostics

/// One data set of a shard whose first axis is the sample: what it holds and what that means.
public struct FieldDescription: Codable, Hashable, Sendable {
  public enum Cell: Hashable, Sendable {
    case number(ElementType)
    /// UTF-8 text.
    case text
  }

  /// Where it stands in the shard: `/samples/id`, `/modalities/torso/data`, `/labels/class`.
  public var path: String
  public var cell: Cell
  /// The shape of one sample: `[]` is one value. A ragged field, whose samples have as many steps
  /// as each of them needs, starts with `nil`: `[nil, 9]`.
  public var shape: [Int?]
  /// Names of the axes of one sample: `["time", "channel"]`.
  public var axes: [String]
  /// The unit of the values: `"m/s²"`.
  public var unit: String?
  /// Hz along the axis `time`.
  public var rate: Double?
  /// Names along the last axis (columns), or of the classes that the numbers stand for.
  public var labels: [String]?
  /// One sentence, stored as an attribute.
  public var documentation: String?
  /// Whether the bytes of the numbers are shuffled before packing: helps smooth signals of two or
  /// more bytes a number, harms quantised pictures.
  public var isShuffled: Bool

  /// Whether samples differ in their number of steps. A ragged field at `…/data` stands in the
  /// shard as the steps of all samples, one after the other, with `…/offsets` beside it.
  public var isRagged: Bool { shape.first.map { $0 == nil } ?? false }

  public init(
    _ path: String, _ cell: Cell, shape: [Int?] = [], axes: [String] = [], unit: String? = nil,
    rate: Double? = nil, labels: [String]? = nil, documentation: String? = nil,
    isShuffled: Bool = false
  ) {
    self.path = path
    self.cell = cell
    self.shape = shape
    self.axes = axes
    self.unit = unit
    self.rate = rate
    self.labels = labels
    self.documentation = documentation
    self.isShuffled = isShuffled
  }

  /// The shape of one row of the data set: of one sample, or of one step of a ragged one.
  var rowShape: [Int] { shape.dropFirst(isRagged ? 1 : 0).compactMap(\.self) }

  /// Numbers in one row.
  var rowCount: Int { rowShape.reduce(1, *) }

  /// `[*, 9]`
  var shapeText: String { Self.text(shape) }

  static func text(_ shape: [Int?]) -> String {
    "[" + shape.map { $0.map(String.init) ?? "*" }.joined(separator: ", ") + "]"
  }

  /// Where the offsets of a ragged field stand.
  var offsetsPath: String { path.dropLast(RaggedNames.data.count) + RaggedNames.offsets }

  /// What is wrong with the description, if anything: a fault of the program that made it.
  var fault: String? {
    let names = path.split(separator: "/", omittingEmptySubsequences: false)
    if names.count < 2 || names.first?.isEmpty == false || names.dropFirst().contains("") {
      return "the path must look like '/group/name'"
    }
    if shape.dropFirst().contains(where: { $0 == nil }) {
      return "only the first axis may be ragged"
    }
    if rowShape.contains(where: { $0 < 1 }) { return "an axis of \(shapeText) is empty" }
    if !axes.isEmpty, axes.count != shape.count {
      return "\(axes.count) names for the \(shape.count) axes of \(shapeText)"
    }
    if isRagged, !path.hasSuffix("/" + RaggedNames.data) {
      return "the path of a ragged field must end in '/\(RaggedNames.data)'"
    }
    if cell == .text, !shape.isEmpty { return "a text field has one value per sample" }
    if cell == .text, isShuffled { return "text has no bytes to shuffle" }
    return nil
  }
}

/// Names of the two data sets of a ragged field.
enum RaggedNames {
  static let data = "data"
  static let offsets = "offsets"
}

extension FieldDescription.Cell: Codable, CustomStringConvertible {
  /// `text`, or the name of the number's type.
  public var description: String {
    switch self {
    case .number(let type): type.rawValue
    case .text: "text"
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    if name == "text" {
      self = .text
    } else if let type = ElementType(rawValue: name) {
      self = .number(type)
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(name)' is neither 'text' nor a type of number")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
