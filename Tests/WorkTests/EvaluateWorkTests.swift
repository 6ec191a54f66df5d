import Dataflow
import Foundation
import Metrics
import TestSupport
import Testing

@testable import Work

@Suite struct EvaluateWorkTests {
  private func document(_ outcome: Harness.Outcome) throws -> MetricsDocument {
    let path = "\(outcome.job.outputDirectory)/metrics.json"
    return try MetricsDocument(json: String(contentsOfFile: path, encoding: .utf8))
  }

  @Test func everyNetworkHasItsRowsOnBothSplits() async throws {
    let harness = try Harness()
    let outcomes = try await harness.run(Texts.moons)
    let document = try document(#require(outcomes["report"]))
    let accuracies = document.rows.filter { $0.metric == "accuracy" }
    #expect(accuracies.count == 2 + 4 * 3)
    #expect(accuracies.allSatisfy { $0.split == "test" })
    #expect(
      Set(accuracies.map(\.model)) == [
        "teacher", "students.um-student", "students.mm-student-no-reg", "students.mke",
        "students.supervised",
      ])
    let gains = document.rows.filter { $0.metric == "net-gain" }
    #expect(gains.allSatisfy { $0.split == "unlabelled" })
    #expect(gains.count == accuracies.count)
  }

  /// The figures of `metrics.json` can be had from its own confusion matrices.
  @Test func figuresFollowFromTheConfusionMatrices() async throws {
    let harness = try Harness()
    let outcomes = try await harness.run(Texts.moons)
    let document = try document(#require(outcomes["report"]))
    for matrix in document.confusionMatrices where matrix.split == "test" {
      let counts = ConfusionMatrix(matrix.counts)
      let row = document.rows.first {
        $0.variant == matrix.variant && $0.seed == matrix.seed && $0.metric == "accuracy"
      }
      #expect(row?.value == Double(counts.hits.reduce(0, +)) / 48)
    }
  }

  /// The teacher held against its own pseudo-labels agrees with all of them and gains nothing.
  @Test func teacherAgreesWithItself() async throws {
    let harness = try Harness()
    let outcomes = try await harness.run(Texts.moons)
    let document = try document(#require(outcomes["report"]))
    let own = document.rows.filter { $0.variant == "teacher" && $0.split == "unlabelled" }
    #expect(own.filter { $0.metric == "agreement" }.allSatisfy { $0.value == 1 })
    #expect(own.filter { $0.metric == "net-gain" }.allSatisfy { $0.value == 0 })
  }

  @Test func testSamplesThatTheTeacherLearnedFromAreRefused() async throws {
    let harness = try Harness()
    try harness.folder.write(
      "train.csv", "id,x,kind,part\na,1,u,labelled\nb,2,v,labelled\nc,4,v,labelled\n")
    try harness.folder.write("test.csv", "id,x,kind,part\nz,1,u,test\ny,3,v,test\n")
    let report = try await harness.run(
      """
      mke: 1
      name: leak
      stages:
        train:
          kind: ingest
          source: {kind: table, path: train.csv, label: kind, modalities: {x: [x]}}
          split: {column: part}
        test:
          kind: ingest
          source: {kind: table, path: test.csv, label: kind, modalities: {x: [x]}}
          split: {column: part}
        learn: {kind: align, from: train}
        exam: {kind: align, from: test}
        teacher: {kind: teacher, from: learn.labelled, modalities: [x], steps: 5}
        report: {kind: evaluate, models: [teacher], on: exam.test}
      """, until: "report")
    #expect(
      report.failures.map(\.message) == [
        "it has learned from 1 of the 2 samples of 'exam.test', such as 'z' (same id or same "
          + "content)"
      ])
  }
}
