import Readers
import Testing

@Suite struct SeededGeneratorTests {
  /// Golden: the authors' C code of xoshiro256** 1.0, its state filled by their splitmix64.
  @Test func matchesReference() {
    var zero = SeededGenerator(seed: 0)
    #expect(
      (0..<4).map { _ in zero.next() } == [
        0x99ec_5f36_cb75_f2b4, 0xbf6e_1f78_4956_452a, 0x1a5f_849d_4933_e6e0,
        0x6aa5_94f1_262d_2d2c,
      ])
    var other = SeededGenerator(seed: 42)
    #expect(
      (0..<4).map { _ in other.next() } == [
        0x1578_0b2e_0c2e_c716, 0x6104_d986_6d11_3a7e, 0xae17_5332_39e4_99a1,
        0xecb8_ad47_03b3_60a1,
      ])
  }

  @Test func uniformNumbersFillTheUnitInterval() {
    var generator = SeededGenerator(seed: 1)
    let numbers = (0..<10_000).map { _ in generator.uniform() }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    // Standard error of the mean: 0.289 / 100.
    #expect(abs(numbers.reduce(0, +) / 10_000 - 0.5) < 0.012)
  }

  @Test func normalNumbersHaveTheirMoments() {
    var generator = SeededGenerator(seed: 2)
    let numbers = (0..<20_000).map { _ in generator.normal() }
    let mean = numbers.reduce(0, +) / 20_000
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    // Four standard errors: 1 / √20000 of the mean, √2 / √20000 of the variance.
    #expect(abs(mean) < 0.028)
    #expect(abs(variance - 1) < 0.04)
    #expect(numbers.count { abs($0) > 1.96 } > 800)
    #expect(numbers.count { abs($0) > 1.96 } < 1200)
  }

  @Test func everyNumberBelowABoundComes() {
    var generator = SeededGenerator(seed: 3)
    var counts = Array(repeating: 0, count: 7)
    for _ in 0..<7000 { counts[generator.below(7)] += 1 }
    // Five standard deviations: √(7000 · 1/7 · 6/7) = 29.
    #expect(counts.allSatisfy { abs($0 - 1000) < 147 })
    #expect(generator.below(1) == 0)
  }

  @Test func shufflingKeepsEveryElement() {
    var generator = SeededGenerator(seed: 4)
    var elements = Array(0..<100)
    generator.shuffle(&elements)
    #expect(elements != Array(0..<100))
    #expect(elements.sorted() == Array(0..<100))
    var none: [Int] = []
    generator.shuffle(&none)
    #expect(none.isEmpty)
  }
}
