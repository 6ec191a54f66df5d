import Configuration
import Diagnostics
import Yams

/// Reads YAML and keeps the line and column of every scalar, list, mapping and key.
///
/// Plain scalars mean what YAML 1.2's core schema says: `yes` and `on` are text, `1e3` is a number;
/// what stands in quotes is text. Anchors and aliases work; merge keys (`<<`) are YAML 1.1 and do
/// not. Columns count characters (Unicode scalars) from 1.
struct YAMLReader {
  let file: String
  let pathBase: String
  private(set) var faults: [Fault] = []
  /// Keys that were written anew because YAML's composer stops at a key that stands twice.
  private var renamed: [Place: String] = [:]
  private var valuesLeft = 100_000
  private var lastLine = 1

  private struct Place: Hashable {
    var line: Int
    var column: Int
  }

  init(file: String, pathBase: String) {
    self.file = file
    self.pathBase = pathBase
  }

  /// The document, or `nil` when it is not YAML or holds nothing; `faults` then says why.
  mutating func read(_ text: String) -> LocatedValue? {
    guard let node = compose(text) else { return nil }
    return located(node)
  }

  // MARK: - Text to nodes

  private mutating func compose(_ text: String) -> Node? {
    // A byte order mark takes no column, and the scanner does not know it.
    let text = String(text.unicodeScalars.drop { $0 == "\u{FEFF}" })
    lastLine = max(1, Self.lines(of: text).count - (text.last?.isNewline == true ? 1 : 0))
    // The composer keeps a pointer into the text, which short strings do not have.
    var padded = text.utf8.count < 16 ? text + String(repeating: "\n", count: 16) : text
    padded.makeContiguousUTF8()
    while true {
      do {
        let parser = try Parser(yaml: padded, resolver: .basic, encoding: .utf8)
        guard let node = try parser.singleRoot() else {
          faults.append(Fault(SourceLocation(file: file), "there is nothing in it"))
          return nil
        }
        return node
      } catch YamlError.duplicatedKeysInMapping(let names, let context) {
        let place = Place(line: context.mark.line, column: context.mark.column)
        guard let name = names.first, let changed = rename(name, at: place, in: padded)
        else {
          faults.append(
            Fault(
              location(context.mark), "'\(names.first ?? "")' stands twice in this mapping",
              mend: "remove one of them"))
          return nil
        }
        padded = changed
      } catch let error as YamlError {
        faults.append(syntaxFault(error, in: text))
        return nil
      } catch {
        faults.append(Fault(SourceLocation(file: file), "\(error)"))
        return nil
      }
    }
  }

