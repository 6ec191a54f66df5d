import Dataflow
import Foundation
import Metrics
import TestSupport
import Testing

@testable import Work

/// Every file of `Pipelines/` runs to its end, on data made here in the layout that it asks for.
@Suite struct PipelinesTests {
  private static let pipelines = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Pipelines").path

  private func rows(
    _ file: String, _ harness: Harness, settings: [String]
  ) async throws -> [MetricRow] {
    let outcomes = try await harness.run(
      file: "\(Self.pipelines)/\(file)", settings: settings)
    for (stage, outcome) in outcomes {
      #expect(outcome.failures == [], "\(file): \(stage)")
    }
    let report = try #require(outcomes["report"])
    let json = try String(
      contentsOfFile: "\(report.job.outputDirectory)/metrics.json", encoding: .utf8)
    return try MetricsDocument(json: json).rows
  }

  @Test func everyFileIsRunHere() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.pipelines)
    #expect(
      files.filter { $0.hasSuffix(".yaml") }.sorted() == [
        "two-moons-notebook.yaml", "two-moons.yaml", "wearables.yaml",
      ])
  }

  /// The finding of the paper, on one draw with three seeds.
  @Test func onTwoMoonsTheMultimodalStudentBeatsItsTeacher() async throws {
    let rows = try await rows("two-moons.yaml", Harness(), settings: ["seeds=3"])
    func accuracy(_ variant: String) -> Double {
      let values = rows.filter { $0.metric == "accuracy" && $0.variant == variant }
        .compactMap(\.value)
      return values.reduce(0, +) / Double(max(1, values.count))
    }
    #expect(
      Set(rows.map(\.variant)) == [
        "teacher", "um-student", "noisy-student", "cross-modal", "mm-student-no-reg", "mke",
        "supervised",
      ])
    #expect(accuracy("mke") > accuracy("teacher") + 0.03)
    #expect(accuracy("mke") > accuracy("noisy-student") + 0.03)
    #expect(accuracy("supervised") > accuracy("mke"))
  }

  @Test func theNotebooksTablesRun() async throws {
    let harness = try Harness()
    var parts = ["labelled": "id,xa,xb,label\n", "test": "id,xa,xb,label\n"]
    parts["unlabelled"] = "id,xa,xb,label,pseudo_label\n"
    for index in 0..<60 {
      let (angle, moon) = (Double(index) * 0.37, index % 2)
      let x = cos(angle) + Double(moon)
      let y = moon == 0 ? abs(sin(angle)) : 0.5 - abs(sin(angle))
      let part = ["labelled", "unlabelled", "test"][index % 3]
      let guess = part == "unlabelled" ? ",\(x > 0.5 ? 1 : 0)" : ""
      parts[part, default: ""] += "p\(index),\(x),\(y),\(moon)\(guess)\n"
    }
    for (part, text) in parts { try harness.folder.write("data/\(part).csv", text) }
    let rows = try await rows(
      "two-moons-notebook.yaml", harness,
      settings: ["data=\(harness.folder.path("data"))", "seeds=2", "steps=20", "teacher-steps=20"])
    #expect(rows.count { $0.metric == "accuracy" } == 1 + 4 * 2)
  }

  @Test func recordingsInTheLayoutOfTheWearablesRun() async throws {
    let harness = try Harness()
    var manifest = "id,file,label\n"
    var splits = ["dl": "id,label\n", "du": "id\n", "test": "id,label\n"]
    for index in 0..<18 {
      let label = ["a01", "a02", "a03"][index % 3]
      let steps = (0..<125).map { step in
        (0..<45).map { column in
          let phase = Double(step * (index % 3 + 1)) * 0.1 + Double(column + index)
          return String(format: "%.4f", sin(phase) + Double(column))
        }.joined(separator: ",")
      }
      try harness.folder.write("data/r/\(index).txt", steps.joined(separator: "\n") + "\n")
      manifest += "r\(index),r/\(index).txt,\(label)\n"
      switch index / 6 {
      case 0: splits["dl", default: ""] += "r\(index),\(label)\n"
      case 1: splits["du", default: ""] += "r\(index)\n"
      default: splits["test", default: ""] += "r\(index),\(label)\n"
      }
    }
    try harness.folder.write("data/manifest.csv", manifest)
    for (name, text) in splits { try harness.folder.write("data/splits/\(name).csv", text) }
    let rows = try await rows(
      "wearables.yaml", harness,
      settings: ["data=\(harness.folder.path("data"))", "seeds=2", "teacher-epochs=1", "epochs=1"])
    #expect(rows.count { $0.metric == "accuracy" } == 2 + 4 * 2)
  }
}
