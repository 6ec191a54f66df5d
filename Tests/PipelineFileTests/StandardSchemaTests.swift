import Configuration
import Dataflow
import Diagnostics
import Foundation
import Stages
import TestSupport
import Testing

@testable import PipelineFile

/// The stage kinds that `mke` has, the schema that editors are given, and the pipeline files that
/// come with the package, held together.
@Suite struct StandardSchemaTests {
  /// The root of the package.
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static func pipelines() throws -> [String] {
    let folder = root.appendingPathComponent("Pipelines").path
    return try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
  }

  /// `MKE_REMAKE_GOLDEN=1 swift test --filter StandardSchemaTests` writes the file anew.
  @Test func isTheSchemaOfTheStandardStages() throws {
    let file = Self.root.appendingPathComponent("Schemas/pipeline.schema.json")
    let text = PipelineSchema.text(for: .standard)
    if ProcessInfo.processInfo.environment["MKE_REMAKE_GOLDEN"] != nil {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let committed = try String(contentsOf: file, encoding: .utf8)
    #expect(
      committed == text,
      "MKE_REMAKE_GOLDEN=1 swift test --filter StandardSchemaTests remakes \(file.path)")
  }

  @Test func everyPipelineIsInOrder() throws {
    let pipelines = try Self.pipelines()
    #expect(!pipelines.isEmpty)
    for path in pipelines {
      do {
        let loaded = try PipelineFile.load(path, registry: .standard)
        #expect(loaded.warnings == [], "\(path)")
      } catch {
        // The data of some studies come from elsewhere, and need not be here.
        for fault in error.diagnostics where !fault.message.contains("does not exist") {
          Issue.record("\(fault)")
        }
      }
    }
  }

  @Test(.enabled(if: TestPython.path != nil, "MKE_TEST_PYTHON is not set"))
  func acceptsEveryPipeline() throws {
    let texts = try Self.pipelines().map { try String(contentsOfFile: $0, encoding: .utf8) }
    let answers = try SchemaJudge.refusals(of: texts, by: PipelineSchema.text(for: .standard))
    #expect(answers == texts.map { _ in [] })
  }

  /// Defaults that do not fit their own shapes, keys that no type decodes, keys said twice.
  @Test func everyKindStandsByItsKeys() throws {
    for face in StageRegistry.standard.faces {
      let names = StageReader.keys(of: face).map(\.name) + ["kind", "variants"]
      #expect(Set(names).count == names.count, "\(face.kind)")
      var checker = ShapeChecker()
      for key in face.keys {
        _ = checker.checkDefault(
          key, at: ValuePath(), location: SourceLocation(file: face.kind), pathBase: "/")
      }
      #expect(checker.faults == [], "\(face.kind)")
    }
  }
}
