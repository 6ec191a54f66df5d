public import Diagnostics
import Foundation

/// Checks values against their shapes and keeps going: all faults of a file are found in one pass.
///
/// Every fault has the place of the value or key that it is about, the value found and the value
/// wanted, and a mend. What is found faulty comes back as `nil`; what is `isFaulty` already is
/// passed over in silence.
public struct ShapeChecker: Sendable {
  public private(set) var faults: [Fault] = []

  public init() {}

  public mutating func report(_ location: SourceLocation, _ message: String, mend: String? = nil) {
    faults.append(Fault(location, message, mend: mend))
  }

  /// The value with defaults filled in, or `nil` when it has faults, which are then in `faults`.
  ///
  /// - Parameters:
  ///   - path: the way to the value, as messages and the names of files show it.
  ///   - hint: what to do where nothing better is known: the documentation of the key.
  public mutating func check(
    _ value: LocatedValue, _ shape: Shape, at path: ValuePath, hint: String
  ) -> CheckedValue? {
    if value.isFaulty { return nil }
    if value.isNull {
      report(
        value.location, "'\(path)' has no value\(value.origin)", mend: hint)
      return nil
    }
    switch (shape, value.content) {
    case (.bool, _), (.integer, _), (.number, _), (.string, _), (.choice, _), (.reference, _):
      return scalar(value, shape, at: path, hint: hint)
    case (.path, .scalar(.string(let text))):
      return file(text, value, at: path, hint: hint)
    case (.list(let element, let count), .array(let items)):
      return list(items, value, element, count, at: path, hint: hint)
    case (.map(let element), .object):
      return map(value, element, at: path, hint: hint)
    case (.object(let keys), .object):
      return object(value, keys: keys, owner: "'\(path)'", at: path)
    case (.tagged(let tags), .object):
      return tagged(value, tags, at: path)
    case (.either(let shapes), _):
      return either(value, shapes, at: path, hint: hint)
    default:
      mismatch(value, shape, at: path, hint: hint)
      return nil
    }
  }

  // MARK: - Scalars

  private mutating func scalar(
    _ value: LocatedValue, _ shape: Shape, at path: ValuePath, hint: String
  ) -> CheckedValue? {
    if case .scalar(let scalar) = value.content, let fitting = Self.fitting(scalar, shape) {
      return CheckedValue(fitting)
    }
    mismatch(value, shape, at: path, hint: hint)
    return nil
  }

  /// The scalar in the form that the shape gives it; `nil` when it does not fit.
  private static func fitting(_ scalar: Value, _ shape: Shape) -> Value? {
    switch (shape, scalar) {
    case (.bool, .bool), (.string, .string), (.reference, .string): return scalar
    case (.choice(let words), .string(let text)): return words.contains(text) ? scalar : nil
    case (.integer(let range), .integer(let number)):
      return range.contains(number) ? scalar : nil
    case (.integer(let range), .double(let number)):
      // 2e3 is a whole number, though YAML reads it as a float.
      guard let whole = Int(exactly: number), range.contains(whole) else { return nil }
      return .integer(whole)
    case (.number(let interval), _):
      guard let number = scalar.doubleValue, number.isFinite, interval.contains(number) else {
        return nil
      }
      return .double(number)
    default: return nil
    }
  }

  private mutating func file(
    _ text: String, _ value: LocatedValue, at path: ValuePath, hint: String
  ) -> CheckedValue? {
    guard !text.isEmpty else {
      mismatch(value, .path, at: path, hint: hint)
      return nil
    }
    let written =
      text == "~" || text.hasPrefix("~/") ? NSString(string: text).expandingTildeInPath : text
    let base = URL(fileURLWithPath: value.pathBase, isDirectory: true)
    let absolute = URL(fileURLWithPath: written, relativeTo: base).standardizedFileURL.path
    guard FileManager.default.fileExists(atPath: absolute) else {
      report(
        value.location, "'\(path)' names '\(text)', which does not exist\(value.origin)",
        mend: Self.mendMissing(absolute))
      return nil
    }
    return CheckedValue(
      value: .string(absolute), fingerprinted: .string(path.dotted),
      files: [.init(name: path.dotted, path: absolute)])
  }

