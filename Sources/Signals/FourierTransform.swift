/// Discrete Fourier transform of real signals of one length, whatever that length is.
///
/// X[k] = Σ x[n] · exp(−2πi nk / N), k = 0, …, ⌊N / 2⌋: what `torch.fft.rfft` gives.
public struct FourierTransform: Sendable {
  private let transform: RealTransform

  /// Samples of a signal.
  public var length: Int { transform.length }

  /// ⌊`length` / 2⌋ + 1.
  public var binCount: Int { transform.binCount }

  /// - Precondition: `length` is at least 1.
  public init(length: Int) { transform = RealTransform(length: length) }

  /// Real and imaginary parts of the bins.
  ///
  /// - Precondition: `signal` has `length` samples.
  public func callAsFunction(_ signal: [Float]) -> (real: [Float], imaginary: [Float]) {
    precondition(signal.count == length)
    let (inputs, bins) = (transform.inputCount, binCount)
    let count = inputs + transform.scratchCount + bins
    let memory = UnsafeMutablePointer<ComplexLanes>.allocate(capacity: count)
    defer { memory.deallocate() }
    memory.initialize(repeating: .zero, count: count)
    for (n, sample) in signal.enumerated() {
      let row = n * transform.inputStride
      let value = Lanes(repeating: sample * transform.inputScale)
      if row % 2 == 0 { memory[row / 2].real = value } else { memory[row / 2].imaginary = value }
    }
    let spectrum = memory + inputs + transform.scratchCount
    transform.spectrum(memory, scratch: memory + inputs, into: spectrum)
    return (
      (0..<bins).map { spectrum[$0].real[0] }, (0..<bins).map { spectrum[$0].imaginary[0] }
    )
  }
}
