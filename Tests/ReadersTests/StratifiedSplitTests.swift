import Readers
import Testing

@Suite struct StratifiedSplitTests {
  private func counts(_ splits: [String]) -> [String: Int] {
    Dictionary(splits.map { ($0, 1) }, uniquingKeysWith: +)
  }

  /// METHOD's TwoMoon: 40 % test; of the rest 10 % labelled.
  @Test func sizesAreThoseOfThePaper() {
    let labels = (0..<500).map { $0 % 2 }
    let splits = StratifiedSplit.assign(labels: labels, test: 0.4, labelled: 0.1, seed: 42)
    #expect(counts(splits) == ["test": 200, "labelled": 30, "unlabelled": 270])
    let ofFirst = zip(labels, splits).filter { $0.0 == 0 }.map(\.1)
    #expect(counts(ofFirst) == ["test": 100, "labelled": 15, "unlabelled": 135])
  }

  @Test(arguments: 0..<50)
  func everyClassGetsItsShareAndTheSizesAreRight(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let classes = 2 + generator.below(8)
    let labels = (0..<(classes * 3 + generator.below(300))).map { index in
      // Each class comes at least three times; the classes differ in size.
      index < classes * 3
        ? index % classes : min(generator.below(classes), generator.below(classes))
    }
    let test = generator.uniform() * 0.6
    let labelled = generator.uniform()
    let splits = StratifiedSplit.assign(
      labels: labels, test: test, labelled: labelled, seed: seed)
    let all = counts(splits)
    let tested = Int((test * Double(labels.count)).rounded())
    let taught = Int((labelled * Double(labels.count - tested)).rounded())
    #expect(all["test", default: 0] == tested)
    #expect(all["labelled", default: 0] == taught)
    for label in 0..<classes {
      let own = counts(zip(labels, splits).filter { $0.0 == label }.map(\.1))
      let size = Double(labels.count { $0 == label })
      // The quota, by at most one up or down, or two where a small class was given its one.
      #expect(
        abs(Double(own["test", default: 0]) - Double(tested) * size / Double(labels.count)) < 2.01)
      if taught >= classes { #expect(own["labelled", default: 0] >= 1) }
      if tested >= classes { #expect(own["test", default: 0] >= 1) }
    }
  }

  @Test func aRareClassKeepsALabelledSample() {
    let labels = Array(repeating: 0, count: 97) + [1, 1, 1]
    let splits = StratifiedSplit.assign(labels: labels, test: 0.1, labelled: 0.05, seed: 1)
    #expect(counts(Array(splits.suffix(3))) == ["test": 1, "labelled": 1, "unlabelled": 1])
    #expect(counts(splits)["test"] == 10)
    #expect(counts(splits)["labelled"] == 5)
  }

  @Test func aSeedIsADraw() {
    let labels = (0..<100).map { $0 % 4 }
    func draw(_ seed: UInt64) -> [String] {
      StratifiedSplit.assign(labels: labels, test: 0.3, labelled: 0.2, seed: seed)
    }
    #expect(draw(1) == draw(1))
    #expect(draw(1) != draw(2))
  }

  /// So that a study over labelled shares tests on the same samples, and adds labels to those there.
  @Test func moreLabelsLeaveTheTestSplitAlone() {
    let labels = (0..<200).map { $0 % 5 }
    let few = StratifiedSplit.assign(labels: labels, test: 0.4, labelled: 0.1, seed: 9)
    let many = StratifiedSplit.assign(labels: labels, test: 0.4, labelled: 0.5, seed: 9)
    for (first, second) in zip(few, many) {
      #expect((first == "test") == (second == "test"))
      if first == "labelled" { #expect(second == "labelled") }
    }
  }

  @Test func withoutALabelASampleIsUnlabelled() {
    let labels = [0, 1, 0, 1, -1, -1]
    let splits = StratifiedSplit.assign(labels: labels, test: 0.5, labelled: 1, seed: 3)
    #expect(splits.suffix(2) == ["unlabelled", "unlabelled"])
    #expect(counts(splits) == ["test": 2, "labelled": 2, "unlabelled": 2])
  }

  @Test func edgesOfTheSharesHold() {
    let labels = (0..<20).map { $0 % 2 }
    #expect(
      counts(StratifiedSplit.assign(labels: labels, test: 0, labelled: 0, seed: 1))
        == ["unlabelled": 20])
    #expect(
      counts(StratifiedSplit.assign(labels: labels, test: 0, labelled: 1, seed: 1))
        == ["labelled": 20])
    #expect(
      counts(StratifiedSplit.assign(labels: labels, test: 1, labelled: 1, seed: 1)) == ["test": 20])
    #expect(StratifiedSplit.assign(labels: [], test: 0.5, labelled: 0.5, seed: 1).isEmpty)
  }
}
