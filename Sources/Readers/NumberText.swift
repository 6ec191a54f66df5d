/// A decimal number as text, read from its bytes without a string in between.
///
/// `[+-] digits [. digits] [e [+-] digits]`, blanks around it allowed. Up to 19 digits that make an
/// integer below 2⁵³, times or over a power of ten up to 10²², are exact in one rounding (Clinger,
/// "How to read floating point numbers accurately", 1990); all else goes the long way through the
/// standard library, with the same result.
enum NumberText {
  enum Outcome: Equatable {
    case number(Double)
    /// Nothing but blanks.
    case empty
    /// `nan`, `inf`, or too large for a double.
    case notFinite
    case notANumber
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  static func parse(_ text: String) -> Outcome {
    var text = text
    return text.withUTF8 { parse($0) }
  }

  static func parse(_ cell: UnsafeBufferPointer<UInt8>) -> Outcome {
    var start = 0
    var end = cell.count
    while start < end, isBlank(cell[start]) { start += 1 }
    while end > start, isBlank(cell[end - 1]) { end -= 1 }
    if start == end { return .empty }
    var at = start
    var isNegative = false
    if cell[at] == UInt8(ascii: "-") || cell[at] == UInt8(ascii: "+") {
      isNegative = cell[at] == UInt8(ascii: "-")
      at += 1
    }
    var mantissa: UInt64 = 0
    var digits = 0  // that count: leading zeros do not
    var seen = 0
    var exponent = 0
    while at < end, let digit = digit(cell[at]) {
      seen += 1
      if digits < 19 {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        if mantissa != 0 { digits += 1 }
      } else {
        digits += 1
        exponent += 1
      }
      at += 1
    }
    if at < end, cell[at] == UInt8(ascii: ".") {
      at += 1
      while at < end, let digit = digit(cell[at]) {
        seen += 1
        if digits < 19 {
          mantissa = mantissa &* 10 &+ UInt64(digit)
          if mantissa != 0 { digits += 1 }
          exponent -= 1
        } else {
          digits += 1
        }
        at += 1
      }
    }
    if seen == 0 { return word(cell, start..<end) }
    if at < end, cell[at] == UInt8(ascii: "e") || cell[at] == UInt8(ascii: "E") {
      at += 1
      var isDown = false
      if at < end, cell[at] == UInt8(ascii: "-") || cell[at] == UInt8(ascii: "+") {
        isDown = cell[at] == UInt8(ascii: "-")
        at += 1
      }
      let first = at
      var power = 0
      while at < end, let digit = digit(cell[at]) {
        power = min(power * 10 + digit, 100_000)
        at += 1
      }
      if at == first { return .notANumber }
      exponent += isDown ? -power : power
    }
    if at != end { return .notANumber }
    if digits <= 19, mantissa < 1 << 53, (-22...22).contains(exponent) {
      let power = powersOfTen[abs(exponent)]
      let size = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
      return .number(isNegative ? -size : size)
    }
    let text = String(decoding: UnsafeBufferPointer(rebasing: cell[start..<end]), as: UTF8.self)
    guard let number = Double(text) else { return .notANumber }
    return number.isFinite ? .number(number) : .notFinite
  }

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  private static func digit(_ byte: UInt8) -> Int? {
    let value = byte &- UInt8(ascii: "0")
    return value < 10 ? Int(value) : nil
  }

  private static func word(_ cell: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Outcome {
    let text = String(decoding: UnsafeBufferPointer(rebasing: cell[range]), as: UTF8.self)
    let words = ["nan", "inf", "infinity", "+inf", "-inf", "-nan", "+infinity", "-infinity"]
    return words.contains(text.lowercased()) ? .notFinite : .notANumber
  }
}
