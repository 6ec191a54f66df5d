import Foundation

/// The standard normal distribution N(0, 1).
enum NormalDistribution {
  /// Φ(x)
  static func share(below x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

  /// Φ⁻¹(share), for a share between 0 and 1.
  ///
  /// Bisection, then Newton's steps with the density as the slope: slow, short, and right to the
  /// last few bits, which is what one number an evaluation asks for.
  static func quantile(_ share: Double) -> Double {
    if share == 0.5 { return 0 }
    // The upper half by symmetry: close to 1 there are few bits between one share and the next.
    if share > 0.5 { return -quantile(1 - share) }
    var (low, high) = (-40.0, 0.0)
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if self.share(below: middle) < share { low = middle } else { high = middle }
    }
    var x = (low + high) / 2
    for _ in 0..<3 {
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      guard density > 0 else { break }
      x -= (self.share(below: x) - share) / density
    }
    return x
  }
}
