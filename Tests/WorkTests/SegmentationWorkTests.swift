import Dataflow
import Diagnostics
import Foundation
import Metrics
import Shards
import Stages
import TestSupport
import Testing

@testable import Work

/// From samples to metrics where every pixel has a class.
@Suite struct SegmentationWorkTests {
  static func text(_ labels: String = "min-confidence: 0.4") -> String {
    """
    mke: 1
    name: weeds
    stages:
      pictures:
        kind: ingest
        source: {kind: table, path: none.csv, modalities: {infrared: [a], red: [b]}}
        split: {column: part}
      fields: {kind: align, from: pictures}
      teacher:
        kind: teacher
        from: fields.labelled
        modalities: [infrared]
        network: {encoder: {kind: cnn2d, channels: [6, 8]}}
        optimizer: {kind: adam, learning-rate: 0.02}
        batch-size: 6
        epochs: 12
        seeds: 2
      guesses: {kind: infer, model: teacher, from: fields.unlabelled, precision: float16}
      labels: {kind: pseudo-label, from: guesses, \(labels)}
      students:
        kind: distill
        from: fields.unlabelled
        labels: labels
        modalities: [infrared, red]
        network: {encoder: {kind: cnn2d, channels: [6, 8]}, head: {kind: segmentation}}
        transform: [{kind: flip}, {kind: crop-shift, pixels: 2}, {kind: additive-noise, std: 0.02}]
        optimizer: {kind: adam, learning-rate: 0.02}
        batch-size: 5
        epochs: 4
        class-weights: balanced
        variants:
          um-student: {modalities: [infrared], transform: []}
          mke: {seeds: 2, consistency: {weight: 0.5}}
          also: {also-labelled: fields.labelled, class-weights: {weed: 2}}
          supervised: {labels: truth, epochs: 30}
      report:
        kind: evaluate
        models: [teacher, students]
        on: fields.test
        denoise-on: fields.unlabelled
        labels: labels
    """
  }

  /// The same, and nothing is learned.
  static func quick(_ labels: String = "min-confidence: 0.4") -> String {
    text(labels).replacing("epochs: 12", with: "epochs: 2").replacing(
      "epochs: 4", with: "epochs: 1"
    )
    .replacing("epochs: 30", with: "epochs: 1")
  }

  private func run(
    _ harness: Harness, _ text: String = text(), attempt: String = "first", threads: Int = 2
  ) async throws -> [String: Harness.Outcome] {
    try harness.folder.write("none.csv", "id,a,b,part\n")
    return try await harness.run(
      text, attempt: attempt, threads: threads,
      given: ["pictures": { _ in }, "fields": GivenSamples.pictures])
  }

  private func document(_ outcomes: [String: Harness.Outcome]) throws -> MetricsDocument {
    let report = try #require(outcomes["report"])
    return try MetricsDocument(
      json: String(
        contentsOfFile: "\(report.job.outputDirectory)/metrics.json", encoding: .utf8))
  }

