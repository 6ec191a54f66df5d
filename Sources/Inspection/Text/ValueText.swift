import Configuration

/// A value as indented lines that people read: the layout of YAML, without its quotes.
enum ValueText {
  static func lines(_ value: Value) -> [String] {
    switch value {
    case .object(let members):
      return members.filter { !isEmpty($0.value) }.sorted { $0.key < $1.key }.flatMap {
        key, value in
        entry("\(key):", value)
      }
    case .array(let items):
      return items.flatMap { entry("-", $0) }
    case .null: return []
    default: return [scalar(value)]
    }
  }

  /// Lists and mappings without members say nothing.
  private static func isEmpty(_ value: Value) -> Bool {
    value == .array([]) || value == .object([:])
  }

  private static func entry(_ head: String, _ value: Value) -> [String] {
    if let line = oneLine(value) { return ["\(head) \(line)"] }
    return [head] + lines(value).map { "  " + $0 }
  }

  /// What fits one line: scalars, and short lists and mappings of them.
  private static func oneLine(_ value: Value) -> String? {
    let text: String
    switch value {
    case .array(let items):
      let parts = items.map { oneLine($0) }
      guard !parts.contains(nil) else { return nil }
      text = "[" + parts.compactMap(\.self).joined(separator: ", ") + "]"
    case .object(let members):
      let parts = members.sorted { $0.key < $1.key }.map { key, value in
        oneLine(value).map { "\(key): \($0)" }
      }
      guard !parts.contains(nil) else { return nil }
      text = "{" + parts.compactMap(\.self).joined(separator: ", ") + "}"
    default: return scalar(value)
    }
    return text.count <= 70 ? text : nil
  }

  static func scalar(_ value: Value) -> String {
    switch value {
    case .null: "-"
    case .bool(let flag): flag ? "true" : "false"
    case .integer(let number): String(number)
    case .double(let number): Figures.short(number)
    case .string(let text): text
    case .array, .object: value.canonicalJSON
    }
  }
}
