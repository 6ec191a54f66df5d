// The discrete Fourier transform X[k] = Σ x[n] · exp(−2πi nk / N) of any length N, of four signals
// at once.
//
// A length without prime factors above `largestRadix` goes through Stockham's self-sorting passes,
// one for each factor (decimation in frequency): a pass of radix r takes r numbers N/r apart,
// transforms them, multiplies them by roots of unity and stores them side by side, so that after the
// last pass the numbers are in order and no permutation is needed. (Swarztrauber, "FFT algorithms for
// vector computers", Parallel Computing 1, 1984.)
//
// Any other length becomes a circular convolution of a length that has small factors alone
// (Bluestein, "A linear filtering approach to the computation of discrete Fourier transform", IEEE
// Trans. Audio Electroacoust. 18, 1970): with nk = (n² + k² − (k − n)²) / 2,
// X[k] = w[k] · Σ (x[n] · w[n]) · w̄[k − n], w[n] = exp(−πi n² / N).

import Foundation

/// Fourier transforms of one length, four signals at a time.
struct ComplexTransform: Sendable {
  /// Numbers of a signal.
  let length: Int
  /// How many numbers the scratch memory must hold.
  let scratchCount: Int
  private let method: Method

  private enum Method: Sendable {
    case passes([Pass])
    case convolution(Convolution)
  }

  /// Beyond it, a pass costs more than the convolution.
  static let largestRadix = 31

  /// - Precondition: `length` is at least 1.
  init(length: Int) {
    precondition(length >= 1)
    self.length = length
    if let radices = Self.radices(of: length) {
      method = .passes(Self.passes(radices, length: length))
      // Beside the numbers themselves: what a pass without a written-out butterfly sets aside.
      scratchCount = length + (radices.max().map { $0 > 5 ? $0 : 0 } ?? 0)
    } else {
      let convolution = Convolution(length: length)
      method = .convolution(convolution)
      scratchCount = convolution.scratchCount
    }
  }

  /// Transforms `data`, which holds `length` numbers and is overwritten.
  ///
  /// - Returns: where the result lies: in `data` or in `scratch`.
  @inline(__always)
  func callAsFunction(
    _ data: UnsafeMutablePointer<ComplexLanes>, scratch: UnsafeMutablePointer<ComplexLanes>
  ) -> UnsafeMutablePointer<ComplexLanes> {
    switch method {
    case .passes(let passes):
      var (source, target) = (data, scratch)
      let spare = scratch + length
      for pass in passes {
        pass(source, into: target, spare: spare)
        swap(&source, &target)
      }
      return source
    case .convolution(let convolution):
      return convolution(data, scratch: scratch)
    }
  }

  /// The factors of `length` in the order of their passes; `nil` where one is too large.
  static func radices(of length: Int) -> [Int]? {
    var rest = length
    var radices: [Int] = []
    for radix in [4, 2, 3, 5] {
      while rest % radix == 0 {
        radices.append(radix)
        rest /= radix
      }
    }
    var radix = 7
    while rest > 1, radix <= largestRadix {
      while rest % radix == 0 {
        radices.append(radix)
        rest /= radix
      }
      radix += 2
    }
    return rest == 1 ? radices : nil
  }

  private static func passes(_ radices: [Int], length: Int) -> [Pass] {
    var (rest, stride) = (length, 1)
    return radices.map { radix in
      let pass = Pass(radix: radix, groups: rest / radix, stride: stride)
      rest /= radix
      stride *= radix
      return pass
    }
  }
}

/// exp(−2πi · numerator / denominator), `x` the real part.
///
/// - Precondition: 0 ≤ numerator < denominator, so that the angle keeps its digits.
func rootOfUnity(_ numerator: Int, _ denominator: Int) -> SIMD2<Float> {
  let angle = 2 * Double.pi * Double(numerator) / Double(denominator)
  return SIMD2(Float(cos(angle)), Float(-sin(angle)))
}

/// One pass of Stockham's algorithm.
private struct Pass: Sendable {
  let radix: Int
  /// Groups of `stride` butterflies that share their roots of unity.
  let groups: Int
  let stride: Int
  /// `radix` − 1 of each group: exp(−2πi pk / (radix · groups)) for group p and output k = 1, ….
  let turns: [SIMD2<Float>]
  /// Roots of unity of the radix itself, where no butterfly is written out for it.
  let roots: [SIMD2<Float>]

  init(radix: Int, groups: Int, stride: Int) {
    self.radix = radix
    self.groups = groups
    self.stride = stride
    turns = (0..<groups).flatMap { group in
      (1..<radix).map { rootOfUnity(group * $0, radix * groups) }
    }
    roots = radix <= 5 ? [] : (0..<radix).map { rootOfUnity($0, radix) }
  }

