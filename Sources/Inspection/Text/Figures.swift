public import Foundation

/// Numbers as people read them: short, with their unit, the same wherever they are shown.
public enum Figures {
  /// Four significant digits, no more than the number has: `0.9312`, `812`, `1.3e-05`.
  public static func short(_ number: Double, digits: Int = 4) -> String {
    guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
    let size = abs(number)
    if size >= 1e4, size < 1e9 { return String(format: "%.0f", number) }
    let text = String(format: "%.\(digits)g", number)
    return text == "-0" ? "0" : text
  }

  /// Always `decimals` digits after the point, so that a column of them lines up.
  public static func fixed(_ number: Double, decimals: Int) -> String {
    guard number.isFinite else { return short(number) }
    return String(format: "%.\(decimals)f", number)
  }

  /// `1,440`
  public static func grouped(_ count: Int) -> String {
    var digits = String(count.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (count < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// `1 stage`, `7 stages`, `2 classes`, `3 entries`.
  public static func count(_ count: Int, _ singular: String) -> String {
    "\(grouped(count)) \(count == 1 ? singular : plural(singular))"
  }

  static func plural(_ word: String) -> String {
    if word.hasSuffix("s") || word.hasSuffix("ch") { return word + "es" }
    if word.hasSuffix("y"), let before = word.dropLast().last, !"aeiou".contains(before) {
      return word.dropLast() + "ies"
    }
    return word + "s"
  }

  /// Powers of 1000: `812 B`, `1.3 MB`.
  public static func bytes(_ count: Int) -> String {
    var amount = Double(count)
    var unit = "B"
    for larger in ["kB", "MB", "GB", "TB", "PB"] where amount >= 999.5 {
      amount /= 1000
      unit = larger
    }
    if unit == "B" { return "\(count) B" }
    return String(format: amount < 9.95 ? "%.1f %@" : "%.0f %@", amount, unit)
  }

  /// `0.04 s`, `8.2 s`, `42 s`, `3 min 5 s`, `2 h 4 min`, `3 d 4 h`.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e10 else { return "?" }
    let seconds = max(0, seconds)
    if seconds < 0.995 { return String(format: "%.2f s", seconds) }
    if seconds < 9.95 { return String(format: "%.1f s", seconds) }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    if whole < 86_400 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
    return "\(whole / 86_400) d \(whole % 86_400 / 3600) h"
  }

  /// A share of 1 as `62 %`, or `93.1 %` with one decimal.
  public static func percent(_ share: Double, decimals: Int = 0) -> String {
    guard share.isFinite else { return short(share) }
    return String(format: "%.\(decimals)f %%", share * 100)
  }

  /// How often: `812 steps/s`; slower than once a second: `3.2 s/step`.
  ///
  /// - Parameter unit: in the plural, as it counts: `steps`.
  public static func rate(_ perSecond: Double, unit: String) -> String {
    guard perSecond.isFinite, perSecond > 0 else { return "" }
    if perSecond < 1 {
      let single = unit.hasSuffix("s") ? String(unit.dropLast()) : unit
      return "\(duration(1 / perSecond))/\(single)"
    }
    return "\(short(perSecond, digits: 3)) \(unit)/s"
  }

  /// `2026-03-01 14:05`, in the time zone given.
  public static func time(_ date: Date, zone: TimeZone = .current) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
    return String(
      format: "%04d-%02d-%02d %02d:%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0,
      parts.hour ?? 0, parts.minute ?? 0)
  }
}
