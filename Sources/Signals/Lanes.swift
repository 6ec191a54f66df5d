internal import CLanes

/// The same number of four frames side by side: one register of SSE2 or NEON, which every machine
/// that this runs on has.
struct Lanes {
  var numbers: SIMD4<Float>

  static let count = 4
  static var zero: Lanes { Lanes(numbers: .zero) }

  @inline(__always) init(numbers: SIMD4<Float>) { self.numbers = numbers }

  @inline(__always) init(_ a: Float, _ b: Float, _ c: Float, _ d: Float) {
    numbers = SIMD4(a, b, c, d)
  }

  /// The same number in all.
  @inline(__always) init(repeating number: Float) { numbers = cl_all(number) }

  /// Four numbers that follow one another.
  @inline(__always) init(loading numbers: UnsafePointer<Float>) {
    self.numbers = UnsafeRawPointer(numbers).loadUnaligned(as: SIMD4<Float>.self)
  }

  @inline(__always) subscript(lane: Int) -> Float {
    get { numbers[lane] }
    set { numbers[lane] = newValue }
  }

  @inline(__always) static func + (left: Lanes, right: Lanes) -> Lanes {
    Lanes(numbers: cl_add(left.numbers, right.numbers))
  }

  @inline(__always) static func - (left: Lanes, right: Lanes) -> Lanes {
    Lanes(numbers: cl_subtract(left.numbers, right.numbers))
  }

  @inline(__always) static prefix func - (lanes: Lanes) -> Lanes {
    Lanes(numbers: cl_negate(lanes.numbers))
  }

  @inline(__always) static func * (left: Lanes, right: Lanes) -> Lanes {
    Lanes(numbers: cl_multiply(left.numbers, right.numbers))
  }

  @inline(__always) static func + (left: Lanes, right: Float) -> Lanes {
    left + Lanes(repeating: right)
  }

  @inline(__always) static func - (left: Lanes, right: Float) -> Lanes {
    left - Lanes(repeating: right)
  }

  @inline(__always) static func * (left: Lanes, right: Float) -> Lanes {
    left * Lanes(repeating: right)
  }

  @inline(__always) func squareRoot() -> Lanes { Lanes(numbers: cl_square_root(numbers)) }

  /// `least` where a number is below it; not-a-number stays.
  @inline(__always) func raised(to least: Float) -> Lanes {
    let least = cl_all(least)
    return Lanes(numbers: cl_choose(cl_is_less(numbers, least), least, numbers))
  }

  /// Four rows of four as their four columns.
  @inline(__always) static func transposed(
    _ a: Lanes, _ b: Lanes, _ c: Lanes, _ d: Lanes
  ) -> (Lanes, Lanes, Lanes, Lanes) {
    let evenLow = cl_interleave_low(a.numbers, c.numbers)
    let evenHigh = cl_interleave_high(a.numbers, c.numbers)
    let oddLow = cl_interleave_low(b.numbers, d.numbers)
    let oddHigh = cl_interleave_high(b.numbers, d.numbers)
    return (
      Lanes(numbers: cl_interleave_low(evenLow, oddLow)),
      Lanes(numbers: cl_interleave_high(evenLow, oddLow)),
      Lanes(numbers: cl_interleave_low(evenHigh, oddHigh)),
      Lanes(numbers: cl_interleave_high(evenHigh, oddHigh))
    )
  }

