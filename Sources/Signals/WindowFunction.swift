import Foundation

/// What a frame of a signal is multiplied by before its spectrum is taken.
public enum WindowFunction: String, Codable, Hashable, Sendable, CaseIterable {
  case hann, hamming

  /// The periodic form of the window, as `torch.hann_window` gives it by default.
  ///
  /// w[n] = a − (1 − a) · cos(2πn / length), a = 0.5 (hann) or 0.54 (hamming); 1 where the length is 1.
  public func values(_ length: Int) -> [Float] {
    guard length > 1 else { return [Float](repeating: 1, count: max(0, length)) }
    let a = self == .hann ? 0.5 : 0.54
    return (0..<length).map { n in
      Float(a - (1 - a) * cos(2 * .pi * Double(n) / Double(length)))
    }
  }
}
