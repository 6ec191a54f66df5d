import Dataflow
import Shards
import TestSupport
import Testing

@testable import Work

@Suite struct AlignWorkTests {
  /// Six recordings of 2 s at 4 Hz with two columns; recording f lacks its file of `slow`.
  private func series(_ harness: Harness, steps: [String: Int] = [:]) throws {
    var manifest = "id,fast,slow,kind,part\n"
    let parts = ["labelled", "labelled", "unlabelled", "unlabelled", "test", "test"]
    for (index, id) in ["a", "b", "c", "d", "e", "f"].enumerated() {
      let count = steps[id] ?? 8
      let rows = (0..<count).map { "\(Double($0) + 100 * Double(index)) \(-Double($0))" }
      try harness.folder.write("fast/\(id).txt", rows.joined(separator: "\n") + "\n")
      let slow = (0..<count / 4).map { "\(Double($0) * 0.5 + Double(index))" }
      let hasSlow = id != "f"
      if hasSlow {
        try harness.folder.write("slow/\(id).txt", slow.joined(separator: "\n") + "\n")
      }
      manifest +=
        "\(id),fast/\(id).txt,\(hasSlow ? "slow/\(id).txt" : ""),"
        + "\(index % 2 == 0 ? "up" : "down"),\(parts[index])\n"
    }
    try harness.folder.write("manifest.csv", manifest)
  }

  private func pipeline(_ align: String) -> String {
    """
    mke: 1
    name: series
    stages:
      raw:
        kind: ingest
        source:
          kind: series
          manifest: manifest.csv
          label: kind
          modalities:
            fast: {columns: 1-2, rate: 4, file: fast}
            slow: {columns: 1, rate: 1, file: slow}
        split: {column: part}
      aligned: {kind: align, from: raw, \(align)}
    """
  }

  private func aligned(_ harness: Harness, _ align: String) async throws -> Harness.Outcome {
    try await harness.run(pipeline(align), until: "aligned")
  }

  @Test func missingModalityIsAnErrorUnlessTheFileSaysOtherwise() async throws {
    let harness = try Harness()
    try series(harness)
    let outcome = try await aligned(harness, "window: {length: 1}")
    #expect(outcome.failures.map(\.subject) == ["sample 'f'"])
    #expect(outcome.failures.map(\.message) == ["it misses 'slow'"])
  }

