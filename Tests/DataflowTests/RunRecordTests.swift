import Configuration
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Dataflow

@Suite struct RunRecordTests {
  private let stage = RunRecord.Stage(
    fingerprint: "f", kind: "train", version: 3, device: "cpu",
    configuration: .object(["rate": 1.0, "steps": 10]),
    inputs: [
      "from": [
        RunRecord.Input(
          reference: StageReference("points.labelled"), fingerprint: "g", variants: ["a", "b"])
      ]
    ],
    files: ["a.csv": "h"], finishedAt: Date(timeIntervalSince1970: 1_700_000_000), seconds: 1.25,
    summary: ["accuracy 0.9"],
    warnings: [Diagnostic(.warning, "stage 'a'", "it collapses", mend: "lower the rate")])

  @Test func readsWhatItWrote() throws {
    let toy = try Toy()
    try toy.workspace.prepare()
    try RunRecord.update("two moons/1", in: toy.workspace) { record in
      record.stages["a"] = stage
      record.failures["b"] = [Diagnostic("stage 'b'", "broken")]
    }
    let (record, warning) = RunRecord.last(of: "two moons/1", in: toy.workspace)
    #expect(warning == nil)
    #expect(record.pipeline == "two moons/1")
    #expect(record.stages == ["a": stage])
    #expect(record.failures == ["b": [Diagnostic("stage 'b'", "broken")]])
    #expect(try Files.list(toy.workspace.runsFolder) == ["two moons%2F1.json"])
  }

  @Test func aPipelineThatNeverRanHasAnEmptyOne() throws {
    let (record, warning) = RunRecord.last(of: "x", in: try Toy().workspace)
    #expect(record.stages.isEmpty && warning == nil)
  }

  @Test func updatesAtTheSameTimeKeepEachOther() async throws {
    let toy = try Toy()
    try toy.workspace.prepare()
    DispatchQueue.concurrentPerform(iterations: 40) { index in
      try? RunRecord.update("toy", in: toy.workspace) { $0.stages["s\(index)"] = stage }
    }
    #expect(RunRecord.last(of: "toy", in: toy.workspace).record.stages.count == 40)
  }
}
