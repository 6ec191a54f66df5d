import Configuration
import Foundation
import Testing

@Suite struct ValueTests {
  @Test func writesEqualValuesAsEqualBytes() {
    let one: Value = ["b": [1, 2.5, true, .null], "a": "x\"\\\n\u{1}é", "c": [:]]
    let other: Value = .object([
      "a": "x\"\\\n\u{1}é", "c": .object([:]), "b": [1, 2.5, true, .null],
    ])
    #expect(one.canonicalJSON == other.canonicalJSON)
    #expect(one.canonicalJSON == #"{"a":"x\"\\\n\u0001é","b":[1,2.5,true,null],"c":{}}"#)
  }

  @Test(arguments: [
    (Value.double(0.1), "0.1"), (.double(1), "1"), (.double(-0.0), "0"), (.double(1e-8), "1e-08"),
    (.double(1e300), "1e+300"), (.double(1.0 / 3), "0.3333333333333333"),
    (.integer(.max), "9223372036854775807"), (.double(.infinity), "\"inf\""),
  ])
  func writesNumbersInTheirShortestForm(value: Value, text: String) {
    #expect(value.canonicalJSON == text)
  }

  @Test func writesJSONThatReadsBackTheSame() throws {
    let value: Value = [
      "text": "a ${b} \u{2028}", "numbers": [0, -1, 1.5, 1e-300, 123_456_789_012],
      "flags": [true, false, .null], "deep": ["right-leg": ["kind": "mlp", "hidden": [32, 16]]],
    ]
    for text in [value.canonicalJSON, value.indentedJSON] {
      #expect(try JSONDecoder().decode(Value.self, from: Data(text.utf8)) == value)
    }
    let encoded = try JSONEncoder().encode(value)
    #expect(try JSONDecoder().decode(Value.self, from: encoded) == value)
  }

  /// JSON has one kind of number: a value that went through it must still be the same.
  @Test func holdsWholeDoublesAndIntegersEqual() {
    #expect(Value.double(3) == .integer(3))
    #expect(Value.double(3).hashValue == Value.integer(3).hashValue)
    #expect(Value.double(3).canonicalJSON == Value.integer(3).canonicalJSON)
    #expect(Value.double(3.5) != .integer(3))
    // 2⁵³ + 1 has no double.
    #expect(Value.integer(9_007_199_254_740_993) != .double(9_007_199_254_740_992))
    #expect(Value.string("3") != .integer(3))
    #expect(Value.bool(true) != .integer(1))
  }

  @Test func indentsWhatHoldsMoreThanScalars() {
    let value: Value = ["b": [1, 2], "a": [["x": "y"], [:]], "c": []]
    #expect(
      value.indentedJSON == """
        {
          "a": [
            {
              "x": "y"
            },
            {}
          ],
          "b": [1, 2],
          "c": []
        }
        """)
  }
}
