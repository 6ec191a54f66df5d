import Foundation
import Testing

@testable import Signals

@Suite struct LanesTests {
  @Test func logarithmsAreRightToTheLastPlaces() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<2000 {
      let exponent = Float.random(in: -126...127, using: &generator)
      let x = Lanes(
        exp2(exponent), Float.random(in: 0.5...2, using: &generator),
        Float(bitPattern: UInt32.random(in: 1...0x7fffff, using: &generator)), 1)
      let result = x.logarithm
      for lane in 0..<4 {
        let wanted = log(Double(x[lane]))
        // Near 1 the logarithm is near 0 and x itself has no more digits than 2⁻²⁴ of 1.
        #expect(abs(Double(result[lane]) - wanted) <= 1.5e-7 * max(abs(wanted), 0.1))
      }
    }
  }

  @Test func logarithmsOfWhatHasNoneAreThoseOfTheStandard() {
    let result = Lanes(0, -1, .infinity, .nan).logarithm
    #expect(result[0] == -.infinity)
    #expect(result[1].isNaN)
    #expect(result[2] == .infinity)
    #expect(result[3].isNaN)
    #expect(Lanes(repeating: -0.0).logarithm[0] == -.infinity)
    #expect(Lanes(repeating: -.infinity).logarithm[0].isNaN)
    #expect(Lanes(repeating: 1).logarithm[0] == 0)
  }

  @Test func halvesAreTheNearestOnes() {
    var generator = SeededGenerator(seed: 6)
    var numbers: [Float] = [
      0, -0.0, 1, -1, 65504, 65519.99, 65520, 65536, 1e30, -1e30, .infinity, -.infinity, 6.1e-5,
      6.103_515_6e-5, 5.96e-8, 2.98e-8, 2.980_232_2e-8, 2.980_232_6e-8, 1e-20,
      .leastNonzeroMagnitude,
    ]
    // All halves that lie between two others, and random bits.
    for bits in stride(from: UInt16(0), to: 0x7bff, by: 7) {
      let (low, high) = (Float(Float16(bitPattern: bits)), Float(Float16(bitPattern: bits + 1)))
      numbers += [low, (low + high) / 2, ((low + high) / 2).nextUp, ((low + high) / 2).nextDown]
    }
    numbers += (0..<4000).map { _ in
      Float(bitPattern: UInt32.random(in: 0...(.max), using: &generator))
    }
    for number in numbers where !number.isNaN {
      let bits = Lanes(repeating: number).halfPrecisionBits[2]
      #expect(bits == Float16(number).bitPattern, "\(number)")
    }
    #expect(Float16(bitPattern: Lanes(repeating: .nan).halfPrecisionBits[0]).isNaN)
  }

  @Test func rowsBecomeColumns() {
    let columns = Lanes.transposed(
      Lanes(0, 1, 2, 3), Lanes(4, 5, 6, 7), Lanes(8, 9, 10, 11), Lanes(12, 13, 14, 15))
    #expect(columns.0.numbers == [0, 4, 8, 12])
    #expect(columns.1.numbers == [1, 5, 9, 13])
    #expect(columns.2.numbers == [2, 6, 10, 14])
    #expect(columns.3.numbers == [3, 7, 11, 15])
  }
}
