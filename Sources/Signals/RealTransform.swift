/// Spectra of real signals of one length, four at a time: bins 0, …, ⌊length / 2⌋.
///
/// An even length is taken as half as many complex numbers, sample 2n the real part of number n and
/// sample 2n + 1 its imaginary part; the two spectra are then taken apart by their symmetry. An odd
/// length is transformed as complex numbers without imaginary part.
struct RealTransform: Sendable {
  let length: Int
  private let complex: ComplexTransform
  /// exp(−2πi k / length) for k = 0, …, ⌊length / 4⌋; of even lengths alone.
  private let turns: [SIMD2<Float>]

  var binCount: Int { length / 2 + 1 }

  /// The signal has to be multiplied by it, which spares a multiplication for each bin.
  var inputScale: Float { isEven ? 0.5 : 1 }

  /// Row of the input memory that holds sample 1; sample n lies in row n times that.
  var inputStride: Int { isEven ? 1 : 2 }

  /// Complex numbers of the input memory.
  var inputCount: Int { complex.length }

  /// Complex numbers of the scratch memory.
  var scratchCount: Int { complex.scratchCount }

  private var isEven: Bool { length % 2 == 0 }

  /// - Precondition: `length` is at least 1.
  init(length: Int) {
    self.length = length
    complex = ComplexTransform(length: length % 2 == 0 ? length / 2 : length)
    turns = length % 2 == 0 ? (0...length / 4).map { rootOfUnity($0, length) } : []
  }

  /// |X[k]|² of each bin.
  ///
  /// - Parameters:
  ///   - data: the samples, scaled by `inputScale`, in the rows that `inputStride` names, zeros in
  ///     the others; overwritten.
  ///   - powers: room for `binCount` rows.
  func powers(
    _ data: UnsafeMutablePointer<ComplexLanes>, scratch: UnsafeMutablePointer<ComplexLanes>,
    into powers: UnsafeMutablePointer<Lanes>
  ) {
    forEachBin(data, scratch) { bin, value in
      powers[bin] = value.real * value.real + value.imaginary * value.imaginary
    }
  }

  /// X[k] of each bin; parameters as those of `powers`.
  func spectrum(
    _ data: UnsafeMutablePointer<ComplexLanes>, scratch: UnsafeMutablePointer<ComplexLanes>,
    into spectrum: UnsafeMutablePointer<ComplexLanes>
  ) {
    forEachBin(data, scratch) { bin, value in spectrum[bin] = value }
  }

  @inline(__always)
  private func forEachBin(
    _ data: UnsafeMutablePointer<ComplexLanes>, _ scratch: UnsafeMutablePointer<ComplexLanes>,
    _ body: (Int, ComplexLanes) -> Void
  ) {
    let result = complex(data, scratch: scratch)
    guard isEven else {
      for bin in 0..<binCount { body(bin, result[bin]) }
      return
    }
    let half = length / 2
    turns.withUnsafeBufferPointer { turns in
      for bin in 0...half / 2 {
        let mirrored = half &- bin
        let near = result[bin]
        let far = result[bin == 0 ? 0 : mirrored]
        // The spectra of even and of odd samples, times two.
        let even = ComplexLanes(
          real: near.real + far.real, imaginary: near.imaginary - far.imaginary)
        let odd = ComplexLanes(
          real: near.imaginary + far.imaginary, imaginary: far.real - near.real)
        let turned = odd * turns[bin]
        let other = even - turned
        body(mirrored, other.conjugate)
        body(bin, even + turned)
      }
    }
  }
}
