import Testing

@testable import Readers

@Suite struct NaturalOrderTests {
  @Test func numbersInNamesAreCompared() {
    #expect(
      naturallySorted([
        "take 10", "take 2", "take", "Take 3", "take 02", "take 2b", "a/10/x", "a/9/y",
      ])
        == ["Take 3", "a/9/y", "a/10/x", "take", "take 02", "take 2", "take 2b", "take 10"])
    #expect(
      naturallySorted(["x0", "x00", "x", "x000001", "x1"]) == ["x", "x0", "x00", "x000001", "x1"])
    let long = String(repeating: "9", count: 400)
    #expect(naturallySorted([long + "0", long]) == [long, long + "0"])
  }

  @Test(arguments: 0..<20)
  func theOrderIsOne(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let letters = Array("ab019/")
    var names = (0..<60).map { _ in
      String((0..<(1 + generator.below(6))).map { _ in letters[generator.below(letters.count)] })
    }
    let sorted = naturallySorted(names)
    generator.shuffle(&names)
    #expect(naturallySorted(names) == sorted)
    for (first, second) in zip(sorted, sorted.dropFirst()) {
      #expect(!naturallyPrecedes(Array(second.utf8), Array(first.utf8)))
    }
  }
}
