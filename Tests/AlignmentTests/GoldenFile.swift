import Foundation
import Testing

/// Reference values of this target: `Golden/<name>.json`, remade by `Tools/golden/remake`.
struct GoldenFile<Case: Decodable>: Decodable {
  /// Such as `numpy 2.4.6`.
  let reference: String
  let cases: [Case]

  static func read(_ name: String) throws -> Self {
    let url = try #require(
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
  }
}

/// Seeded random numbers: Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
