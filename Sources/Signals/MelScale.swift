import Foundation

/// A scale of pitch, on which equal steps sound equally wide.
public enum MelScale: String, Hashable, Sendable, CaseIterable {
  /// m = 2595 · log₁₀(1 + f / 700), as in the Hidden Markov Model Toolkit.
  case htk
  /// Linear below 1000 Hz (3 mel for each 200 Hz) and logarithmic above (27 mel for a factor of
  /// 6.4), as in M. Slaney's Auditory Toolbox.
  case slaney

  private static let slaneyStep = 200.0 / 3
  private static let slaneyCorner = 1000.0
  private static let slaneyGrowth = log(6.4) / 27

  /// Mel of a frequency in Hz.
  public func mel(_ frequency: Double) -> Double {
    switch self {
    case .htk: 2595 * log10(1 + frequency / 700)
    case .slaney:
      frequency < Self.slaneyCorner
        ? frequency / Self.slaneyStep
        : Self.slaneyCorner / Self.slaneyStep
          + log(frequency / Self.slaneyCorner) / Self.slaneyGrowth
    }
  }

  /// Frequency in Hz of a mel.
  public func frequency(_ mel: Double) -> Double {
    switch self {
    case .htk: return 700 * (pow(10, mel / 2595) - 1)
    case .slaney:
      let corner = Self.slaneyCorner / Self.slaneyStep
      return mel < corner
        ? mel * Self.slaneyStep : Self.slaneyCorner * exp(Self.slaneyGrowth * (mel - corner))
    }
  }
}