  func callAsFunction(
    _ source: UnsafeMutablePointer<ComplexLanes>, into target: UnsafeMutablePointer<ComplexLanes>,
    spare: UnsafeMutablePointer<ComplexLanes>
  ) {
    turns.withUnsafeBufferPointer { turns in
      // The roots of the first group are 1.
      switch radix {
      case 2:
        pass2(source, target, 0..<1, turns, isTurned: false)
        pass2(source, target, 1..<groups, turns, isTurned: true)
      case 3:
        pass3(source, target, 0..<1, turns, isTurned: false)
        pass3(source, target, 1..<groups, turns, isTurned: true)
      case 4:
        pass4(source, target, 0..<1, turns, isTurned: false)
        pass4(source, target, 1..<groups, turns, isTurned: true)
      case 5:
        pass5(source, target, 0..<1, turns, isTurned: false)
        pass5(source, target, 1..<groups, turns, isTurned: true)
      default:
        passAny(source, target, turns, spare)
      }
    }
  }

  @inline(__always)
  private func pass2(
    _ source: UnsafeMutablePointer<ComplexLanes>, _ target: UnsafeMutablePointer<ComplexLanes>,
    _ range: Range<Int>, _ turns: UnsafeBufferPointer<SIMD2<Float>>, isTurned: Bool
  ) {
    let step = stride &* groups
    for group in range {
      let w = turns[group]
      var from = source + stride &* group
      var to = target + stride &* group &* 2
      for _ in 0..<stride {
        let (a, b) = (from[0], from[step])
        to[0] = a + b
        to[stride] = isTurned ? (a - b) * w : a - b
        from += 1
        to += 1
      }
    }
  }

  @inline(__always)
  private func pass3(
    _ source: UnsafeMutablePointer<ComplexLanes>, _ target: UnsafeMutablePointer<ComplexLanes>,
    _ range: Range<Int>, _ turns: UnsafeBufferPointer<SIMD2<Float>>, isTurned: Bool
  ) {
    let sine: Float = 0.866_025_4  // of 60°
    let step = stride &* groups
    for group in range {
      let (w1, w2) = (turns[group &* 2], turns[group &* 2 &+ 1])
      var from = source + stride &* group
      var to = target + stride &* group &* 3
      for _ in 0..<stride {
        let (a, b, c) = (from[0], from[step], from[2 &* step])
        let sum = b + c
        let middle = a - sum * 0.5
        let side = (b - c) * sine
        to[0] = a + sum
        to[stride] = isTurned ? middle.minusTurned(side) * w1 : middle.minusTurned(side)
        to[2 &* stride] = isTurned ? middle.plusTurned(side) * w2 : middle.plusTurned(side)
        from += 1
        to += 1
      }
    }
  }

  @inline(__always)
  private func pass4(
    _ source: UnsafeMutablePointer<ComplexLanes>, _ target: UnsafeMutablePointer<ComplexLanes>,
    _ range: Range<Int>, _ turns: UnsafeBufferPointer<SIMD2<Float>>, isTurned: Bool
  ) {
    let step = stride &* groups
    for group in range {
      let (w1, w2, w3) = (turns[group &* 3], turns[group &* 3 &+ 1], turns[group &* 3 &+ 2])
      var from = source + stride &* group
      var to = target + stride &* group &* 4
      for _ in 0..<stride {
        let (a, b, c, d) = (from[0], from[step], from[2 &* step], from[3 &* step])
        let (evenSum, evenDifference) = (a + c, a - c)
        let (oddSum, oddDifference) = (b + d, b - d)
        to[0] = evenSum + oddSum
        if isTurned {
          to[stride] = evenDifference.minusTurned(oddDifference) * w1
          to[2 &* stride] = (evenSum - oddSum) * w2
          to[3 &* stride] = evenDifference.plusTurned(oddDifference) * w3
        } else {
          to[stride] = evenDifference.minusTurned(oddDifference)
          to[2 &* stride] = evenSum - oddSum
          to[3 &* stride] = evenDifference.plusTurned(oddDifference)
        }
        from += 1
        to += 1
      }
    }
  }

  @inline(__always)
  private func pass5(
    _ source: UnsafeMutablePointer<ComplexLanes>, _ target: UnsafeMutablePointer<ComplexLanes>,
    _ range: Range<Int>, _ turns: UnsafeBufferPointer<SIMD2<Float>>, isTurned: Bool
  ) {
    // Cosines and sines of 72° and 144°.
    let (cosine1, cosine2): (Float, Float) = (0.309_017, -0.809_017)
    let (sine1, sine2): (Float, Float) = (0.951_056_54, 0.587_785_24)
    let step = stride &* groups
    for group in range {
      let (w1, w2) = (turns[group &* 4], turns[group &* 4 &+ 1])
      let (w3, w4) = (turns[group &* 4 &+ 2], turns[group &* 4 &+ 3])
      var from = source + stride &* group
      var to = target + stride &* group &* 5
      for _ in 0..<stride {
        let (a, b, c) = (from[0], from[step], from[2 &* step])
        let (d, e) = (from[3 &* step], from[4 &* step])
        let (outerSum, outerDifference) = (b + e, b - e)
        let (innerSum, innerDifference) = (c + d, c - d)
        to[0] = a + outerSum + innerSum
        let middle1 = a + outerSum * cosine1 + innerSum * cosine2
        let side1 = outerDifference * sine1 + innerDifference * sine2
        let middle2 = a + outerSum * cosine2 + innerSum * cosine1
        let side2 = outerDifference * sine2 - innerDifference * sine1
        if isTurned {
          to[stride] = middle1.minusTurned(side1) * w1
          to[2 &* stride] = middle2.minusTurned(side2) * w2
          to[3 &* stride] = middle2.plusTurned(side2) * w3
          to[4 &* stride] = middle1.plusTurned(side1) * w4
        } else {
          to[stride] = middle1.minusTurned(side1)
          to[2 &* stride] = middle2.minusTurned(side2)
          to[3 &* stride] = middle2.plusTurned(side2)
          to[4 &* stride] = middle1.plusTurned(side1)
        }
        from += 1
        to += 1
      }
    }
  }

