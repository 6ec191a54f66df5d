/// A small generator of random numbers whose whole state is its seed: the same seed gives the same
/// order of samples on every machine.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Puts the elements into random order (Fisher and Yates). Written out, because the standard
  /// library does not promise the same order for the same generator in every version.
  mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      // The high half of a product: a bias below 2⁻³² for any count that fits into memory.
      let chosen = Int(next().multipliedFullWidth(by: UInt64(last + 1)).high)
      elements.swapAt(last, chosen)
    }
  }
}
