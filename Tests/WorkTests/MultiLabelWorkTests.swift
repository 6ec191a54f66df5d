import Configuration
import Dataflow
import Diagnostics
import Foundation
import Metrics
import Shards
import Stages
import TestSupport
import Testing

@testable import Work

/// From samples to metrics where a sample may have several labels.
@Suite struct MultiLabelWorkTests {
  static func text(_ labels: String = "mode: hard") -> String {
    """
    mke: 1
    name: clips
    stages:
      recordings:
        kind: ingest
        source: {kind: table, path: none.csv, modalities: {sound: [a], video: [b]}}
        split: {column: part}
      clips: {kind: align, from: recordings}
      teacher:
        kind: teacher
        from: clips.labelled
        modalities: [sound]
        network: {encoder: {kind: cnn1d, channels: [8], kernel-size: 3}}
        optimizer: {kind: adam, learning-rate: 0.02}
        steps: 80
        seeds: 2
      guesses: {kind: infer, model: teacher, from: clips.unlabelled}
      labels: {kind: pseudo-label, from: guesses, \(labels)}
      students:
        kind: distill
        from: clips.unlabelled
        labels: labels
        modalities: [sound, video]
        network:
          encoders:
            sound: {kind: cnn1d, channels: [8], kernel-size: 3}
            video: {kind: cnn2d, channels: [4, 6]}
          head: {kind: multi-label, hidden: [8]}
        transform:
          - {kind: flip}
          - {kind: time-shift, steps: 2}
          - {kind: additive-noise, std: 0.02}
          - {kind: modality-dropout, rate: 0.1}
        optimizer: {kind: adam, learning-rate: 0.02}
        batch-size: 20
        epochs: 6
        variants:
          um-student:
            modalities: [sound]
            transform: []
            network: {encoder: {kind: cnn1d, channels: [8], kernel-size: 3}}
          mke: {seeds: 2, consistency: {weight: 0.5}}
          also: {also-labelled: clips.labelled}
          supervised: {labels: truth, epochs: 20}
      report:
        kind: evaluate
        models: [teacher, students]
        on: clips.test
        denoise-on: clips.unlabelled
        labels: labels
    """
  }

  /// The same, and hardly anything is learned.
  static func quick(_ labels: String = "mode: hard") -> String {
    text(labels).replacing("steps: 80", with: "steps: 10").replacing("epochs: 6", with: "epochs: 1")
      .replacing("epochs: 20", with: "epochs: 1")
  }

  private func run(
    _ harness: Harness, _ text: String = text(), attempt: String = "first", threads: Int = 2
  ) async throws -> [String: Harness.Outcome] {
    try harness.folder.write("none.csv", "id,a,b,part\n")
    return try await harness.run(
      text, attempt: attempt, threads: threads,
      given: ["recordings": { _ in }, "clips": GivenSamples.clips])
  }

  private func document(_ outcomes: [String: Harness.Outcome]) throws -> MetricsDocument {
    let report = try #require(outcomes["report"])
    return try MetricsDocument(
      json: String(
        contentsOfFile: "\(report.job.outputDirectory)/metrics.json", encoding: .utf8))
  }

