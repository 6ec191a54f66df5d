import Readers
import Testing

@Suite struct OverlapCheckTests {
  @Test func splitsWithoutOverlapPass() {
    var check = OverlapCheck("stage 'moons'")
    check.add(id: "a", content: "1", split: "labelled")
    check.add(id: "b", content: "2", split: "unlabelled")
    check.add(id: "c", content: "3", split: "test")
    #expect(check.diagnostics.isEmpty)
  }

  @Test func equalContentInTwoSplitsIsAnError() {
    var check = OverlapCheck("stage 'moons'")
    check.add(id: "a", content: "1", split: "labelled")
    check.add(id: "b", content: "1", split: "test")
    #expect(
      check.diagnostics.map(\.description) == [
        """
        stage 'moons': error: 1 sample has the content of a sample in another split: \
        'a' (labelled) = 'b' (test)
          mend: remove one of each pair, or put both into one split
        """
      ])
  }

  @Test func anIdInTwoSplitsIsAnError() {
    var check = OverlapCheck("stage 'moons'")
    check.add(id: "a", content: "1", split: "unlabelled")
    check.add(id: "a", content: "1", split: "test")
    #expect(
      check.diagnostics.map(\.description) == [
        """
        stage 'moons': error: 1 id stands in two splits: 'a' (unlabelled and test)
          mend: keep each sample in one split
        """
      ])
  }

  @Test func equalContentInOneSplitIsCounted() {
    var check = OverlapCheck("stage 'moons'")
    for id in ["a", "b", "c"] { check.add(id: id, content: "1", split: "test") }
    #expect(check.duplicates == 2)
    #expect(check.diagnostics.map(\.severity) == [.warning])
  }

  @Test func manyOverlapsAreCountedAndTheFirstNamed() {
    var check = OverlapCheck("stage 'moons'")
    for number in 0..<10 {
      check.add(id: "l\(number)", content: "\(number)", split: "labelled")
      check.add(id: "t\(number)", content: "\(number)", split: "test")
    }
    let message = check.diagnostics[0].message
    #expect(message.hasPrefix("10 samples have the content of a sample in another split: 'l0'"))
    #expect(message.hasSuffix("'t4' (test), …"))
  }
}
