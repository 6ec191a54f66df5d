import Foundation

/// Four frames of a signal side by side: one register of SSE2 or NEON, which every machine that this
/// runs on has. (Eight spill registers there and were slower.)
typealias Lanes = SIMD4<Float>

/// Complex numbers of four frames.
struct ComplexLanes {
  var real: Lanes
  var imaginary: Lanes

  static let zero = ComplexLanes(real: .zero, imaginary: .zero)

  @inline(__always) init(real: Lanes, imaginary: Lanes) {
    self.real = real
    self.imaginary = imaginary
  }

  @inline(__always) static func + (left: ComplexLanes, right: ComplexLanes) -> ComplexLanes {
    ComplexLanes(real: left.real + right.real, imaginary: left.imaginary + right.imaginary)
  }

  @inline(__always) static func - (left: ComplexLanes, right: ComplexLanes) -> ComplexLanes {
    ComplexLanes(real: left.real - right.real, imaginary: left.imaginary - right.imaginary)
  }

  @inline(__always) static func * (left: ComplexLanes, right: Float) -> ComplexLanes {
    let right = Lanes(repeating: right)
    return ComplexLanes(real: left.real * right, imaginary: left.imaginary * right)
  }

  /// Times a complex number that is the same for all frames: `x` its real part.
  @inline(__always) static func * (left: ComplexLanes, right: SIMD2<Float>) -> ComplexLanes {
    let (x, y) = (Lanes(repeating: right.x), Lanes(repeating: right.y))
    return ComplexLanes(
      real: left.real * x - left.imaginary * y, imaginary: left.real * y + left.imaginary * x)
  }

  /// Times −i.
  @inline(__always) var turnedBack: ComplexLanes {
    ComplexLanes(real: imaginary, imaginary: -real)
  }
}

/// exp(−2πi · numerator / denominator), `x` the real part.
///
/// - Precondition: 0 ≤ numerator < denominator, so that the angle keeps its digits.
func rootOfUnity(_ numerator: Int, _ denominator: Int) -> SIMD2<Float> {
  let angle = 2 * Double.pi * Double(numerator) / Double(denominator)
  return SIMD2(Float(cos(angle)), Float(-sin(angle)))
}

/// Four rows of four as their four columns.
@inline(__always) func transposed(
  _ a: Lanes, _ b: Lanes, _ c: Lanes, _ d: Lanes
) -> (Lanes, Lanes, Lanes, Lanes) {
  let left = SIMD8(lowHalf: a, highHalf: b)
  let right = SIMD8(lowHalf: c, highHalf: d)
  let even = SIMD8(lowHalf: left.evenHalf, highHalf: right.evenHalf)
  let odd = SIMD8(lowHalf: left.oddHalf, highHalf: right.oddHalf)
  return (even.evenHalf, odd.evenHalf, even.oddHalf, odd.oddHalf)
}

extension SIMD4 where Scalar == Float {
  /// Natural logarithm, to about one unit in the last place; −∞ of 0, not-a-number below 0.
  ///
  /// The argument is split into 2^e · (1 + x) with √½ ≤ 1 + x < √2, and log(1 + x) taken by the
  /// minimax polynomial of the Cephes library (`logf`, S. Moshier).
  @inline(__always) var logarithm: Lanes {
    // Subnormal numbers have their leading digit in the fraction: scale them up.
    let isSmall = self .< Float.leastNormalMagnitude
    let scaled = self.replacing(with: self * 0x1p23, where: isSmall)
    let bits = unsafeBitCast(scaled, to: SIMD4<Int32>.self)
    var exponent = Lanes((bits &>> 23) &- 126)
    exponent = exponent.replacing(with: exponent - 23, where: isSmall)
    var x = unsafeBitCast((bits & 0x007f_ffff) | 0x3f00_0000, to: Lanes.self)
    let isLow = x .< 0.707_106_77
    exponent = exponent.replacing(with: exponent - 1, where: isLow)
    x = x.replacing(with: x + x, where: isLow) - 1
    let square = x * x
    @inline(__always) func all(_ number: Float) -> Lanes { Lanes(repeating: number) }
    var y = x * all(7.037_683_6e-2) - all(1.151_461e-1)
    y = y * x + all(1.167_699_9e-1)
    y = y * x - all(1.242_014_1e-1)
    y = y * x + all(1.424_932_3e-1)
    y = y * x - all(1.666_805_8e-1)
    y = y * x + all(2.000_071_5e-1)
    y = y * x - all(2.499_999_4e-1)
    y = y * x + all(3.333_333_1e-1)
    y = y * x * square
    // log 2 in two parts, the larger with few digits, so that its multiples are exact.
    y -= exponent * all(2.121_944_4e-4)
    y -= square * all(0.5)
    var result = (x + y) + exponent * all(0.693_359_375)
    result = result.replacing(with: -Float.infinity, where: self .== 0)
    // What is neither zero nor a positive finite number: ∞ and not-a-number stay themselves.
    result = result.replacing(with: self, where: self .== Float.infinity)
    return result.replacing(with: Float.nan, where: .!(self .>= 0))
  }

  /// The bits of the nearest half-precision numbers, ties to even; ∞ above what they hold.
  @inline(__always) var halfPrecisionBits: SIMD4<UInt16> {
    let bits = unsafeBitCast(self, to: SIMD4<Int32>.self)
    let magnitude = bits & 0x7fff_ffff
    // Normal: move the exponent's bias, add what makes cutting the digits off round to even.
    let odd = (magnitude &>> 13) & 1
    var half = (magnitude &- 0x3800_0000 &+ 0xfff &+ odd) &>> 13
    // Subnormal: adding ½ lets the machine round at the last digit that a half has there.
    let small = unsafeBitCast(magnitude, to: Lanes.self) + 0.5
    half = half.replacing(
      with: unsafeBitCast(small, to: SIMD4<Int32>.self) &- 0x3f00_0000,
      where: magnitude .< 0x3880_0000)
    half = half.replacing(with: 0x7c00, where: magnitude .>= 0x4780_0000)
    half = half.replacing(with: 0x7e00, where: magnitude .> 0x7f80_0000)
    half |= (bits &>> 16) & 0x8000
    return SIMD4<UInt16>(truncatingIfNeeded: half)
  }
}
