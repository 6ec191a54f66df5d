import Readers
import Testing

@testable import enum Readers.NumberText
@testable import struct Readers.SeededGenerator

@Suite struct NumberTextTests {
  @Test(arguments: [
    "0", "-0", "1", "+1.5", "  12\t", ".5", "5.", "1e5", "1E+05", "-1.25e-3", "123456789012345678",
    "9007199254740993", "0.1", "1e22", "1e23", "1e-22", "1e-23", "0.000000000000000000000000012",
    "4.9e-324", "1.7976931348623157e308", "12345678901234567890.123", "0e99999", "00001.50",
    "3.14159265358979323846264338327950288",
  ])
  func agreesWithTheStandardLibrary(text: String) {
    let trimmed = text.filter { $0 != " " && $0 != "\t" }
    // The standard library wants digits on both sides of a point in some versions.
    let wanted = Double(trimmed) ?? Double("0" + trimmed) ?? Double(trimmed + "0")
    #expect(wanted != nil)
    #expect(NumberText.parse(text) == wanted.map(NumberText.Outcome.number))
  }

  @Test func agreesOnRandomNumbers() {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<20_000 {
      let digits = 1 + generator.below(20)
      var text = generator.below(2) == 0 ? "-" : ""
      let point = generator.below(digits + 1)
      for place in 0..<digits {
        if place == point { text += "." }
        text += String(generator.below(10))
      }
      if generator.below(3) == 0 { text += "e\(generator.below(80) - 40)" }
      guard let wanted = Double(text) ?? Double(text.replacing(".", with: "0.")) else { continue }
      #expect(NumberText.parse(text) == .number(wanted), "\(text)")
    }
  }

  @Test func bitsOfShortNumbersAreThoseOfTheStandardLibrary() {
    var generator = SeededGenerator(seed: 12)
    for _ in 0..<20_000 {
      let number = generator.normal() * 10
      let text = "\(number)"
      guard case .number(let read) = NumberText.parse(text) else {
        Issue.record("\(text) was not read")
        continue
      }
      #expect(read.bitPattern == number.bitPattern)
    }
  }

  @Test(arguments: ["nan", "NaN", "inf", "-Infinity", "1e999", "-1e400"])
  func whatIsNotFiniteIsSo(text: String) { #expect(NumberText.parse(text) == .notFinite) }

  @Test(arguments: ["a", "1,5", "1_000", "0x10", "1e", "--1", "1 2", ".", "-", "e5", "1.2.3", "½"])
  func whatIsNoNumberIsNone(text: String) { #expect(NumberText.parse(text) == .notANumber) }

  @Test(arguments: ["", " ", "\t "])
  func blanksAreEmpty(text: String) { #expect(NumberText.parse(text) == .empty) }
}
