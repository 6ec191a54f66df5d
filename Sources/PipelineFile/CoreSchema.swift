import Configuration

/// What a plain scalar means. Source: YAML 1.2.2, section 10.3.2, core schema.
enum CoreSchema {
  static func value(of text: String) -> Value {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    case ".nan", ".NaN", ".NAN": return .double(.nan)
    default: break
    }
    guard let first = text.unicodeScalars.first, "+-.0123456789".unicodeScalars.contains(first)
    else { return .string(text) }
    return integer(text) ?? real(text) ?? .string(text)
  }

  private static func integer(_ text: String) -> Value? {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] where text.hasPrefix(prefix) {
      let digits = text.dropFirst(2)
      guard digits.first != "-", digits.first != "+" else { return nil }
      return Int(digits, radix: radix).map { .integer($0) }
    }
    return Int(text).map { .integer($0) }
  }

  private static func real(_ text: String) -> Value? {
    var rest = text[...]
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest.removeFirst() }
    if [".inf", ".Inf", ".INF"].contains(rest) {
      return .double(isNegative ? -.infinity : .infinity)
    }
    guard rest.wholeMatch(of: /(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/) != nil else {
      return nil
    }
    return Double(rest).map { .double(isNegative ? -$0 : $0) }
  }
}
