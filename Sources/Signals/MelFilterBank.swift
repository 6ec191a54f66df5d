/// Triangular filters that overlap by half, evenly spaced on the mel scale: what
/// `torchaudio.functional.melscale_fbanks` gives, without its zeros.
struct MelFilterBank: Sendable {
  /// The bins that have a weight other than zero in one filter.
  private struct Filter {
    var firstBin: Int
    var firstWeight: Int
    var count: Int
  }

  private let filters: [Filter]
  private let weights: [Float]

  var count: Int { filters.count }

  /// Filters that touch no bin, so that they give 0 whatever the sound.
  var empty: [Int] { filters.indices.filter { filters[$0].count == 0 } }

  /// - Parameters:
  ///   - binCount: bins of the spectrum, of which the last stands at half the sample rate (a
  ///     whole number of Hz, rounded down, as torchaudio has it).
  ///   - frequencies: Hz, lowest and highest.
  init(
    binCount: Int, sampleRate: Int, count: Int, frequencies: ClosedRange<Double>,
    scale: MelScale, norm: MelNorm?
  ) {
    let lowest = scale.mel(frequencies.lowerBound)
    let step = (scale.mel(frequencies.upperBound) - lowest) / Double(count + 1)
    let corners = (0..<count + 2).map { scale.frequency(lowest + step * Double($0)) }
    let binWidth = Double(sampleRate / 2) / Double(max(1, binCount - 1))
    var weights: [Float] = []
    filters = (0..<count).map { index in
      let (left, peak, right) = (corners[index], corners[index + 1], corners[index + 2])
      let gain = norm == .slaney ? 2 / (right - left) : 1
      var filter = Filter(firstBin: 0, firstWeight: weights.count, count: 0)
      let bins =
        max(0, Int(left / binWidth) - 1)..<max(0, min(binCount, Int(right / binWidth) + 2))
      for bin in bins {
        let frequency = binWidth * Double(bin)
        let weight = min(
          (frequency - left) / (peak - left), (right - frequency) / (right - peak))
        guard weight > 0 else { continue }
        if filter.count == 0 { filter.firstBin = bin }
        weights.append(Float(weight * gain))
        filter.count += 1
      }
      return filter
    }
    self.weights = weights
  }

  /// Sums the bins of four frames into their mels.
  func callAsFunction(_ bins: UnsafePointer<Lanes>, into mels: UnsafeMutablePointer<Lanes>) {
    weights.withUnsafeBufferPointer { weights in
      filters.withUnsafeBufferPointer { filters in
        for index in 0..<filters.count {
          let filter = filters[index]
          var sum = Lanes.zero
          for offset in 0..<filter.count {
            sum = sum + bins[filter.firstBin &+ offset] * weights[filter.firstWeight &+ offset]
          }
          mels[index] = sum
        }
      }
    }
  }
}