  /// On one thread and on two the same bits.
  @Test func clipsGoFromTeacherToMetrics() async throws {
    let harness = try Harness()
    let outcomes = try await run(harness)
    for (stage, outcome) in outcomes { #expect(outcome.failures == [], "\(stage)") }
    let again = try await run(harness, attempt: "again", threads: 1)
    for stage in ["teacher", "guesses", "labels", "students", "report"] {
      let (first, second) = (
        try #require(outcomes[stage]).output.manifest, try #require(again[stage]).output.manifest
      )
      #expect(first.shards == second.shards, "\(stage)")
      #expect(first.files == second.files, "\(stage)")
      #expect(first.task == .multiLabel)
    }
    // Of the first sample of every split nothing is known.
    #expect(
      outcomes["teacher"]?.warnings.map(\.message) == [
        "1 of 40 labelled samples have no label and are left out"
      ])
    let document = try document(outcomes)
    func mean(_ metric: String, _ variant: String) -> Double {
      let values = document.rows.filter { $0.metric == metric && $0.variant == variant }
        .compactMap(\.value)
      return values.reduce(0, +) / Double(max(1, values.count))
    }
    let precisions = document.rows.filter { $0.metric == "map" }
    // Two teachers, two students of one variant, one of each of the others.
    #expect(precisions.count == 7)
    #expect(precisions.allSatisfy { $0.split == "test" && $0.classes == 3 })
    #expect(mean("map", "teacher") > 0.7)
    // The light is to be seen.
    #expect(mean("average-precision/light", "supervised") > 0.95)
    #expect(mean("map", "supervised") > mean("map", "teacher"))
    for metric in ["macro-auc", "average-precision/hum", "agreement", "net-gain/light"] {
      #expect(document.rows.contains { $0.metric == metric && $0.variant == "mke" }, "\(metric)")
    }
    #expect(document.rows.contains { $0.metric == "d-prime" })
    #expect(!document.rows.contains { $0.metric == "accuracy" || $0.metric == "miou" })
    #expect(document.confusionMatrices.isEmpty)
    let own = document.rows.filter { $0.variant == "teacher" && $0.split == "unlabelled" }
    #expect(own.filter { $0.metric == "agreement" }.allSatisfy { $0.value == 1 })
  }

  @Test func thresholdDecidesAndConfidenceKeeps() async throws {
    let harness = try Harness()
    let outcomes = try await run(
      harness, Self.quick("threshold: 0.3, min-confidence: 0.6, mode: soft, temperature: 2"))
    for (stage, outcome) in outcomes { #expect(outcome.failures == [], "\(stage)") }
    let guesses = try #require(outcomes["guesses"]).output
    let labels = try #require(outcomes["labels"]).output
    let logits = try #require(
      guesses.readAll(["/predictions/logits"], of: "unlabelled")["/predictions/logits"]?
        .values(as: Float.self))
    let columns = try labels.readAll(
      ["/pseudo/classes", "/pseudo/confidence", "/pseudo/kept", "/pseudo/probabilities"],
      of: "unlabelled")
    let given = try #require(columns["/pseudo/classes"]?.values(as: UInt8.self))
    let kept = try #require(columns["/pseudo/kept"]?.values(as: UInt8.self))
    let confidences = try #require(columns["/pseudo/confidence"]?.values(as: Float.self))
    let shares = try #require(columns["/pseudo/probabilities"]?.values(as: Float.self))
    #expect(given.count == 60 * 2 * 3)
    for (place, logit) in logits.enumerated() {
      let share = 1 / (1 + exp(-Double(logit)))
      #expect(given[place] == (share >= 0.3 ? 1 : 0))
      let confidence = share >= 0.3 ? share : 1 - share
      #expect(abs(Double(confidences[place]) - confidence) < 1e-6)
      #expect(kept[place] == (confidence >= 0.6 ? 1 : 0))
      let softened = 1 / (1 + exp(-Double(logit) / 2))
      #expect(abs(Double(shares[place]) - softened) < 1e-6)
    }
    #expect(kept.contains(0) && kept.contains(1))
  }

  @Test func metricsAreThoseThatTheFileAsksFor() async throws {
    let harness = try Harness()
    let text = Self.quick().replacing(
      "on: clips.test", with: "on: clips.test\n    metrics: [macro-auc]\n    threshold: 0.7")
    let document = try document(try await run(harness, text))
    #expect(
      Set(document.rows.filter { $0.split == "test" }.map(\.metric)) == ["macro-auc"])
  }

  @Test func whatTheWorkReportsIsWhatTheFaceNames() throws {
    let json = #"{"models": "m", "on": "a.test", "calibrationBins": 15, "batchSize": 1}"#
    let configuration = try JSON.value(EvaluateStage.Configuration.self, json, of: "test")
    for task in LearningTask.allCases {
      let figures = configuration.score(task, classes: ["a", "b"]).figures
      #expect(Set(figures.map(\.metric)) == Set(TaskMetrics.names(of: task)))
      #expect(figures.allSatisfy { $0.value == nil }, "nothing was scored")
      let measures = figures.map { $0.name.split(separator: "/").first.map(String.init) ?? "" }
      #expect(measures.allSatisfy { Measure.named($0) != nil })
    }
  }
}
