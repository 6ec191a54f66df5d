import Configuration
public import Dataflow

/// The JSON Schema (draft 7) of pipeline files, for editors: made from the same ports and shapes
/// that `PipelineFile` checks with.
///
/// It accepts every file that `PipelineFile` accepts. It cannot see what only the whole file shows
/// (references to stages that are not there, circles, parameters of another type).
public enum PipelineSchema {
  /// The text of `Schemas/pipeline.schema.json`.
  public static func text(for registry: StageRegistry) -> String {
    document(for: registry).indentedJSON + "\n"
  }

  private static let parameterPattern = #"\$\{[^}]*\}"#
  private static let name = Value.string("^\(Name.pattern)$")

  static func document(for registry: StageRegistry) -> Value {
    var definitions: [String: Value] = [
      "parameter": [
        "type": "string", "pattern": .string(parameterPattern),
        "description": "The value of a parameter.",
      ],
      "stage": stage(registry),
    ]
    for face in registry.faces { definitions[definition(of: face)] = stage(of: face) }
    return [
      "$schema": "http://json-schema.org/draft-07/schema#",
      "title": "mke pipeline",
      "description": "Typed stages and how they are wired.",
      "type": "object",
      "required": ["mke", "name", "stages"],
      "additionalProperties": false,
      "properties": [
        "mke": [
          "const": .integer(PipelineFile.version), "description": "The version of this format.",
        ],
        "name": [
          "type": "string", "pattern": name,
          "description": "Records of runs are kept under this name.",
        ],
        "params": [
          "type": ["object", "null"], "propertyNames": ["pattern": name],
          "description":
            "Values that '${name}' stands for; '--set name=value' gives another one.",
        ],
        "stages": [
          "type": "object", "minProperties": 1, "propertyNames": ["pattern": name],
          "additionalProperties": ["$ref": "#/definitions/stage"],
          "description": "The stages, by name.",
        ],
      ],
      "definitions": .object(definitions),
    ]
  }

  // MARK: - Stages

  private static func definition(of face: any Stage.Type) -> String { "stage-\(face.kind)" }

  /// Any stage: the word after `kind` says which keys it has.
  private static func stage(_ registry: StageRegistry) -> Value {
    byKind(
      registry.faces.map { face in
        (face.kind, face.documentation, ["$ref": .string("#/definitions/\(definition(of: face))")])
      }, documentation: "What the stage does.")
  }

  private static func stage(of face: any Stage.Type) -> Value {
    let keys = StageReader.keys(of: face)
    var properties = Dictionary(
      keys.map { ($0.name, self.schema(of: $0, port: face.inputs.first(named: $0.name))) },
      uniquingKeysWith: { first, _ in first })
    properties["kind"] = true
    let required = keys.filter(\.isRequired).map { Value.string($0.name) }
    var schema: [String: Value] = [
      "type": "object", "description": .string(face.documentation), "additionalProperties": false,
    ]
    if face.hasVariants {
      properties["variants"] = variants(of: keys, in: definition(of: face))
      // What the stage lacks may stand in each of its variants.
      schema["if"] = ["not": ["required": ["variants"]]]
      schema["then"] = ["required": .array(required)]
    } else {
      schema["required"] = .array(required)
    }
    schema["properties"] = .object(properties)
    return .object(schema)
  }

  private static func variants(of keys: [Key], in definition: String) -> Value {
    let properties = Dictionary(
      keys.map { key in
        let common = "#/definitions/\(definition)/properties/\(key.name)"
        let schema: Value = ["anyOf": [["$ref": .string(common)], ["type": "null"]]]
        return (key.name, schema)
      }, uniquingKeysWith: { first, _ in first })
    return orParameter(
      [
        "type": "object", "minProperties": 1, "propertyNames": ["pattern": name],
        "additionalProperties": orParameter([
          "type": ["object", "null"], "additionalProperties": false,
          "properties": .object(properties),
        ]),
      ],
      description: "Each variant is this stage with some keys replaced; null takes a key away.")
  }

  // MARK: - Keys and shapes

  private static func schema(of key: Key, port: Port? = nil) -> Value {
    let shape = port.map(schema(of:)) ?? schema(of: key.shape)
    var schema = orParameter(shape).objectValue ?? [:]
    schema["description"] = .string(key.documentation)
    if let value = key.defaultValue { schema["default"] = value }
    return .object(schema)
  }

