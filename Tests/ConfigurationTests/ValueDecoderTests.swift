import Configuration
import Foundation
import Testing

@Suite struct ValueDecoderTests {
  private struct Inner: Decodable, Equatable {
    var kernelSize: Int
    var aBC: String?
  }

  private struct Outer: Decodable, Equatable {
    var holdBack: Double
    var isFast: Bool
    var encoders: [String: Inner]
    var names: [String]
    var inner: Inner?
    var free: Value
    var mode: Mode
    var seed: UInt64
    var scale: Float
  }

  private enum Mode: String, Decodable { case squaredError = "squared-error" }

  @Test func findsHyphenatedKeysOfTypesAndKeepsThoseOfFreeMappings() throws {
    let value: Value = [
      "hold-back": 1, "is-fast": true, "seed": 7, "scale": 0.5, "mode": "squared-error",
      "encoders": ["right-leg": ["kernel-size": 3, "a-b-c": "x"], "bothArms": ["kernel-size": 5]],
      "names": ["right-leg"], "free": ["right-leg": ["deep-key": [1, 2.5, .null]]],
    ]
    let decoded = try value.decode(Outer.self)
    #expect(
      decoded
        == Outer(
          holdBack: 1, isFast: true,
          encoders: [
            "right-leg": Inner(kernelSize: 3, aBC: "x"), "bothArms": Inner(kernelSize: 5),
          ], names: ["right-leg"], inner: nil,
          free: ["right-leg": ["deep-key": [1, 2.5, .null]]], mode: .squaredError, seed: 7,
          scale: 0.5))
  }

  @Test func readsNullAsAbsent() throws {
    #expect(try Value.object(["kernel-size": 1, "a-b-c": .null]).decode(Inner.self).aBC == nil)
    #expect(try Value.array([1, .null]).decode([Int?].self) == [1, nil])
  }

  @Test func turnsWholeDoublesIntoIntegersAndNothingElse() throws {
    #expect(try Value.double(3).decode(Int.self) == 3)
    #expect(try Value.integer(3).decode(Double.self) == 3)
    for (value, name) in [(Value.double(3.5), "3.5"), (.integer(300), "300"), (.integer(-1), "-1")]
    {
      let error = #expect(throws: DecodingError.self) { try value.decode(UInt8.self) }
      #expect("\(String(describing: error))".contains(name))
    }
    #expect(throws: DecodingError.self) { try Value.bool(true).decode(Int.self) }
    #expect(throws: DecodingError.self) { try Value.integer(1).decode(Bool.self) }
    #expect(throws: DecodingError.self) { try Value.string("1").decode(Int.self) }
  }

  @Test func saysWhereAKeyIsMissing() throws {
    let value: Value = [
      "hold-back": 1, "is-fast": true, "encoders": ["right-leg": ["kernel": 3]],
    ]
    do {
      _ = try value.decode(Outer.self)
      Issue.record("decoded")
    } catch DecodingError.keyNotFound(let key, let context) {
      #expect(key.stringValue == "kernelSize")
      #expect(context.codingPath.map(\.stringValue) == ["encoders", "right-leg"])
      #expect(context.debugDescription == "no key 'kernel-size'")
    }
  }

  @Test func walksListsItemByItem() throws {
    struct Pair: Decodable, Equatable {
      var first: Int
      var rest: [String]

      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        first = try list.decode(Int.self)
        var inner = try list.nestedUnkeyedContainer()
        rest = []
        while !inner.isAtEnd { rest.append(try inner.decode(String.self)) }
        #expect(try !list.decodeNil())
        #expect(list.isAtEnd)
        #expect(throws: DecodingError.self) { try list.decode(Int.self) }
      }
    }
    let pair = try Value.array([1, ["a", "b"]]).decode(Pair.self)
    #expect(pair.first == 1)
    #expect(pair.rest == ["a", "b"])
  }

  /// What Foundation's decoder makes of the same JSON, for types without hyphens.
  @Test func agreesWithJSONDecoder() throws {
    struct Plain: Codable, Equatable {
      var a: [Int: String]
      var b: [[Double]]
      var c: [String: [Bool]]
      var d: Int?
    }
    let plain = Plain(a: [1: "x", 2: "y"], b: [[1, 2.5], []], c: ["k": [true]], d: 4)
    let data = try JSONEncoder().encode(plain)
    let value = try JSONDecoder().decode(Value.self, from: data)
    #expect(try value.decode(Plain.self) == plain)
  }
}
