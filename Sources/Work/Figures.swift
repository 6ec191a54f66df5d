import Foundation

/// Figures as summary lines show them.
enum Figures {
  static func mean(_ values: [Double]) -> String {
    String(format: "%.3f", values.reduce(0, +) / Double(max(1, values.count)))
  }

  /// The mean of shares, such as `93.4 %`.
  static func percent(_ shares: [Double]) -> String {
    String(format: "%.1f %%", 100 * shares.reduce(0, +) / Double(max(1, shares.count)))
  }
}