  /// Natural logarithm, to about one unit in the last place; −∞ of 0, not-a-number below 0.
  ///
  /// The argument is split into 2^e · (1 + x) with √½ ≤ 1 + x < √2, and log(1 + x) taken by the
  /// minimax polynomial of the Cephes library (`logf`, S. Moshier).
  @inline(__always) var logarithm: Lanes {
    // Subnormal numbers have their leading digit in the fraction: scale them up.
    let isSmall = cl_is_less(numbers, cl_all(.leastNormalMagnitude))
    let scaled = cl_choose(isSmall, (self * 0x1p23).numbers, numbers)
    let bits = cl_bits(scaled)
    // A mask is −1 where it is set.
    let whole = (bits &>> 23) &- 126 &- (isSmall & 23)
    let fraction = cl_of_bits((bits & 0x007f_ffff) | 0x3f00_0000)
    let isLow = cl_is_less(fraction, cl_all(0.707_106_77))
    let exponent = Lanes(numbers: cl_of_whole(whole &+ isLow))
    let half = Lanes(numbers: fraction)
    let x = Lanes(numbers: cl_choose(isLow, (half + half).numbers, fraction)) - 1
    let square = x * x
    var y = x * 7.037_683_6e-2 - 1.151_461e-1
    y = y * x + 1.167_699_9e-1
    y = y * x - 1.242_014_1e-1
    y = y * x + 1.424_932_3e-1
    y = y * x - 1.666_805_8e-1
    y = y * x + 2.000_071_5e-1
    y = y * x - 2.499_999_4e-1
    y = y * x + 3.333_333_1e-1
    y = y * x * square
    // log 2 in two parts, the larger with few digits, so that its multiples are exact.
    y = y - exponent * 2.121_944_4e-4 - square * 0.5
    var result = (x + y + exponent * 0.693_359_375).numbers
    // What is neither zero nor a positive finite number: ∞ and not-a-number stay themselves.
    let zero = cl_all(0)
    let infinity = cl_all(.infinity)
    let isPositive = cl_is_less(zero, numbers)
    let isFinite = cl_is_less(numbers, infinity)
    result = cl_choose(isPositive & isFinite, result, cl_choose(isPositive, infinity, cl_all(.nan)))
    return Lanes(
      numbers: cl_choose(cl_is_equal(numbers, zero), cl_all(-.infinity), result))
  }

  /// The bits of the nearest half-precision numbers, ties to even; ∞ above what they hold.
  @inline(__always) var halfPrecisionBits: SIMD4<UInt16> {
    let bits = cl_bits(numbers)
    let magnitude = bits & 0x7fff_ffff
    // Normal: move the exponent's bias, add what makes cutting the digits off round to even.
    let odd = (magnitude &>> 13) & 1
    var half = (magnitude &- 0x3800_0000 &+ 0xfff &+ odd) &>> 13
    // Subnormal: adding ½ lets the machine round at the last digit that a half has there.
    let small = cl_bits((Lanes(numbers: cl_of_bits(magnitude)) + 0.5).numbers) &- 0x3f00_0000
    half = half.replacing(with: small, where: magnitude .< 0x3880_0000)
    half = half.replacing(with: 0x7c00, where: magnitude .>= 0x4780_0000)
    half = half.replacing(with: 0x7e00, where: magnitude .> 0x7f80_0000)
    half |= (bits &>> 16) & 0x8000
    return SIMD4<UInt16>(truncatingIfNeeded: half)
  }
}

/// Complex numbers of four frames.
struct ComplexLanes {
  var real: Lanes
  var imaginary: Lanes

  static var zero: ComplexLanes { ComplexLanes(real: .zero, imaginary: .zero) }

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
    ComplexLanes(real: left.real * right, imaginary: left.imaginary * right)
  }

  /// Times a complex number that is the same for all frames: `x` its real part.
  @inline(__always) static func * (left: ComplexLanes, right: SIMD2<Float>) -> ComplexLanes {
    let (x, y) = (Lanes(repeating: right.x), Lanes(repeating: right.y))
    return ComplexLanes(
      real: left.real * x - left.imaginary * y, imaginary: left.real * y + left.imaginary * x)
  }

  /// Minus i times `other`.
  @inline(__always) func minusTurned(_ other: ComplexLanes) -> ComplexLanes {
    ComplexLanes(real: real + other.imaginary, imaginary: imaginary - other.real)
  }

  /// Plus i times `other`.
  @inline(__always) func plusTurned(_ other: ComplexLanes) -> ComplexLanes {
    ComplexLanes(real: real - other.imaginary, imaginary: imaginary + other.real)
  }

  @inline(__always) var conjugate: ComplexLanes {
    ComplexLanes(real: real, imaginary: -imaginary)
  }
}
