import Testing

@testable import Readers

@Suite struct BalancedSplitTests {
  @Test(arguments: 0..<30)
  func singleSamplesAreDealtInExactSharesOfEveryClass(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let classes = 2 + generator.below(6)
    let units = (0..<(50 + generator.below(300))).map { _ in
      var labels: [Int: Int] = [:]
      for label in 0..<classes where generator.below(label + 2) == 0 { labels[label] = 1 }
      return BalancedSplit.Unit(size: 1, counts: labels.isEmpty ? [classes: 1] : labels)
    }
    let shares = [0.2, 0.3, 0.5]
    var order = Array(units.indices)
    generator.shuffle(&order)
    let parts = BalancedSplit.deal(units, shares: shares, isExact: true, order: order)
    #expect(parts.allSatisfy { (0..<3).contains($0) })
    let sizes = BalancedSplit.rounded(shares, of: units.count)
    for part in 0..<3 {
      #expect(parts.count { $0 == part } == sizes[part])
      for label in 0...classes {
        let all = units.count { $0.counts[label] != nil }
        let own = units.indices.count { parts[$0] == part && units[$0].counts[label] != nil }
        // Several classes at once cannot all come out even; a handful is what greed leaves.
        #expect(abs(Double(own) - shares[part] * Double(all)) <= 7, "class \(label) of \(all)")
      }
    }
  }

  @Test func sharesAreRoundedByTheLargestRemainder() {
    #expect(BalancedSplit.rounded([0.1, 0.9], of: 25) == [3, 22])
    #expect(BalancedSplit.rounded([1 / 3, 1 / 3, 1 / 3], of: 10) == [4, 3, 3])
    #expect(BalancedSplit.rounded([0, 1], of: 7) == [0, 7])
    #expect(BalancedSplit.rounded([0.29, 0.71], of: 100) == [29, 71])
  }

  @Test func everyPartGetsAGroupWhereThereAreAsMany() {
    let units = [100, 1, 1].map { BalancedSplit.Unit(size: $0, counts: [0: $0]) }
    let parts = BalancedSplit.deal(
      units, shares: [0.01, 0.01, 0.98], isExact: false, order: [0, 1, 2])
    #expect(Set(parts) == [0, 1, 2])
    #expect(parts[0] == 2)
  }

  @Test func nothingIsDealtIntoPartsWithoutAShare() {
    let units = (0..<5).map { _ in BalancedSplit.Unit(size: 2, counts: [0: 2]) }
    let order = Array(units.indices)
    #expect(
      BalancedSplit.deal(units, shares: [0, 1], isExact: false, order: order)
        == [1, 1, 1, 1, 1])
    #expect(BalancedSplit.deal([], shares: [0.5, 0.5], isExact: true, order: []).isEmpty)
  }
}
