import Configuration
import Diagnostics
import Foundation
import Inspection
import Metrics
import TestSupport
import Testing

@Suite struct MetricsReportTests {
  static let document = MetricsDocument(rows: [
    MetricRow(
      stage: "teacher", model: "teacher", variant: "teacher", seed: 0, split: "test",
      metric: "accuracy", value: 0.7),
    MetricRow(
      stage: "students", model: "students.mke", variant: "mke", seed: 0, split: "test",
      metric: "accuracy", value: 0.75),
    MetricRow(
      stage: "students", model: "students.mke", variant: "mke", seed: 1, split: "test",
      metric: "accuracy", value: 0.8),
    MetricRow(
      stage: "students", model: "students.mke", variant: "mke", seed: 0, split: "unlabelled",
      metric: "correction-rate", value: nil),
  ])

  @Test func eachSplitWithFiguresIsATable() {
    #expect(
      MetricsReport([Self.document]).text() == """
        test split, in % (mean ± standard deviation over seeds)
                 seeds  accuracy ↑
        teacher      1        70.0
        mke          2  77.5 ± 3.5
        """)
  }

  @Test func jsonHasRowsAndAggregatesWithExactlyTheirKeys() throws {
    let json = MetricsReport([Self.document]).json()
    let value = try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    #expect(value.objectValue?.keys.sorted() == ["aggregates", "rows"])
    let rows = try #require(value["rows"]?.arrayValue)
    #expect(rows.count == 4)
    for row in rows {
      #expect(
        row.objectValue?.keys.sorted()
          == ["metric", "model", "seed", "split", "stage", "value", "variant"])
    }
    #expect(rows[3]["value"] == .null)
    let aggregates = try #require(value["aggregates"]?.arrayValue)
    for row in aggregates {
      #expect(
        row.objectValue?.keys.sorted()
          == ["mean", "metric", "n", "split", "stage", "std", "variant"])
    }
    #expect(aggregates[0]["std"] == .null && aggregates[1]["n"] == 2)
  }

  @Test func figuresOfTwoEvaluationsAreNotMixed() {
    #expect(MetricsReport([Self.document, Self.document]).aggregates.map(\.n) == [1, 2, 1, 2])
  }

  @Test func csvHasOneHeader() {
    let csv = MetricsReport([Self.document, Self.document]).csv()
    #expect(csv.split(separator: "\n").count == 9)
    #expect(
      csv.hasPrefix("stage,model,variant,seed,split,metric,value\nteacher,teacher,teacher,0,"))
  }

  @Test func whatIsNoMetricsFileIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("metrics.json", #"{"rows": [{"stage": "s"}]}"#)
    let error = #expect(throws: Diagnostic.self) { try MetricsReport.read(path) }
    #expect(error?.message == "these are no metrics: 'model' is missing at rows.0")
    let broken = try folder.write("broken.json", "{")
    #expect(
      #expect(throws: Diagnostic.self) { try MetricsReport.read(broken) }?.message
        == "these are no metrics: a key must be here, at byte 1")
  }
}
