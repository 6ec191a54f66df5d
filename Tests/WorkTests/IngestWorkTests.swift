import Dataflow
import Shards
import TestSupport
import Testing

@testable import Work

@Suite struct IngestWorkTests {
  private func table(_ harness: Harness, _ rows: String) throws {
    try harness.folder.write("table.csv", "id,x,y,kind,part\n" + rows)
  }

  private let pipeline = """
    mke: 1
    name: table
    stages:
      rows:
        kind: ingest
        source:
          {kind: table, path: table.csv, label: kind, modalities: {x: [x], y: {columns: [y], unit: m}}}
        split: {column: part}
    """

  @Test func rowsGoToTheirSplitsAndLabelsBehindTheSeal() async throws {
    let harness = try Harness()
    try table(
      harness,
      "a,1,2,cat,labelled\nb,3,4,dog,labelled\nc,5,6,cat,unlabelled\nd,7,8,dog,test\n")
    let outcomes = try await harness.run(pipeline)
    let rows = try #require(outcomes["rows"])
    #expect(rows.failures.isEmpty)
    let output = try rows.output
    #expect(output.manifest.splits == ["labelled": 2, "unlabelled": 1, "test": 1])
    #expect(output.manifest.classes == ["cat", "dog"])
    let labelled = try output.readAll(["/labels/class", "/modalities/y/data"], of: "labelled")
    #expect(labelled["/labels/class"]?.values(as: Int32.self) == [0, 1])
    #expect(labelled["/modalities/y/data"]?.values(as: Float.self) == [2, 4])
    let sealed = try output.readAll(
      ["/sealed/class"], of: "test", options: ReadOptions(includesSealed: true))
    #expect(sealed["/sealed/class"]?.values(as: Int32.self) == [1])
    #expect(output.manifest.modalities.first { $0.name == "y" }?.unit == "m")
  }

  @Test func equalContentInTwoSplitsIsRefused() async throws {
    let harness = try Harness()
    try table(harness, "a,1,2,cat,labelled\nb,3,4,dog,labelled\nc,1,2,cat,test\n")
    let rows = try await harness.run(pipeline, until: "rows")
    #expect(
      rows.failures.map(\.message) == [
        "1 sample has the content of a sample in another split: 'a' (labelled) = 'c' (test)"
      ])
  }

  @Test func brokenRowIsShownAtItsLine() async throws {
    let harness = try Harness()
    try table(harness, "a,1,2,cat,labelled\nb,3\n")
    let rows = try await harness.run(pipeline, until: "rows")
    let failure = try #require(rows.failures.first)
    #expect(failure.subject.hasSuffix("table.csv:3"))
  }

  @Test func notANumberIsRefusedWithItsPlace() async throws {
    let harness = try Harness()
    try table(harness, "a,1,2,cat,labelled\nb,nan,4,dog,labelled\n")
    let rows = try await harness.run(pipeline, until: "rows")
    let failure = try #require(rows.failures.first)
    #expect(failure.subject.contains("table.csv:3"))
  }
}