  @Test func droppedSamplesAreCountedAndNamed() async throws {
    let harness = try Harness()
    try series(harness)
    let outcome = try await aligned(harness, "window: {length: 1}, missing: drop")
    #expect(outcome.failures == [])
    #expect(
      try outcome.output.manifest.splits == ["labelled": 4, "unlabelled": 4, "test": 2])
    #expect(outcome.warnings.map(\.message) == ["1 test sample misses 'slow' (such as f)"])
  }

  @Test func keptSamplesHaveZerosAndAMask() async throws {
    let harness = try Harness()
    try series(harness)
    let outcome = try await aligned(harness, "window: {length: 2}, missing: keep")
    #expect(outcome.failures == [])
    let columns = try outcome.output.readAll(
      ["/samples/id", "/modalities/slow/present", "/modalities/slow/data"], of: "test")
    #expect(columns["/samples/id"]?.texts == ["e", "f"])
    #expect(columns["/modalities/slow/present"]?.values(as: UInt8.self) == [1, 0])
    #expect(columns["/modalities/slow/data"]?.values(as: Float.self) == [4, 4.5, 0, 0])
  }

  @Test func windowsAreCutAtEqualTimesInEveryModality() async throws {
    let harness = try Harness()
    try series(harness)
    let outcome = try await aligned(harness, "window: {length: 1}, missing: drop")
    let columns = try outcome.output.readAll(
      [
        "/samples/id", "/samples/start", "/samples/stop", "/modalities/fast/data",
        "/modalities/slow/data",
      ], of: "labelled")
    #expect(columns["/samples/id"]?.texts == ["a#0", "a#1", "b#0", "b#1"])
    #expect(columns["/samples/start"]?.values(as: Double.self) == [0, 1, 0, 1])
    #expect(columns["/samples/stop"]?.values(as: Double.self) == [1, 2, 1, 2])
    #expect(
      columns["/modalities/fast/data"]?.values(as: Float.self).prefix(16) == [
        0, 0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7,
      ])
    #expect(columns["/modalities/slow/data"]?.values(as: Float.self) == [0, 0.5, 1, 1.5])
  }

  @Test func partialWindowsAreDroppedPaddedOrRefused() async throws {
    let harnesses = [try Harness(), try Harness(), try Harness()]
    for harness in harnesses { try series(harness, steps: ["a": 12]) }
    let dropped = try await aligned(harnesses[0], "modalities: [fast], window: {length: 2}")
    #expect(try dropped.output.manifest.splits["labelled"] == 2)
    let padded = try await aligned(
      harnesses[1], "modalities: [fast], window: {length: 2, partial: pad}")
    #expect(try padded.output.manifest.splits["labelled"] == 3)
    #expect(padded.warnings.contains { $0.message == "4 time steps were filled up with zeros" })
    let refused = try await aligned(
      harnesses[2], "modalities: [fast], window: {length: 2, partial: error}")
    #expect(refused.failures.map(\.subject) == ["sample 'a'"])
  }

  @Test func seriesOfUnequalLengthNeedWindows() async throws {
    let harness = try Harness()
    try series(harness, steps: ["b": 4])
    let outcome = try await aligned(harness, "modalities: [fast]")
    #expect(outcome.failures.map(\.subject) == ["sample 'b'"])
    #expect(
      outcome.failures.map(\.message) == ["modality 'fast' has 4 time steps; 'a' has 8"])
  }

  @Test func windowMustBeAWholeNumberOfSteps() async throws {
    let harness = try Harness()
    try series(harness)
    let outcome = try await aligned(harness, "missing: drop, window: {length: 1.5}")
    #expect(
      outcome.failures.map(\.message) == [
        "a window's length of 1.5 s is 1.5 steps at 1.0 Hz, not a whole number"
      ])
  }

  /// Statistics of D_l and D_u stand beside the values, which stay as they were recorded.
  @Test func statisticsAreOfTheNamedSplitsAndValuesStayAsTheyAre() async throws {
    let harness = try Harness()
    try series(harness)
    let outcome = try await aligned(
      harness, "modalities: [fast], standardise: {modalities: all, splits: [labelled]}")
    let output = try outcome.output
    let statistics = try #require(output.manifest.modalities.first?.standardisation)
    #expect(statistics.splits == ["labelled"])
    #expect(statistics.mean == [53.5, -3.5])
    let labelled = try output.readAll(["/modalities/fast/data"], of: "labelled")
    let values = try #require(labelled["/modalities/fast/data"]?.values(as: Float.self))
    #expect(values.prefix(4) == [0, 0, 1, -1])
    let scaled = stride(from: 0, to: values.count, by: 2).map {
      (Double(values[$0]) - statistics.mean[0]) * (1 / statistics.std[0])
    }
    #expect(abs(scaled.reduce(0, +)) < 1e-5)
    #expect(abs(scaled.reduce(0) { $0 + $1 * $1 } / Double(scaled.count) - 1) < 1e-5)
    let test = try output.readAll(["/modalities/fast/data"], of: "test")
    #expect(test["/modalities/fast/data"]?.values(as: Float.self).first == 400)
  }

  @Test func joinsInputsByIdWhateverTheirOrder() async throws {
    let harness = try Harness()
    try harness.folder.write(
      "one.csv", "id,x,kind,part\na,1,u,labelled\nb,2,v,labelled\nc,3,u,unlabelled\n")
    try harness.folder.write(
      "two.csv", "id,y,part\nc,30,unlabelled\nb,20,labelled\na,10,labelled\n")
    let both = try await harness.run(
      """
      mke: 1
      name: joined
      stages:
        one:
          kind: ingest
          source: {kind: table, path: one.csv, label: kind, modalities: {x: [x]}}
          split: {column: part}
        two:
          kind: ingest
          source: {kind: table, path: two.csv, modalities: {y: [y]}}
          split: {column: part}
        both: {kind: align, from: [one, two]}
      """, until: "both")
    #expect(both.failures == [])
    let columns = try both.output.readAll(
      ["/samples/id", "/modalities/x/data", "/modalities/y/data", "/labels/class"],
      of: "labelled")
    #expect(columns["/samples/id"]?.texts == ["a", "b"])
    #expect(columns["/modalities/x/data"]?.values(as: Float.self) == [1, 2])
    #expect(columns["/modalities/y/data"]?.values(as: Float.self) == [10, 20])
    #expect(columns["/labels/class"]?.values(as: Int32.self) == [0, 1])
  }
}