  /// Writes another key of the same length over the first of two equal ones, so that the rest of
  /// the file is read too; `located` writes the old one back.
  private mutating func rename(_ name: String, at place: Place, in text: String) -> String? {
    let key = Array(name.unicodeScalars)
    guard !key.isEmpty, renamed[place] == nil, renamed.count < 4096 else { return nil }
    var scalars = Array(text.unicodeScalars)
    guard var start = Self.offset(of: place, in: scalars) else { return nil }
    if scalars[start] == "&" {
      // An anchor stands before its key.
      start = scalars[start...].firstIndex { $0 == " " || $0 == "\t" } ?? start
      start = scalars[start...].firstIndex { $0 != " " && $0 != "\t" } ?? start
    }
    if scalars[start] == "'" || scalars[start] == "\"" { start += 1 }
    guard start + key.count <= scalars.count, Array(scalars[start..<start + key.count]) == key,
      let mark = Unicode.Scalar(0xE000 + UInt32(renamed.count)), let filler = Unicode.Scalar(0xF8FF)
    else { return nil }
    renamed[place] = name
    for index in key.indices { scalars[start + index] = index == 0 ? mark : filler }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars)
    var changed = String(result)
    changed.makeContiguousUTF8()
    return changed
  }

  private static func offset(of place: Place, in scalars: [Unicode.Scalar]) -> Int? {
    var line = 1
    var index = 0
    while index < scalars.count, line < place.line {
      switch scalars[index] {
      case "\r":
        if index + 1 < scalars.count, scalars[index + 1] == "\n" { index += 1 }
        line += 1
      case "\n", "\u{85}", "\u{2028}", "\u{2029}": line += 1
      default: break
      }
      index += 1
    }
    let offset = index + place.column - 1
    return scalars.indices.contains(offset) ? offset : nil
  }

  // MARK: - Nodes to values

  private mutating func located(_ node: Node) -> LocatedValue {
    valuesLeft -= 1
    guard valuesLeft > 0 else {
      if valuesLeft == 0 {
        faults.append(
          Fault(
            location(node.mark), "more than 100000 values",
            mend: "do not repeat an alias inside what other aliases repeat"))
      }
      return faulty(node.mark)
    }
    switch node {
    case .scalar(let scalar): return located(scalar)
    case .sequence(let items):
      return LocatedValue(
        .array(items.map { located($0) }), at: location(items.mark), pathBase: pathBase)
    case .mapping(let pairs):
      var members: [LocatedValue.Member] = []
      for (key, value) in pairs {
        let value = located(value)
        guard case .scalar(let word) = key else {
          faults.append(
            Fault(
              location(key.mark), "a key must be a word, not a list or a mapping",
              mend: "a value that starts with '[' or '{' needs quotes to be text"))
          continue
        }
        members.append(
          .init(key: name(word), keyLocation: location(word.mark), value: value))
      }
      return LocatedValue(.object(members), at: location(pairs.mark), pathBase: pathBase)
    case .alias(let alias):
      faults.append(Fault(location(alias.mark), "this alias names no anchor"))
      return faulty(alias.mark)
    }
  }

  private mutating func located(_ scalar: Node.Scalar) -> LocatedValue {
    let text = name(scalar)
    let value: Value
    switch scalar.tag.description {
    case "" where scalar.style == .plain: value = CoreSchema.value(of: text)
    case "", "!", "tag:yaml.org,2002:str": value = .string(text)
    case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool",
      "tag:yaml.org,2002:null":
      value = CoreSchema.value(of: text)
    case let tag:
      faults.append(
        Fault(location(scalar.mark), "the tag '\(tag)' means nothing here", mend: "remove it"))
      return faulty(scalar.mark)
    }
    return LocatedValue(
      .scalar(value), at: location(scalar.mark), pathBase: pathBase, text: text)
  }

  /// The text of a scalar, also where it was written anew.
  private func name(_ scalar: Node.Scalar) -> String {
    scalar.mark.flatMap { renamed[Place(line: $0.line, column: $0.column)] } ?? scalar.string
  }

  private func faulty(_ mark: Mark?) -> LocatedValue {
    var value = LocatedValue(.scalar(.null), at: location(mark), pathBase: pathBase)
    value.isFaulty = true
    return value
  }

  private func location(_ mark: Mark?) -> SourceLocation {
    SourceLocation(file: file, line: mark?.line ?? 0, column: mark?.column ?? 0)
  }

  // MARK: - Syntax

  private static func lines(of text: String) -> [Substring] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }

  private func syntaxFault(_ error: YamlError, in text: String) -> Fault {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      return Fault(
        end(mark), "this is not YAML: \(words(of: problem, context, mark))",
        mend: mend(problem, context: context?.text ?? "", mark, in: text))
    case .reader(let problem, let offset, _, _):
      var location = SourceLocation(file: file)
      if let offset {
        let before = Self.lines(of: String(text.prefix(offset)))
        location.line = before.count
        location.column = (before.last?.unicodeScalars.count ?? 0) + 1
      }
      return Fault(
        location, "this is not YAML: \(problem)",
        mend: "remove the character, or escape it in quotes")
    default: return Fault(SourceLocation(file: file), "this is not YAML: \(error)")
    }
  }

  private func words(
    of problem: String, _ context: YamlError.Context?, _ mark: Mark
  ) -> String {
    if problem.contains("another document") { return "another document starts here" }
    let atEnd = mark.line > lastLine && !problem.contains("end") ? " before the file ends" : ""
    let start = context.map { context in
      context.text.contains("next token")
        ? "" : " (\(context.text.trimmed), from line \(min(context.mark.line, lastLine)))"
    }
    return problem.trimmed + atEnd + (start ?? "")
  }

  /// The place of a fault; one behind the end of the file is put into its last line.
  private func end(_ mark: Mark) -> SourceLocation {
    mark.line <= lastLine ? location(mark) : SourceLocation(file: file, line: lastLine)
  }

  private func mend(
    _ problem: String, context: String, _ mark: Mark, in text: String
  ) -> String {
    let lines = Self.lines(of: text)
    let line = lines.indices.contains(mark.line - 1) ? lines[mark.line - 1] : ""
    if context.contains("flow"), let reference = line.firstMatch(of: /\$\{[^}"']*\}?/) {
      return "inside { } and [ ] a parameter stands in quotes: \"\(reference.output)\""
    }
    if line.prefix(while: \.isWhitespace).contains("\t") || problem.contains("tab") {
      return "indent with spaces, not with tabs"
    }
    if problem.contains("mapping values are not allowed") {
      return "text that holds ': ' needs quotes; a key needs the indentation of its neighbours"
    }
    if problem.contains("another document") { return "keep one document; remove '---'" }
    if problem.contains("undefined alias") {
      return "text that starts with '*' needs quotes; an alias comes after its anchor"
    }
    if problem.contains("cannot start any token") {
      return "text that starts with '@', '`' or '%' needs quotes"
    }
    return "look at brackets, quotes and indentation up to here"
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
