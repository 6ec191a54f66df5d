public import Arrays
public import Configuration

/// Which data sets a type of shard must and may hold. `Schemas/` holds the same as JSON Schema.
public struct ShardSchema: Sendable, Hashable {
  public enum Cell: Sendable, Hashable {
    case text
    case exactly(ElementType)
    case anyNumber
  }

  /// One data set, or all that fit a pattern.
  public struct Field: Sendable, Hashable {
    /// `*` stands for one name, `**` for any path.
    public var path: String
    public var cell: Cell
    /// Names of the axes of one sample, whose number is binding; `nil` when any will do.
    public var axes: [String]?
    /// Of a pattern: at least one data set must fit.
    public var isRequired: Bool
    /// Whether samples may differ in their number of steps.
    public var mayBeRagged: Bool
    public var documentation: String
  }

  /// The type of port that such shards flow through.
  public var name: String
  public var documentation: String
  public var fields: [Field]

  /// The schema of this name.
  public static func named(_ name: String) -> ShardSchema? { all.first { $0.name == name } }

  public static let all = [
    samples, alignedSamples, model, predictions, pseudoLabels, evaluation,
  ]

  // MARK: The schemas

  public static let samples = ShardSchema(
    name: "samples", documentation: "Samples as they were read, each with its modalities.",
    fields: identity + sample(mayBeRagged: true) + [
      .optional(
        "/modalities/*/start", .exactly(.float64), [],
        "Time of the first step on the recording's clock, s."),
      Field(
        path: "/modalities/*/time/data", cell: .exactly(.float64), axes: ["time"],
        isRequired: false, mayBeRagged: true,
        documentation: "Time of every step on the recording's clock, s."),
    ])

  public static let alignedSamples = ShardSchema(
    name: "aligned-samples",
    documentation: "Samples whose modalities stand on one clock or grid, in fixed shapes.",
    fields: identity + sample(mayBeRagged: false) + [
      .optional(
        "/modalities/*/valid", .exactly(.uint8), ["time"],
        "0 where a time step is padding, or too far from any that was recorded.")
    ])

  public static let model = ShardSchema(
    name: "model", documentation: "The parameters of one network.",
    fields: [
      Field(
        path: "/parameters/**", cell: .anyNumber, axes: nil, isRequired: true, mayBeRagged: false,
        documentation: "One array of the network; all its axes are its own.")
    ])

  public static let predictions = ShardSchema(
    name: "predictions", documentation: "What networks say about samples.",
    fields: identity + [
      .required(
        "/predictions/logits", .exactly(.float32), ["seed", "class"],
        "Scores before the softmax, of each seed's network."),
      .optional(
        "/predictions/embedding", .exactly(.float32), ["seed", "feature"],
        "What the classification head sees."),
      .optional("/sealed/class", .exactly(.int32), [], sealedDocumentation),
    ])

  public static let pseudoLabels = ShardSchema(
    name: "pseudo-labels", documentation: "Labels that a teacher gives to samples without any.",
    fields: identity + [
      .required(
        "/pseudo/label", .exactly(.int32), ["seed"],
        "Index of the most probable class, of each seed's network."),
      .required(
        "/pseudo/confidence", .exactly(.float32), ["seed"], "Probability of that class, 0...1."),
      .required("/pseudo/kept", .exactly(.uint8), ["seed"], "1 where training shall use it."),
      .optional(
        "/pseudo/probabilities", .exactly(.float32), ["seed", "class"],
        "Soft label: the probability of every class."),
      .optional("/pseudo/weight", .exactly(.float32), ["seed"], "Weight in the training's loss."),
    ])

  public static let evaluation = ShardSchema(
    name: "evaluation", documentation: "How models fared, sample by sample.",
    fields: identity + [
      .optional(
        "/predictions/logits", .exactly(.float32), ["seed", "class"],
        "Scores before the softmax, of each seed's network."),
      .optional("/sealed/class", .exactly(.int32), [], sealedDocumentation),
    ])

  private static let sealedDocumentation =
    "Index of the true class, -1 for none; for evaluation and the variant that names it alone."

