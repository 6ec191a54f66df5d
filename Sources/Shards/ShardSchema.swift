public import Arrays
public import Configuration

/// Which data sets a type of shard must and may hold. `Schemas/` holds the same as JSON Schema.
public struct ShardSchema: Sendable, Hashable {
  public enum Cell: Sendable, Hashable {
    case text
    case exactly(ElementType)
    case oneOf([ElementType])
    case anyNumber
  }

  /// One data set, or all that fit a pattern.
  public struct Field: Sendable, Hashable {
    /// `*` stands for one name, `**` for any path.
    public var path: String
    public var cell: Cell
    /// Names of the axes of one sample, whose number is binding; `nil` when any will do.
    public var axes: [String]?
    /// Axes that may follow, all or none: of what is said of each pixel.
    public var pixelAxes: [String] = []
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
  /// Paths of optional fields; of each group at least one must be there.
  public var alternatives: [[String]] = []

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
    fields: identity + sample(mayBeRagged: false))

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
      logits, values, spread,
      .optional(
        "/predictions/embedding", .exactly(.float32), ["seed", "feature"],
        "What the classification head sees."),
    ] + sealed, alternatives: [[logits.path, values.path]])

  public static let pseudoLabels = ShardSchema(
    name: "pseudo-labels", documentation: "Labels that a teacher gives to samples without any.",
    fields: identity + [
      .optional(
        "/pseudo/label", .exactly(.int32), ["seed"],
        "Index of the most probable class, of each seed's network."),
      .optional(
        "/pseudo/classes", .exactly(.uint8), ["seed", "class"],
        "Of samples with several labels: 1 for each class that they have, of each seed's network."),
      .optional(
        "/pseudo/map", .exactly(.uint8), ["seed", "height", "width"],
        "Index of the most probable class of each pixel, of each seed's network."),
      .optional(
        "/pseudo/value", .exactly(.float32), ["seed", "value"],
        "Of a regression: the values in their units, of each seed's network."),
      .optional(
        "/pseudo/spread", .exactly(.float32), ["value"],
        "Standard deviation of each value over the seeds' networks; NaN of a single one."),
      Field(
        path: "/pseudo/confidence", cell: .oneOf([.float16, .float32]), axes: nil,
        isRequired: false,
        mayBeRagged: false,
        documentation: "Probability of what the label says, 0...1; of each label, class or pixel."),
      Field(
        path: "/pseudo/kept", cell: .exactly(.uint8), axes: nil, isRequired: true,
        mayBeRagged: false,
        documentation: "1 where training shall use it; of each label, class, pixel or value."),
      Field(
        path: "/pseudo/probabilities", cell: .oneOf([.float16, .float32]),
        axes: ["seed", "class"], pixelAxes: pixelAxes, isRequired: false, mayBeRagged: false,
        documentation: "Soft label: the probability of every class."),
      .optional("/pseudo/weight", .exactly(.float32), ["seed"], "Weight in the training's loss."),
    ],
    alternatives: [
      ["/pseudo/label", "/pseudo/classes", "/pseudo/map", "/pseudo/value"],
      ["/pseudo/confidence", "/pseudo/spread"],
    ])

  public static let evaluation = ShardSchema(
    name: "evaluation", documentation: "How models fared, sample by sample.",
    fields: identity + [logits] + sealed)

  private static let pixelAxes = ["height", "width"]

  private static let logits = Field(
    path: "/predictions/logits", cell: .oneOf([.float16, .float32]), axes: ["seed", "class"],
    pixelAxes: pixelAxes, isRequired: false, mayBeRagged: false,
    documentation: "Scores before the softmax or sigmoid, of each seed's network.")

  private static let values = Field.optional(
    "/predictions/values", .exactly(.float32), ["seed", "value"],
    "Of a regression: the values in their units, of each seed's network.")

  private static let spread = Field.optional(
    "/predictions/spread", .exactly(.float32), ["value"],
    "Standard deviation of each value over the seeds' networks, where there are several.")

  /// The four forms of labels, in one group of the shard.
  private static func labels(_ group: String, _ suffix: String) -> [Field] {
    [
      .optional(
        "/\(group)/class", .exactly(.int32), [], "Index of the class, -1 for none; \(suffix)."),
      .optional(
        "/\(group)/classes", .exactly(.uint8), ["class"],
        "1 for each class that the sample has, 255 where nobody knows; \(suffix)."),
      .optional(
        "/\(group)/map", .exactly(.uint8), ["height", "width"],
        "Index of the class of each pixel, 255 where nobody knows; \(suffix)."),
      .optional(
        "/\(group)/value", .exactly(.float32), ["value"],
        "Values in their units, NaN where nobody knows; \(suffix)."),
    ]
  }

  private static let sealed = labels(
    "sealed", "true labels, for evaluation and the variant that names them alone")

  private static let identity: [Field] = [
    .required("/samples/id", .text, [], "Name of the sample, unique in the output."),
    .required("/samples/split", .text, [], "labelled, unlabelled or test."),
    .optional("/samples/group", .text, [], "What must not be split: actor, scene, recording."),
    .optional("/samples/content", .text, [], "Hash of the sample's values, in hex digits."),
    .optional("/samples/start", .exactly(.float64), [], "Start in its recording, s."),
    .optional("/samples/stop", .exactly(.float64), [], "End in its recording, s."),
    .optional("/samples/top", .exactly(.int32), [], "First row in the picture it is cut from."),
    .optional("/samples/left", .exactly(.int32), [], "First column in the picture it is cut from."),
  ]

  private static func sample(mayBeRagged: Bool) -> [Field] {
    [
      Field(
        path: "/modalities/*/data", cell: .anyNumber, axes: nil, isRequired: true,
        mayBeRagged: mayBeRagged, documentation: "The values of one modality."),
      .optional(
        "/modalities/*/present", .exactly(.uint8), [], "0 where the sample lacks the modality."),
    ] + (mayBeRagged ? [] : [validity]) + labels("labels", "open to all") + sealed
  }

  private static let validity = Field.optional(
    "/modalities/*/valid", .exactly(.uint8), ["time"],
    "0 where a step is padding or has no recorded value near it.")

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
    for group in alternatives where !found.contains(where: { group.contains($0.path) }) {
      violations.append(
        Violation(
          path: group.first ?? "",
          message: "missing; schema '\(name)' requires one of "
            + group.joined(separator: ", ")))
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
    case (.oneOf(let wanted), .number(let found)) where wanted.contains(found): break
    default: return "holds \(field.cell), the schema wants \(cell.name)"
    }
    if let axes, axes.count != field.shape.count,
      pixelAxes.isEmpty || axes.count + pixelAxes.count != field.shape.count
    {
      let all = [axes] + (pixelAxes.isEmpty ? [] : [axes + pixelAxes])
      return "one sample has the shape \(field.shapeText), the schema wants "
        + all.map { "\($0.count) axes: [\($0.joined(separator: ", "))]" }
        .joined(separator: " or ")
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
    case .oneOf(let types): types.map(\.rawValue).joined(separator: " or ")
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
        "datasets": .object(
          [
            "type": "object",
            "required": .array(required.map { .string($0.path) }),
            "properties": .object(datasets),
            "patternProperties": .object(patterns),
            "additionalProperties": false,
          ].merging(
            alternatives.isEmpty
              ? [:]
              : [
                "allOf": .array(
                  alternatives.map { group in
                    .object([
                      "anyOf": .array(
                        group.map { .object(["required": .array([.string($0)])]) })
                    ])
                  })
              ], uniquingKeysWith: { own, _ in own })),
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
      case .oneOf(let types): .object(["enum": .array(types.map { .string($0.rawValue) })])
      case .anyNumber: .object(["enum": .array(ElementType.allCases.map { .string($0.rawValue) })])
      }
    var shape: [String: Value] = ["type": "array", "minItems": 1]
    var description = documentation
    if let axes {
      let all = ["sample"] + axes
      if pixelAxes.isEmpty {
        shape["minItems"] = .integer(all.count)
        shape["maxItems"] = .integer(all.count)
        description += " Axes: \(all.joined(separator: ", "))."
      } else {
        let counts = [all.count, all.count + pixelAxes.count]
        shape["anyOf"] = .array(
          counts.map { .object(["minItems": .integer($0), "maxItems": .integer($0)]) })
        description += " Axes: \(all.joined(separator: ", ")); of pixels also "
        description += pixelAxes.joined(separator: ", ") + "."
      }
    }
    return .object([
      "type": "object",
      "description": .string(description),
      "required": .array(["type", "shape"]),
      "properties": .object(["type": type, "shape": .object(shape)]),
    ])
  }
}
