import Configuration
import Dataflow
import Foundation

/// A configuration written as JSON, with the defaults that its keys fill in.
enum Example {
  static func configuration<Face: Stage>(of face: Face.Type, _ json: String) throws
    -> Face.Configuration
  {
    let value = try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    return try filled(value, .object(face.keys)).decode(Face.Configuration.self)
  }

  static func filled(_ value: Value, _ shape: Shape) -> Value {
    switch (shape, value) {
    case (.object(let keys), .object(var members)):
      for key in keys {
        if let member = members[key.name] ?? key.defaultValue {
          members[key.name] = filled(member, key.shape)
        }
      }
      return .object(members)
    case (.tagged(let tags), .object(let members)):
      let keys = tags.first { $0.kind == members["kind"]?.stringValue }?.keys ?? []
      return filled(value, .object(keys))
    case (.map(let element), .object(let members)):
      return .object(members.mapValues { filled($0, element) })
    case (.list(let element, _), .array(let items)):
      return .array(items.map { filled($0, element) })
    case (.either(let shapes), .object):
      let mapping = shapes.first {
        switch $0 {
        case .object, .tagged: true
        default: false
        }
      }
      return mapping.map { filled(value, $0) } ?? value
    default: return value
    }
  }

  /// What a face complains of and says of its output, given what its inputs are.
  static func described<Face: Stage>(
    _ face: Face.Type, _ json: String, inputs: StageInputs = StageInputs([:])
  ) throws -> (complaints: [String], output: OutputDescription) {
    var complaints: [String] = []
    let output = face.describe(try configuration(of: face, json), inputs: inputs) { complaint in
      complaints.append(
        complaint.path.joined(separator: ".") + ": " + (complaint.isWarning ? "warning: " : "")
          + complaint.message + (complaint.mend.map { " | " + $0 } ?? ""))
    }
    return (complaints, output)
  }
}
