import Foundation
import Signals
import Testing

@Suite struct FourierTransformTests {
  /// X[k] = Σ x[n] · exp(−2πi nk / N), term by term in double precision.
  private func naive(_ signal: [Float]) -> (real: [Double], imaginary: [Double]) {
    let length = signal.count
    let cosines = (0..<length).map { cos(2 * .pi * Double($0) / Double(length)) }
    let sines = (0..<length).map { sin(2 * .pi * Double($0) / Double(length)) }
    let samples = signal.map(Double.init)
    var (real, imaginary): ([Double], [Double]) = ([], [])
    for k in 0...length / 2 {
      var (a, b, place) = (0.0, 0.0, 0)
      for sample in samples {
        a += sample * cosines[place]
        b -= sample * sines[place]
        place += k
        if place >= length { place -= length }
      }
      real.append(a)
      imaginary.append(b)
    }
    return (real, imaginary)
  }

  private func noise(_ length: Int, _ generator: inout SeededGenerator) -> [Float] {
    (0..<length).map { _ in Float.random(in: -1...1, using: &generator) }
  }

  /// Greatest distance to the naive transform, of the root of the signal's energy, which bounds what
  /// a transform in float32 can lose.
  private func error(_ length: Int, _ generator: inout SeededGenerator) -> Double {
    let signal = noise(length, &generator)
    let (real, imaginary) = FourierTransform(length: length)(signal)
    let wanted = naive(signal)
    let energy = signal.reduce(0) { $0 + Double($1) * Double($1) }
    return zip(
      zip(real, imaginary).map { ($0, $1) }, zip(wanted.real, wanted.imaginary).map { ($0, $1) }
    ).map { hypot(Double($0.0) - $1.0, Double($0.1) - $1.1) }.max().map {
      $0 / (energy * Double(length)).squareRoot()
    } ?? .infinity
  }

  /// float32 has 2⁻²⁴ = 6e-8; passes add theirs, and a convolution does three times as many.
  private let tolerance = 1e-6

  @Test func everyShortLengthIsTheSumItStandsFor() {
    var generator = SeededGenerator(seed: 1)
    for length in 1...72 { #expect(error(length, &generator) < tolerance, "\(length)") }
  }

  /// 2⁴ · 5², powers of two, products of primes that have no butterfly of their own, primes, and
  /// twice a prime.
  @Test(arguments: [400, 512, 551, 640, 1001, 1024, 961, 1103, 1094])
  func longLengthsAreToo(length: Int) {
    var generator = SeededGenerator(seed: UInt64(length))
    #expect(error(length, &generator) < tolerance)
  }

  @Test func randomLengthsAreToo() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<24 {
      let length = Int.random(in: 1...1100, using: &generator)
      #expect(error(length, &generator) < tolerance, "\(length)")
    }
  }

  @Test func isLinear() {
    var generator = SeededGenerator(seed: 3)
    for length in [1, 2, 37, 53, 160, 441] {
      let transform = FourierTransform(length: length)
      let (first, second) = (noise(length, &generator), noise(length, &generator))
      let mixed = transform(zip(first, second).map { 2 * $0 - 3 * $1 })
      let (a, b) = (transform(first), transform(second))
      for k in 0..<transform.binCount {
        #expect(abs(mixed.real[k] - (2 * a.real[k] - 3 * b.real[k])) < 2e-4)
        #expect(abs(mixed.imaginary[k] - (2 * a.imaginary[k] - 3 * b.imaginary[k])) < 2e-4)
      }
    }
  }

  /// Parseval: Σ x² = Σ |X|² / N, where every bin but the first and, of even lengths, the last
  /// stands for two.
  @Test func keepsTheEnergy() {
    var generator = SeededGenerator(seed: 4)
    for length in [1, 2, 3, 97, 250, 400, 1103] {
      let signal = noise(length, &generator)
      let (real, imaginary) = FourierTransform(length: length)(signal)
      var energy = 0.0
      for k in real.indices {
        let isSingle = k == 0 || 2 * k == length
        let square =
          Double(real[k]) * Double(real[k]) + Double(imaginary[k]) * Double(imaginary[k])
        energy += isSingle ? square : 2 * square
      }
      let wanted = signal.reduce(0) { $0 + Double($1) * Double($1) }
      #expect(abs(energy / Double(length) - wanted) < 1e-5 * wanted)
    }
  }
}

/// SplitMix64: numbers that are the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