  private static func schema(of port: Port) -> Value {
    let selection =
      switch port.selection {
      case .none: ""
      case .split(let splits): "\\.(\(splits.map(\.rawValue).joined(separator: "|")))"
      case .variant: "(\\.\(Name.pattern))?"
      }
    let words = port.words.map { "|\($0)" }.joined()
    let one: Value = [
      "type": "string", "pattern": .string("^(\(Name.pattern)\(selection)\(words))$"),
    ]
    guard port.count == .many else { return one }
    return ["anyOf": [one, ["type": "array", "minItems": 1, "items": orParameter(one)]]]
  }

  private static func schema(of shape: Shape) -> Value {
    switch shape {
    case .bool: return ["type": "boolean"]
    case .integer(let range):
      var schema: [String: Value] = ["type": "integer"]
      if range.lowerBound != .min { schema["minimum"] = .integer(range.lowerBound) }
      if range.upperBound != .max { schema["maximum"] = .integer(range.upperBound) }
      return .object(schema)
    case .number(let interval):
      var schema: [String: Value] = ["type": "number"]
      if interval.lower.isFinite {
        schema[interval.isLowerOpen ? "exclusiveMinimum" : "minimum"] = .double(interval.lower)
      }
      if interval.upper.isFinite {
        schema[interval.isUpperOpen ? "exclusiveMaximum" : "maximum"] = .double(interval.upper)
      }
      return .object(schema)
    case .string: return ["type": "string"]
    case .choice(let words): return ["enum": .array(words.map { .string($0) })]
    case .path, .reference: return ["type": "string", "minLength": 1]
    case .list(let element, let count):
      var schema: [String: Value] = [
        "type": "array", "items": orParameter(self.schema(of: element)),
      ]
      if count.lowerBound > 0 { schema["minItems"] = .integer(count.lowerBound) }
      if count.upperBound != .max { schema["maxItems"] = .integer(count.upperBound) }
      return .object(schema)
    case .map(let element):
      return ["type": "object", "additionalProperties": orParameter(schema(of: element))]
    case .object(let keys): return object(keys)
    case .tagged(let tags):
      return byKind(tags.map { ($0.kind, $0.documentation, object($0.keys, isTagged: true)) })
    case .either(let shapes): return ["anyOf": .array(shapes.map { schema(of: $0) })]
    }
  }

  private static func object(_ keys: [Key], isTagged: Bool = false) -> Value {
    var properties = Dictionary(
      keys.map { ($0.name, self.schema(of: $0)) }, uniquingKeysWith: { first, _ in first })
    if isTagged { properties["kind"] = true }
    var schema: [String: Value] = [
      "type": "object", "additionalProperties": false, "properties": .object(properties),
    ]
    let required = keys.filter(\.isRequired).map { Value.string($0.name) }
    if !required.isEmpty { schema["required"] = .array(required) }
    return .object(schema)
  }

  /// A mapping whose `kind` says which schema it has.
  private static func byKind(
    _ kinds: [(word: String, documentation: String, schema: Value)], documentation: String? = nil
  ) -> Value {
    let words: [Value] = kinds.map {
      ["const": .string($0.word), "description": .string($0.documentation)]
    }
    let cases: [Value] = kinds.map {
      [
        "if": ["required": ["kind"], "properties": ["kind": ["const": .string($0.word)]]],
        "then": $0.schema,
      ]
    }
    var kind: [String: Value] = ["anyOf": .array(words + [["$ref": "#/definitions/parameter"]])]
    if let documentation { kind["description"] = .string(documentation) }
    return [
      "type": "object", "required": ["kind"], "properties": ["kind": .object(kind)],
      "allOf": .array(cases),
    ]
  }

  /// What may stand there, or a parameter that has such a value. What a schema says of numbers,
  /// lists and mappings says nothing of strings, so that one schema can serve both, and editors name
  /// the key at fault rather than the whole.
  private static func orParameter(_ schema: Value, description: String? = nil) -> Value {
    var result = schema.objectValue ?? [:]
    let types = result["type"].map { $0.arrayValue ?? [$0] } ?? []
    if types.isEmpty || result["pattern"] != nil {
      result = ["anyOf": [schema, ["$ref": "#/definitions/parameter"]]]
    } else if types != ["string"] {
      result["type"] = .array(types + ["string"])
      result["pattern"] = .string(parameterPattern)
    }
    if let description { result["description"] = .string(description) }
    return .object(result)
  }
}

extension [Port] {
  fileprivate func first(named name: String) -> Port? { first { $0.name == name } }
}
