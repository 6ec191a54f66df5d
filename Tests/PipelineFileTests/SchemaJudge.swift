import Configuration
import Foundation
import TestSupport
import Testing

@testable import PipelineFile

/// Python's jsonschema: what a JSON Schema says of pipeline files.
enum SchemaJudge {
  private static let script = """
    import json, sys
    from jsonschema import Draft7Validator
    schema, documents = json.load(open(sys.argv[1])), json.load(open(sys.argv[2]))
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema)
    print(json.dumps([sorted({"/".join(map(str, e.absolute_path)) for e in validator.iter_errors(d)})
                      for d in documents]))
    """

  /// For each text the places that the schema refuses.
  static func refusals(of texts: [String], by schema: String) throws -> [[String]] {
    let folder = try TemporaryFolder()
    let documents = try texts.map { text -> Value in
      var reader = YAMLReader(file: "x", pathBase: "/")
      let document = reader.read(text)
      return try #require(document).value
    }
    let answer = try TestPython.run(
      script,
      [
        folder.write("schema.json", schema),
        folder.write("documents.json", Value.array(documents).canonicalJSON),
      ])
    return try JSONDecoder().decode([[String]].self, from: Data(answer.utf8))
  }
}