  /// On one thread and on two the same bits.
  @Test func picturesGoFromTeacherToMetrics() async throws {
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
      #expect(first.task == .segmentation)
    }
    let document = try document(outcomes)
    func mean(_ metric: String, _ variant: String) -> Double {
      let values = document.rows.filter { $0.metric == metric && $0.variant == variant }
        .compactMap(\.value)
      return values.reduce(0, +) / Double(max(1, values.count))
    }
    let overlaps = document.rows.filter { $0.metric == "miou" }
    // Two teachers, two students of one variant, one of each of the others.
    #expect(overlaps.count == 7)
    #expect(overlaps.allSatisfy { $0.split == "test" && $0.classes == 3 })
    // Near infrared hardly tells crop from weed; red does.
    #expect(mean("miou", "supervised") > mean("miou", "teacher") + 0.1)
    #expect(mean("pixel-accuracy", "teacher") > 0.6)
    #expect(mean("pixel-accuracy", "supervised") > 0.85)
    for metric in ["miou-per-image", "mean-class-accuracy", "iou/weed", "net-gain/crop"] {
      #expect(document.rows.contains { $0.metric == metric && $0.variant == "mke" }, "\(metric)")
    }
    let accuracy = document.rows.filter { $0.metric == "accuracy" || $0.metric == "map" }
    #expect(accuracy.isEmpty)
    // The pixels of 8 pictures that have a label.
    let matrix = try #require(document.confusionMatrices.first { $0.split == "test" })
    let pixels = matrix.counts.joined().reduce(0, +)
    #expect(pixels == 8 * 225)
    for matrix in document.confusionMatrices where matrix.split == "test" {
      let row = document.rows.first {
        $0.variant == matrix.variant && $0.seed == matrix.seed && $0.metric == "miou"
      }
      #expect(row?.value == MeanIoU(ConfusionMatrix(matrix.counts)).value)
    }
    // The teacher agrees with its own labels; logits were stored in half precision, so that a tie may
    // fall the other way.
    let own = document.rows.filter { $0.variant == "teacher" && $0.metric == "agreement" }
    #expect(own.count == 2 && own.allSatisfy { ($0.value ?? 0) > 0.999 })
  }

  @Test func pixelsBelowTheConfidenceAreKeptOutOfTraining() async throws {
    let harness = try Harness()
    let outcomes = try await run(harness, Self.quick("min-confidence: 0.4"))
    let labels = try #require(outcomes["labels"])
    #expect(labels.failures == [])
    let columns = try labels.output.readAll(
      ["/pseudo/map", "/pseudo/confidence", "/pseudo/kept"], of: "unlabelled")
    let confidences = try #require(columns["/pseudo/confidence"]?.values(as: Float.self))
    let kept = try #require(columns["/pseudo/kept"]?.values(as: UInt8.self))
    let map = try #require(columns["/pseudo/map"]?.values(as: UInt8.self))
    #expect(confidences.count == 20 * 2 * 256)
    #expect(map.allSatisfy { $0 < 3 })
    // Stored in half precision: near the edge either may be.
    #expect(
      zip(confidences, kept).allSatisfy { abs($0 - 0.4) < 1e-3 || ($0 >= 0.4) == ($1 == 1) })
    let summary = try #require(labels.summaries.first)
    #expect(
      summary.hasPrefix(
        "\(kept.count { $0 == 1 }) pixels kept, \(kept.count { $0 == 0 }) dropped"))
    #expect(outcomes["report"]?.failures == [])
  }

  @Test func softPixelsAreLearnedFrom() async throws {
    let harness = try Harness()
    let outcomes = try await run(
      harness, Self.quick("mode: soft, temperature: 2, min-confidence: 0.4"))
    for (stage, outcome) in outcomes { #expect(outcome.failures == [], "\(stage)") }
    let labels = try #require(outcomes["labels"]).output
    let field = try #require(
      labels.fields(of: "unlabelled").first { $0.path == "/pseudo/probabilities" })
    #expect(field.shape == [2, 3, 16, 16] && field.cell == .number(.float16))
    #expect(try document(outcomes).rows.contains { $0.metric == "miou" && $0.variant == "also" })
  }

  @Test func whatDoesNotSuitPixelsIsRefusedByTheWork() async throws {
    let harness = try Harness()
    let labels = try await run(harness, Self.quick("threshold: 0.5"))["labels"]
    #expect(
      labels?.failures.map(\.message) == [
        "a pixel has one class: there is no threshold from which it is given"
      ])
    let head = Self.quick().replacing(
      "head: {kind: segmentation}", with: "head: {kind: multi-label}")
    let students = try await run(harness, head, attempt: "head")["students"]
    #expect(
      students?.failures.map(\.message) == [
        "its head is for 'multi-label', and 'fields.unlabelled' asks for 'segmentation'"
      ])
    let flat = Self.quick().replacing(
      "network: {encoder: {kind: cnn2d, channels: [6, 8]}}", with: "network: {}")
    let teacher = try await run(harness, flat, attempt: "flat")["teacher"]
    #expect(teacher?.failures.first?.message.contains("take 'cnn2d'") == true)
    let metrics = Self.quick().replacing(
      "on: fields.test", with: "on: fields.test\n    metrics: [accuracy]")
    let report = try await run(harness, metrics, attempt: "metrics")["report"]
    #expect(
      report?.failures.map(\.message) == ["'accuracy' is no metric of 'segmentation'"])
  }
}
