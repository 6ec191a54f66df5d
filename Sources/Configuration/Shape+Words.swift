/// What messages say of shapes and values.
extension Shape {
  /// What the shape wants: `a whole number of at least 1`.
  var wanted: String {
    switch self {
    case .bool: "true or false"
    case .integer(let range): Self.words("a whole number", range)
    case .number(let interval): interval.words
    case .string: "text"
    case .choice(let words): Self.alternatives(words.map { "'\($0)'" })
    case .path: "a path"
    case .reference: "the name of a stage"
    case .list(_, let count): Self.listWords(count)
    case .map, .object: "a mapping"
    case .tagged: "a mapping with a 'kind'"
    case .either(let shapes): Self.alternatives(shapes.map(\.wanted))
    }
  }

  /// `a, b or c`
  static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  private static func words(_ noun: String, _ range: ClosedRange<Int>) -> String {
    switch (range.lowerBound, range.upperBound) {
    case (.min, .max): noun
    case (let lower, .max): "\(noun) of at least \(lower)"
    case (.min, let upper): "\(noun) of at most \(upper)"
    case (let lower, let upper): "\(noun) from \(lower) to \(upper)"
    }
  }

  private static func listWords(_ count: ClosedRange<Int>) -> String {
    switch (count.lowerBound, count.upperBound) {
    case (0, .max): "a list"
    case (let lower, .max): "a list of at least \(items(lower))"
    case (let lower, let upper) where lower == upper: "a list of \(items(lower))"
    case (0, let upper): "a list of at most \(items(upper))"
    case (let lower, let upper): "a list of \(lower) to \(items(upper))"
    }
  }

  private static func items(_ count: Int) -> String { count == 1 ? "1 item" : "\(count) items" }

  /// Whether a value of this form (scalar, list or mapping) can have the shape.
  func fits(_ content: LocatedValue.Content) -> Bool {
    switch (self, content) {
    case (.either(let shapes), _): shapes.contains { $0.fits(content) }
    case (.list, .array), (.map, .object), (.object, .object), (.tagged, .object): true
    case (.list, _), (.map, _), (.object, _), (.tagged, _): false
    case (_, .scalar): true
    default: false
    }
  }
}

extension Shape.Interval {
  /// `a number from 0 to below 1`
  var words: String {
    let upperWord = isUpperOpen ? "below" : "at most"
    switch (lower.isFinite, upper.isFinite) {
    case (false, false): return "a number"
    case (true, false):
      return
        "a number \(isLowerOpen ? "above" : "of at least") \(Value.double(lower).canonicalJSON)"
    case (false, true): return "a number \(upperWord) \(Value.double(upper).canonicalJSON)"
    case (true, true):
      let start = "a number \(isLowerOpen ? "above" : "from") \(Value.double(lower).canonicalJSON)"
      let end = "\(isUpperOpen ? "below " : "")\(Value.double(upper).canonicalJSON)"
      return isLowerOpen
        ? "\(start) and \(upperWord) \(Value.double(upper).canonicalJSON)"
        : "\(start) to \(end)"
    }
  }
}

extension LocatedValue {
  /// What stands here, for a message: `'many'`, `1.5`, `a list`.
  var found: String {
    switch content {
    case .scalar(.null): "nothing"
    case .scalar(.string(let text)):
      "'\(text.count > 40 ? text.prefix(40) + "…" : text[...])'"
    case .scalar(let value): text ?? value.canonicalJSON
    case .array(let items): items.isEmpty ? "an empty list" : "a list"
    case .object: "a mapping"
    }
  }

  /// Where a value that came from a parameter was given; empty for a value that stands in place.
  var origin: String {
    guard let parameter else { return "" }
    let place =
      parameter.location.line == 0
      ? "given by \(parameter.location.file)" : "set in line \(parameter.location.line)"
    return " (${\(parameter.name)}, \(place))"
  }
}