  private static let identity: [Field] = [
    .required("/samples/id", .text, [], "Name of the sample, unique in the output."),
    .required("/samples/split", .text, [], "labelled, unlabelled or test."),
    .optional("/samples/group", .text, [], "What must not be split: actor, scene, recording."),
    .optional("/samples/content", .text, [], "Hash of the sample's values, in hex digits."),
    .optional("/samples/start", .exactly(.float64), [], "Start in its recording, s."),
    .optional("/samples/stop", .exactly(.float64), [], "End in its recording, s."),
  ]

  private static func sample(mayBeRagged: Bool) -> [Field] {
    [
      Field(
        path: "/modalities/*/data", cell: .anyNumber, axes: nil, isRequired: true,
        mayBeRagged: mayBeRagged, documentation: "The values of one modality."),
      .optional(
        "/modalities/*/present", .exactly(.uint8), [], "0 where the sample lacks the modality."),
      .optional(
        "/labels/class", .exactly(.int32), [], "Index of the class, -1 for none; open to all."),
      .optional("/sealed/class", .exactly(.int32), [], sealedDocumentation),
      .optional(
        "/labels/classes", .exactly(.uint8), ["class"],
        "1 for every class that the sample belongs to; 255 where nobody knows; open to all."),
      .optional(
        "/sealed/classes", .exactly(.uint8), ["class"],
        "1 for every true class, 255 where nobody knows; sealed as '/sealed/class' is."),
      .optional(
        "/labels/map", .exactly(.uint8), ["height", "width"],
        "Index of every pixel's class, 255 where nobody knows; open to all."),
      .optional(
        "/sealed/map", .exactly(.uint8), ["height", "width"],
        "Index of every pixel's true class, 255 where nobody knows; sealed as '/sealed/class' is."),
    ]
  }

  // MARK: Checking

  /// A data set that breaks the schema, or the one that is missing.
  struct Violation: Hashable {
    var path: String
    var message: String
  }

  /// All that is wrong with a shard of these data sets.
  func violations(_ found: [FieldDescription]) -> [Violation] {
    var violations = found.compactMap { field -> Violation? in
      guard let rule = rule(for: field.path) else {
        return Violation(path: field.path, message: "schema '\(name)' has no such data set")
      }
      return rule.fault(of: field).map { Violation(path: field.path, message: $0) }
    }
    for rule in fields where rule.isRequired && !found.contains(where: { rule.fits($0.path) }) {
      violations.append(
        Violation(path: rule.path, message: "missing; schema '\(name)' requires it"))
    }
    return violations
  }

  /// The rule for the data set at `path`.
  func rule(for path: String) -> Field? { fields.first { $0.fits(path) } }
}

extension ShardSchema.Field {
  fileprivate static func required(
    _ path: String, _ cell: ShardSchema.Cell, _ axes: [String], _ documentation: String
  ) -> ShardSchema.Field {
    ShardSchema.Field(
      path: path, cell: cell, axes: axes, isRequired: true, mayBeRagged: false,
      documentation: documentation)
  }

  fileprivate static func optional(
    _ path: String, _ cell: ShardSchema.Cell, _ axes: [String], _ documentation: String
  ) -> ShardSchema.Field {
    var field = required(path, cell, axes, documentation)
    field.isRequired = false
    return field
  }

  /// Whether the rule speaks of the data set at `path`.
  func fits(_ path: String) -> Bool {
    let pattern = self.path.split(separator: "/")
    let names = path.split(separator: "/")
    if pattern.last == "**" {
      return names.count >= pattern.count && zip(pattern.dropLast(), names).allSatisfy { $0 == $1 }
    }
    return names.count == pattern.count
      && zip(pattern, names).allSatisfy { $0 == "*" || $0 == $1 }
  }

  fileprivate func fault(of field: FieldDescription) -> String? {
    switch (cell, field.cell) {
    case (.text, .text), (.anyNumber, .number): break
    case (.exactly(let wanted), .number(let found)) where wanted == found: break
    default: return "holds \(field.cell), the schema wants \(cell.name)"
    }
    if let axes, axes.count != field.shape.count {
      return "one sample has the shape \(field.shapeText), the schema wants \(axes.count) axes: "
        + "[\(axes.joined(separator: ", "))]"
    }
    if field.isRagged, !mayBeRagged {
      return "samples differ in length, the schema wants one shape"
    }
    return nil
  }
}

