import Configuration
import Foundation
import Testing

@testable import Shards

@Suite struct ShardSchemaTests {
  /// `MKE_REMAKE_GOLDEN=1 swift test --filter ShardSchemaTests` writes the documents anew.
  @Test(arguments: ShardSchema.all)
  func theDocumentSaysWhatTheCodeSays(_ schema: ShardSchema) throws {
    let file = packageRoot.appendingPathComponent("Schemas/\(schema.name).schema.json")
    if ProcessInfo.processInfo.environment["MKE_REMAKE_GOLDEN"] != nil {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try (encoder.encode(schema.document) + Data("\n".utf8)).write(to: file)
    }
    let written = try JSONDecoder().decode(Value.self, from: Data(contentsOf: file))
    #expect(written == schema.document)
  }

  @Test func namesAreThoseOfPorts() {
    #expect(
      ShardSchema.all.map(\.name) == [
        "samples", "aligned-samples", "model", "predictions", "pseudo-labels", "evaluation",
      ])
    #expect(ShardSchema.named("model") == .model)
    #expect(ShardSchema.named("pipeline") == nil)
  }

  @Test func patternsFitWholeNames() {
    let schema = ShardSchema.samples
    #expect(schema.rule(for: "/modalities/torso/data")?.path == "/modalities/*/data")
    #expect(schema.rule(for: "/modalities/a/b/data") == nil)
    #expect(schema.rule(for: "/modalities/torso") == nil)
    #expect(ShardSchema.model.rule(for: "/parameters/a/b") != nil)
    #expect(ShardSchema.model.rule(for: "/parameters") == nil)
  }
}
