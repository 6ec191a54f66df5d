import Foundation

/// Figures as summary lines show them.
enum Figures {
  static func mean(_ values: [Double]) -> String {
    String(format: "%.3f", values.reduce(0, +) / Double(max(1, values.count)))
  }

  /// Four digits, such as `3.142` or `1.2e+06`.
  static func short(_ value: Double) -> String { String(format: "%.4g", value) }

  /// The mean of shares, such as `93.4 %`.
  static func percent(_ shares: [Double]) -> String {
    String(format: "%.1f %%", 100 * shares.reduce(0, +) / Double(max(1, shares.count)))
  }
}
