import Dataflow
import Shards
import TestSupport
import Testing

@testable import Work

@Suite struct PseudoLabelWorkTests {
  /// Golden: torch.softmax(torch.tensor([2., 1., 0.]) / t, 0) for t = 1 and 2, PyTorch 2.15.0.
  @Test func temperatureSoftensAsInPyTorch() {
    let logits: ArraySlice<Float> = [2, 1, 0]
    let plain = PseudoLabelWork.softmax(logits, temperature: 1)
    let soft = PseudoLabelWork.softmax(logits, temperature: 2)
    for (found, wanted) in zip(
      plain + soft, [0.665241, 0.244728, 0.090031, 0.506480, 0.307196, 0.186324])
    {
      #expect(abs(Double(found) - wanted) < 1e-6)
    }
  }

  @Test func firstOfEqualLogitsIsTheLabel() {
    #expect(PseudoLabelWork.argmax([1, 3, 3]) == 1)
    let all: ArraySlice<Float> = [9, 1, 3, 3]
    #expect(PseudoLabelWork.argmax(all[1...]) == 1)
  }

  @Test func thresholdKeepsTheConfidentAndSaysHowMany() async throws {
    let harness = try Harness()
    let text = Texts.moons.replacing(
      "from: guesses, mode: hard", with: "from: guesses, mode: soft, temperature: 2, threshold: 0.7"
    )
    let outcomes = try await harness.run(text)
    let labels = try #require(outcomes["labels"])
    #expect(labels.failures == [])
    let columns = try labels.output.readAll(
      ["/pseudo/confidence", "/pseudo/kept", "/pseudo/probabilities"], of: "unlabelled")
    let confidences = try #require(columns["/pseudo/confidence"]?.values(as: Float.self))
    let kept = try #require(columns["/pseudo/kept"]?.values(as: UInt8.self))
    #expect(confidences.count == 100)
    #expect(zip(confidences, kept).allSatisfy { ($0 >= 0.7) == ($1 == 1) })
    let shares = try #require(columns["/pseudo/probabilities"]?.values(as: Float.self))
    #expect(shares.count == 200)
    let summary = try #require(labels.summaries.first)
    #expect(
      summary.hasPrefix("\(kept.count { $0 == 1 }) labels kept, \(kept.count { $0 == 0 }) dropped"))
    #expect(outcomes["students"]?.failures == [])
  }

  @Test func thresholdThatKeepsNothingIsRefused() async throws {
    let harness = try Harness()
    let text = Texts.moons.replacing(
      "from: guesses, mode: hard", with: "from: guesses, threshold: 1.0")
    let labels = try await harness.run(text, until: "labels")
    #expect(
      labels.failures.map(\.message) == ["not one of 100 labels reaches the threshold of 1.0"])
  }

  private let outside = """
    mke: 1
    name: outside
    stages:
      rows:
        kind: ingest
        source: {kind: table, path: rows.csv, label: kind, modalities: {x: [x]}}
        split: {column: part}
      aligned: {kind: align, from: rows}
      labels:
        kind: pseudo-label
        samples: aligned.unlabelled
        file: {path: labels.csv, column: guess}
    """

  private func rows(_ harness: Harness) throws {
    try harness.folder.write(
      "rows.csv",
      "id,x,kind,part\na,1,u,labelled\nb,2,v,labelled\nc,3,u,unlabelled\nd,4,v,unlabelled\n")
  }

  @Test func outsideLabelsMeetTheirSamplesById() async throws {
    let harness = try Harness()
    try rows(harness)
    try harness.folder.write("labels.csv", "guess,id\nu,d\nv,c\nv,other\n")
    let labels = try await harness.run(outside, until: "labels")
    #expect(labels.failures == [])
    let columns = try labels.output.readAll(["/samples/id", "/pseudo/label"], of: "unlabelled")
    #expect(columns["/samples/id"]?.texts == ["c", "d"])
    #expect(columns["/pseudo/label"]?.values(as: Int32.self) == [1, 0])
  }

  @Test func outsideLabelThatIsNoClassIsShownAtItsLine() async throws {
    let harness = try Harness()
    try rows(harness)
    try harness.folder.write("labels.csv", "guess,id\nu,d\nw,c\n")
    let labels = try await harness.run(outside, until: "labels")
    let failure = try #require(labels.failures.first)
    #expect(failure.subject.hasSuffix("labels.csv:3"))
    #expect(failure.message == "label 'w' is no class")
  }

  @Test func sampleWithoutAnOutsideLabelIsNamed() async throws {
    let harness = try Harness()
    try rows(harness)
    try harness.folder.write("labels.csv", "guess,id\nu,d\n")
    let labels = try await harness.run(outside, until: "labels")
    #expect(
      labels.failures.map(\.message) == [
        "1 of 2 samples of 'aligned.unlabelled' have no row, such as 'c'"
      ])
  }
}
