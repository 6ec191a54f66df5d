import Testing

@testable import Configuration

@Suite struct JSONTests {
  private func read(_ text: String) throws -> Value { try Value(json: Array(text.utf8)) }

  @Test func readsWhatItWrote() throws {
    let value: Value = .object([
      "integer": -3, "double": 1.0, "small": 1e-7, "large": .integer(.max), "text": "ä\"\\\n\u{1}😀",
      "none": .null, "flags": .array([true, false]), "nested": .object(["a": .array([])]),
    ])
    #expect(try read(value.canonicalJSON) == value)
  }

  @Test func keepsIntegersAndDoublesApart() throws {
    #expect(try read("[1, 1.0, 1e2]") == .array([.integer(1), .double(1), .double(100)]))
  }

  @Test func readsEscapes() throws {
    #expect(try read(#""a\u00e9\ud83d\ude00\/\tb""#) == "aé😀/\tb")
  }

  @Test(arguments: [
    "", "{", "[1,", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}", "nul", "1x", "\"a", "\"\\q\"",
    "\"\\ud83d\"", "\"\\u12\"", "[1]]", "-", String(repeating: "[", count: 100_000),
  ]) func refuses(_ text: String) {
    #expect(throws: JSONFault.self) { try read(text) }
  }

  @Test func survivesEveryCutAndFlip() throws {
    let text = Array(#"{"a":[1,2.5,"x\u00e9"],"b":{"c":null,"d":true}}"#.utf8)
    for end in text.indices {
      #expect(throws: JSONFault.self) { try Value(json: Array(text[..<end])) }
    }
    for index in text.indices {
      for bit in 0..<8 {
        var other = text
        other[index] ^= 1 << bit
        // Read or refused, never a crash.
        _ = try? Value(json: other)
      }
    }
  }
}