  /// A near name in the same folder, or the first folder of the path that is missing.
  private static func mendMissing(_ path: String) -> String {
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent()
    if let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) {
      if let near = Suggestions.nearest(to: url.lastPathComponent, among: names) {
        return "did you mean '\(near)'? (looked for \(path))"
      }
      return "looked for \(path)"
    }
    var missing = folder
    while missing.path != "/",
      !FileManager.default.fileExists(atPath: missing.deletingLastPathComponent().path)
    {
      missing = missing.deletingLastPathComponent()
    }
    return "there is no folder \(missing.path)"
  }

  // MARK: - Lists, maps, alternatives

  private mutating func list(
    _ items: [LocatedValue], _ value: LocatedValue, _ element: Shape, _ count: ClosedRange<Int>,
    at path: ValuePath, hint: String
  ) -> CheckedValue? {
    guard count.contains(items.count) else {
      let found = items.isEmpty ? "an empty one" : "\(items.count)"
      report(
        value.location,
        "'\(path)' must be \(Shape.list(element, count: count).wanted), not \(found)\(value.origin)",
        mend: hint)
      return nil
    }
    var checked: [CheckedValue] = []
    for (index, item) in items.enumerated() {
      if let item = check(item, element, at: path.appending(index), hint: hint) {
        checked.append(item)
      }
    }
    return checked.count == items.count ? CheckedValue(items: checked) : nil
  }

  private mutating func map(
    _ value: LocatedValue, _ element: Shape, at path: ValuePath, hint: String
  ) -> CheckedValue? {
    let members = members(of: value)
    var result = KeyedResult()
    result.isWhole = members.isWhole
    for member in members.inOrder {
      let name = path.appending(member.key)
      let checked = check(member.value, element, at: name, hint: hint)
      result.add(checked, as: member.key, changesResult: true)
    }
    return result.checked
  }

  private mutating func either(
    _ value: LocatedValue, _ shapes: [Shape], at path: ValuePath, hint: String
  ) -> CheckedValue? {
    let candidates = shapes.filter { $0.fits(value.content) }
    guard let first = candidates.first else {
      mismatch(value, .either(shapes), at: path, hint: hint)
      return nil
    }
    for candidate in candidates.dropLast(candidates.count == 1 ? 1 : 0) {
      var trial = ShapeChecker()
      if let checked = trial.check(value, candidate, at: path, hint: hint) {
        return checked
      }
    }
    if candidates.count > 1, case .scalar = value.content {
      mismatch(value, .either(shapes), at: path, hint: hint)
      return nil
    }
    return check(value, first, at: path, hint: hint)
  }

  // MARK: - Wording

  private mutating func mismatch(
    _ value: LocatedValue, _ shape: Shape, at path: ValuePath, hint: String
  ) {
    report(
      value.location, "'\(path)' must be \(shape.wanted), not \(value.found)\(value.origin)",
      mend: mend(value, shape, at: path, hint: hint))
  }

  private func mend(
    _ value: LocatedValue, _ shape: Shape, at path: ValuePath, hint: String
  ) -> String {
    guard case .scalar(let scalar) = value.content else { return hint }
    switch (shape, scalar) {
    case (.string, .integer), (.string, .double), (.string, .bool), (.path, .integer),
      (.path, .double), (.path, .bool):
      let quoted = "\"\(value.text ?? scalar.canonicalJSON)\""
      if let parameter = value.parameter, parameter.location.line == 0 {
        return "put it in quotes: --set '\(parameter.name)=\(quoted)'"
      }
      return "put it in quotes: \(quoted)"
    case (.choice(let words), .string(let text)):
      if let near = Suggestions.nearest(to: text, among: words) { return "did you mean '\(near)'?" }
    case (.either(let shapes), .string(let text)):
      let words = shapes.flatMap { if case .choice(let words) = $0 { words } else { [String]() } }
      if let near = Suggestions.nearest(to: text, among: words) { return "did you mean '\(near)'?" }
    case (.list(let element, let count), _):
      if count.contains(1), Self.fitting(scalar, element) != nil {
        return "write '[\(value.text ?? scalar.canonicalJSON)]'"
      }
    case (.tagged(let tags), .string(let text)):
      if let tag = tags.first(where: { $0.kind == text }) {
        return tag.keys.contains(where: \.isRequired)
          ? "write '{kind: \(text), …}'" : "write '{kind: \(text)}'"
      }
    case (.integer, .string(let text)), (.number, .string(let text)):
      let digits = text.allSatisfy { $0.isNumber || "+-.eE".contains($0) }
      if digits, Double(text) != nil { return "remove the quotes" }
    case (.bool, .string(let text)):
      if ["yes", "on", "y"].contains(text.lowercased()) { return "write 'true'" }
      if ["no", "off", "n"].contains(text.lowercased()) { return "write 'false'" }
    default: break
    }
    return hint
  }
}