  /// Any odd radix: outputs k and r − k share the sums of a[j] + a[r − j] and of a[j] − a[r − j].
  private func passAny(
    _ source: UnsafeMutablePointer<ComplexLanes>, _ target: UnsafeMutablePointer<ComplexLanes>,
    _ turns: UnsafeBufferPointer<SIMD2<Float>>, _ spare: UnsafeMutablePointer<ComplexLanes>
  ) {
    let step = stride &* groups
    let half = (radix - 1) / 2
    roots.withUnsafeBufferPointer { roots in
      for group in 0..<groups {
        for place in 0..<stride {
          let from = source + (stride &* group &+ place)
          let to = target + (stride &* group &* radix &+ place)
          let first = from[0]
          var sum = first
          for j in 1...half {
            let (low, high) = (from[j &* step], from[(radix &- j) &* step])
            let pair = low + high
            spare[j &- 1] = pair
            spare[half &+ j &- 1] = low - high
            sum = sum + pair
          }
          to[0] = sum
          for k in 1...half {
            var middle = first
            var side = ComplexLanes.zero
            var product = 0
            for j in 1...half {
              product &+= k
              if product >= radix { product &-= radix }
              let root = roots[product]
              middle = middle + spare[j &- 1] * root.x
              // The root's imaginary part is the negative sine.
              side = side - spare[half &+ j &- 1] * root.y
            }
            to[k &* stride] = middle.minusTurned(side) * turns[group &* (radix &- 1) &+ k &- 1]
            to[(radix &- k) &* stride] =
              middle.plusTurned(side) * turns[group &* (radix &- 1) &+ radix &- k &- 1]
          }
        }
      }
    }
  }
}

/// Bluestein's algorithm.
private final class Convolution: Sendable {
  let length: Int
  private let inner: ComplexTransform
  /// w[n] = exp(−πi n² / length).
  private let chirp: [SIMD2<Float>]
  /// Transform of the conjugate chirp, over the length of `inner`.
  private let filter: [SIMD2<Float>]

  var scratchCount: Int { inner.length + inner.scratchCount }

  init(length: Int) {
    self.length = length
    inner = ComplexTransform(length: Self.convenientLength(atLeast: 2 * length - 1))
    // exp(−πi n² / N) has period 2N in n²; its remainder keeps the angle exact.
    chirp = (0..<length).map { rootOfUnity($0 * $0 % (2 * length), 2 * length) }
    let count = inner.length
    let memory = UnsafeMutablePointer<ComplexLanes>.allocate(capacity: count + inner.scratchCount)
    defer { memory.deallocate() }
    memory.initialize(repeating: .zero, count: count + inner.scratchCount)
    for (n, w) in chirp.enumerated() {
      let conjugate = ComplexLanes(
        real: Lanes(repeating: w.x), imaginary: Lanes(repeating: -w.y))
      memory[n] = conjugate
      if n > 0 { memory[count - n] = conjugate }
    }
    let result = inner(memory, scratch: memory + count)
    filter = (0..<count).map { SIMD2(result[$0].real[0], result[$0].imaginary[0]) / Float(count) }
  }

  func callAsFunction(
    _ data: UnsafeMutablePointer<ComplexLanes>, scratch: UnsafeMutablePointer<ComplexLanes>
  ) -> UnsafeMutablePointer<ComplexLanes> {
    let count = inner.length
    let rest = scratch + count
    for n in 0..<length { scratch[n] = data[n] * chirp[n] }
    for n in length..<count { scratch[n] = .zero }
    let spectrum = inner(scratch, scratch: rest)
    // The inverse transform is the conjugate of the transform of the conjugate.
    for n in 0..<count {
      let product = spectrum[n] * filter[n]
      spectrum[n] = product.conjugate
    }
    let convolved = inner(spectrum, scratch: spectrum == scratch ? rest : scratch)
    for n in 0..<length {
      data[n] = convolved[n].conjugate * chirp[n]
    }
    return data
  }

  /// The least number not below `least` that has no prime factors but 2, 3 and 5.
  static func convenientLength(atLeast least: Int) -> Int {
    var best = Int.max
    var fives = 1
    while fives < 2 * least {
      var threes = fives
      while threes < 2 * least {
        var number = threes
        while number < least { number *= 2 }
        best = min(best, number)
        threes *= 3
      }
      fives *= 5
    }
    return best
  }
}