extension ShardSchema.Cell {
  var name: String {
    switch self {
    case .text: "text"
    case .exactly(let type): type.rawValue
    case .anyNumber: "numbers"
    }
  }
}

// MARK: As JSON Schema

extension ShardSchema {
  /// The JSON Schema of `{"attributes": {…}, "datasets": {PATH: {"type": …, "shape": […]}}}`, which
  /// any HDF5 library can make of a shard. `shape` is that of the data set: samples first.
  public var document: Value {
    var datasets: [String: Value] = [:]
    var patterns: [String: Value] = [:]
    for field in fields {
      if field.path.contains("*") {
        patterns[field.pattern] = field.document
        if field.mayBeRagged { patterns[field.offsetsPattern] = Self.offsets }
      } else {
        datasets[field.path] = field.document
      }
    }
    let required = fields.filter { $0.isRequired && !$0.path.contains("*") }
    let attributes = Self.attributes(name)
    return .object([
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": .string("Shard of type '\(name)'"),
      "description": .string(documentation),
      "type": "object",
      "required": .array(["attributes", "datasets"]),
      "properties": .object([
        "attributes": .object([
          "type": "object",
          "required": .array(attributes.keys.sorted().map { .string($0) }),
          "properties": .object(attributes),
        ]),
        "datasets": .object([
          "type": "object",
          "required": .array(required.map { .string($0.path) }),
          "properties": .object(datasets),
          "patternProperties": .object(patterns),
          "additionalProperties": false,
        ]),
      ]),
    ])
  }

  private static func attributes(_ name: String) -> [String: Value] {
    func text(_ documentation: String) -> Value {
      .object(["type": "string", "description": .string(documentation)])
    }
    return [
      "format": .object([
        "const": .integer(Manifest.currentFormat), "description": "Version of the format.",
      ]),
      "schema": .object(["const": .string(name), "description": "The type of the shard."]),
      "pipeline": text("Name of the pipeline that made it."),
      "stage": text("Name of the stage that made it."),
      "kind": text("Kind of that stage."),
      "fingerprint": text("Of all that the contents depend on."),
      "tool": text("Name and version of the program that made it."),
      "stream": text("The split, or 'arrays'."),
    ]
  }

  private static let offsets: Value = .object([
    "type": "object",
    "description": "Sample i has the steps offsets[i] ..< offsets[i + 1] of the data beside it.",
    "properties": .object([
      "type": .object(["const": "int64"]),
      "shape": .object(["type": "array", "minItems": 1, "maxItems": 1]),
    ]),
  ])
}

extension ShardSchema.Field {
  /// The path as a regular expression.
  fileprivate var pattern: String {
    let names = path.split(separator: "/").map { name in
      switch name {
      case "*": "[^/]+"
      case "**": ".+"
      default: String(name)
      }
    }
    return "^/" + names.joined(separator: "/") + "$"
  }

  fileprivate var offsetsPattern: String {
    pattern.dropLast(RaggedNames.data.count + 1) + RaggedNames.offsets + "$"
  }

  fileprivate var document: Value {
    let type: Value =
      switch cell {
      case .text: .object(["const": "text"])
      case .exactly(let type): .object(["const": .string(type.rawValue)])
      case .anyNumber: .object(["enum": .array(ElementType.allCases.map { .string($0.rawValue) })])
      }
    var shape: [String: Value] = ["type": "array", "minItems": 1]
    var description = documentation
    if let axes {
      shape["minItems"] = .integer(axes.count + 1)
      shape["maxItems"] = .integer(axes.count + 1)
      description += " Axes: \((["sample"] + axes).joined(separator: ", "))."
    }
    return .object([
      "type": "object",
      "description": .string(description),
      "required": .array(["type", "shape"]),
      "properties": .object(["type": type, "shape": .object(shape)]),
    ])
  }
}
