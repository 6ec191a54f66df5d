import Metrics
import Testing

@Suite struct MetricsDocumentTests {
  private func row(
    _ variant: String, _ seed: Int, _ metric: String, _ value: Double?, split: String = "test"
  ) -> MetricRow {
    MetricRow(
      stage: variant == "teacher" ? "teacher" : "students",
      model: variant == "teacher" ? "teacher" : "students.\(variant)", variant: variant,
      seed: seed, split: split, metric: metric, value: value)
  }

  private var document: MetricsDocument {
    MetricsDocument(
      rows: [
        row("teacher", 0, "accuracy", 0.695),
        row("mke", 0, "accuracy", 0.75), row("mke", 1, "accuracy", 0.8),
        row("mke", 0, "ece", 0.125), row("mke", 1, "ece", nil),
        row("mke", 0, "correction-rate", nil, split: "unlabelled"),
        row("mke", 0, "correction-rate/a, b", 0.5, split: "unlabelled"),
      ],
      confusionMatrices: [
        ConfusionRecord(
          stage: "students", variant: "mke", seed: 0, split: "unlabelled", of: .pseudoLabels,
          classes: ["a, b", "\"c\""], counts: [[3, 1], [0, 2]])
      ])
  }

  @Test func aggregatesOverSeedsWithTheSampleDeviation() throws {
    let aggregates = document.aggregates()
    #expect(aggregates.map(\.metric) == ["accuracy", "accuracy", "ece", "correction-rate/a, b"])
    #expect(aggregates[0].std == nil)
    #expect(aggregates[0].n == 1)
    #expect(aggregates[1].mean == 0.775)
    // √(2 · 0.025² / 1), to rounding.
    #expect(abs((aggregates[1].std ?? 0) - 0.035_355_339_059_327_38) < 1e-15)
    #expect(aggregates[2].n == 1)
  }

  @Test func jsonIsStableWordForWord() {
    let one = MetricsDocument(
      rows: [row("mke", 3, "accuracy", 0.75), row("mke", 3, "ece", nil)],
      confusionMatrices: document.confusionMatrices)
    #expect(
      one.json(hasAggregates: true) == """
        {
          "rows": [
            {"stage": "students", "model": "students.mke", "variant": "mke", "seed": 3, \
        "split": "test", "metric": "accuracy", "value": 0.75},
            {"stage": "students", "model": "students.mke", "variant": "mke", "seed": 3, \
        "split": "test", "metric": "ece", "value": null}
          ],
          "aggregates": [
            {"stage": "students", "variant": "mke", "split": "test", "metric": "accuracy", \
        "mean": 0.75, "std": null, "n": 1}
          ],
          "confusionMatrices": [
            {"stage": "students", "variant": "mke", "seed": 0, "split": "unlabelled", \
        "of": "pseudo-labels", "classes": ["a, b", "\\"c\\""], "counts": [[3, 1], [0, 2]]}
          ]
        }

        """)
  }

  @Test func jsonReadsBackAsTheSameDocument() throws {
    #expect(try MetricsDocument(json: document.json()) == document)
    #expect(try MetricsDocument(json: document.json(hasAggregates: true)) == document)
    #expect(try MetricsDocument(json: MetricsDocument().json()) == MetricsDocument())
  }

  @Test func jsonHasNoNaN() {
    let broken = MetricsDocument(rows: [row("mke", 0, "accuracy", .nan)])
    #expect(broken.json().contains("\"value\": null"))
  }

  @Test func csvQuotesWhatNeedsIt() {
    let lines = document.csv().split(separator: "\n")
    #expect(lines[0] == "stage,model,variant,seed,split,metric,value")
    #expect(lines[1] == "teacher,teacher,teacher,0,test,accuracy,0.695")
    #expect(lines[5] == "students,students.mke,mke,1,test,ece,")
    #expect(lines[7] == "students,students.mke,mke,0,unlabelled,\"correction-rate/a, b\",0.5")
    #expect(
      document.aggregatesCSV().hasPrefix(
        "stage,variant,split,metric,mean,std,n\nteacher,teacher,test,accuracy,0.695,,1\n"))
  }

  @Test func tableHasVariantsAsRowsAndMetricsAsColumns() {
    #expect(
      document.table(split: "test") == """
                 seeds  accuracy ↑  ece ↓
        teacher      1        69.5      –
        mke          2  77.5 ± 3.5   12.5

        """)
  }

  @Test func figuresOfOneClassKnowTheirMeasure() {
    let row = row("mke", 0, "correction-rate/sitting", 1)
    #expect(row.measure?.name == "correction-rate")
    #expect(row.isOfOneClass)
  }

  @Test func differenceHasItsStandardError() throws {
    let difference = try #require(
      document.difference("accuracy", on: "test", of: "mke", from: "teacher"))
    #expect(abs(difference.difference - 0.08) < 1e-12)
    // The teacher is one network; the spread is that of the two students: 0.0354 / √2.
    #expect(abs((difference.standardError ?? 0) - 0.025) < 1e-12)
    #expect(difference.isClear)
    #expect(document.difference("accuracy", on: "test", of: "mke", from: "nobody") == nil)
  }
}

@Suite struct StatisticsTests {
  @Test func nothingHasNoMean() { #expect(Statistics([]) == nil) }

  @Test func equalNumbersHaveExactlyNoSpread() {
    let statistics = Statistics(Array(repeating: 0.1, count: 7))
    #expect(statistics?.mean == 0.1)
    #expect(statistics?.std == 0)
  }

  /// Golden: numpy 2.4, std(ddof=1) of [1, 2, 4] is 1.5275252316519468.
  @Test func matchesReference() {
    // The mean is summed in another order.
    #expect(abs((Statistics([1, 2, 4])?.std ?? 0) - 1.527_525_231_651_946_8) < 1e-15)
  }

  @Test func twoFixedNumbersHaveNoStandardError() throws {
    let one = try #require(Statistics([0.5]))
    #expect(MeanDifference(one, one).standardError == nil)
    #expect(!MeanDifference(one, one).isClear)
  }

  @Test func aMeanThatLeavesClassesOutSaysHowManyEntered() throws {
    let row = MetricRow(
      stage: "s", model: "s", variant: "s", seed: 0, split: "test", metric: "map", value: 0.5,
      classes: 7)
    let document = MetricsDocument(rows: [row])
    #expect(document.json().contains(#""metric": "map", "value": 0.5, "classes": 7}"#))
    #expect(try MetricsDocument(json: document.json()) == document)
  }

  @Test func whatIsNoShareIsNotShownInPercent() {
    let rows = [("map", 0.25), ("d-prime", 1.5)].map { metric, value in
      MetricRow(
        stage: "s", model: "s", variant: "s", seed: 0, split: "test", metric: metric, value: value)
    }
    let table = MetricsDocument(rows: rows).table(split: "test")
    #expect(table == "   seeds  map ↑  d-prime ↑\ns      1   25.0       1.50\n")
  }
}
