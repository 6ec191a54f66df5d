import Configuration
import Diagnostics

/// The parameters of a pipeline file, and the values that `${name}` stands for.
///
/// A scalar that is only `${name}` takes the parameter's value and type, in quotes or not; inside
/// longer text the value is written out. `$${` is a plain `${`. A parameter may use those above it.
/// One without a value (`data:`) must be given one by `--set`.
struct Parameters {
  /// In the order of the file.
  private(set) var names: [String] = []
  private(set) var values: [String: LocatedValue] = [:]
  private(set) var faults: [Fault] = []
  private var places: [String: SourceLocation] = [:]
  private var used: Set<String> = []
  /// Those without a value that something uses; each is reported once.
  private var unset: Set<String> = []

  /// - Parameters:
  ///   - members: the file's `params`, each name once.
  ///   - settings: from the command line, in place of the file's values.
  init(_ members: [LocatedValue.Member], settings: [Setting]) {
    names = members.map(\.key)
    for member in members {
      places[member.key] = member.keyLocation
      if !Name.isValid(member.key) {
        faults.append(Name.fault(member.key, "a parameter", at: member.keyLocation))
      }
      // The last of two settings counts, as with other tools.
      let given = settings.last { $0.name == member.key }?.value ?? member.value
      let value = substituted(given, in: member.key)
      values[member.key] = value
    }
    for setting in settings where !names.contains(setting.name) {
      faults.append(
        Fault(
          setting.location, "the pipeline has no parameter '\(setting.name)'",
          mend: Suggestions.mend(setting.name, among: names, called: "params")))
    }
  }

  /// One warning for each parameter that nothing uses.
  var unused: [Fault] {
    names.filter { !used.contains($0) }.compactMap { name in
      places[name].map {
        Fault(
          .warning, $0, "nothing uses the parameter '\(name)'",
          mend: "write '${\(name)}' where it belongs, or remove it")
      }
    }
  }

  /// The value with every `${name}` in it replaced; what cannot be replaced is reported and faulty.
  ///
  /// - Parameter parameter: the parameter whose own value this is.
  mutating func substituted(
    _ value: LocatedValue, in parameter: String? = nil
  ) -> LocatedValue {
    var result = value
    switch value.content {
    case .array(let items):
      result.content = .array(items.map { substituted($0, in: parameter) })
    case .object(let members):
      result.content = .object(
        members.map {
          .init(
            key: $0.key, keyLocation: $0.keyLocation, value: substituted($0.value, in: parameter))
        })
    case .scalar(.string(let text)):
      guard text.contains("${") else { return value }
      return substituted(text, value, in: parameter)
    case .scalar: break
    }
    return result
  }

  private mutating func substituted(
    _ text: String, _ value: LocatedValue, in parameter: String?
  ) -> LocatedValue {
    var faulty = value
    faulty.isFaulty = true
    guard let pieces = Piece.all(of: text) else {
      faults.append(
        Fault(
          value.location, "'${' is never closed",
          mend: "write '${name}'; a plain '${' is written '$${'"))
      return faulty
    }
    var found: [LocatedValue] = []
    for case .parameter(let name) in pieces {
      if let value = lookUp(name, at: value.location, in: parameter) { found.append(value) }
    }
    let wanted = pieces.count { if case .parameter = $0 { true } else { false } }
    guard found.count == wanted, !found.contains(where: \.isFaulty) else { return faulty }
    if case .parameter(let name) = pieces.first, pieces.count == 1, let whole = found.first {
      return whole.standing(at: value.location, as: name, given: whole.location)
    }
    var result = ""
    var next = found.makeIterator()
    for piece in pieces {
      switch piece {
      case .text(let text): result += text
      case .parameter(let name):
        guard let written = next.next()?.written else {
          faults.append(
            Fault(
              value.location, "'${\(name)}' is no single value, so it cannot stand inside text",
              mend: "let '${\(name)}' be all that stands here"))
          return faulty
        }
        result += written
      }
    }
    var whole = value
    whole.content = .scalar(.string(result))
    whole.text = result
    // `${data}/points.csv` starts where `data` was given.
    if case .parameter = pieces.first, let first = found.first { whole.pathBase = first.pathBase }
    if case .parameter(let name)? = pieces.first(where: \.isParameter), let first = found.first {
      whole.parameter = .init(name: name, location: first.parameter?.location ?? first.location)
    }
    return whole
  }

  private mutating func lookUp(
    _ name: String, at location: SourceLocation, in parameter: String?
  ) -> LocatedValue? {
    used.insert(name)
    if let value = values[name] {
      guard value.isNull else { return value }
      if unset.insert(name).inserted {
        faults.append(
          Fault(
            places[name] ?? location, "the parameter '\(name)' has no value",
            mend: "give it one: --set \(name)=…"))
      }
      return nil
    }
    if let parameter, names.contains(name) {
      faults.append(
        Fault(
          location,
          name == parameter
            ? "the parameter '\(name)' uses itself"
            : "the parameter '\(parameter)' uses '\(name)', which comes after it",
          mend: name == parameter ? "give it a value" : "move '\(name)' above '\(parameter)'"))
    } else {
      faults.append(
        Fault(
          location, "there is no parameter '\(name)'",
          mend: Suggestions.mend(name, among: names, called: "params")))
    }
    return nil
  }

  /// A part of a text: `a-${b}` is the text `a-` and the parameter `b`.
  private enum Piece {
    case text(String)
    case parameter(String)

    var isParameter: Bool { if case .parameter = self { true } else { false } }

    /// - Returns: `nil` when a `${` has no `}`.
    static func all(of text: String) -> [Piece]? {
      var pieces: [Piece] = []
      var plain = ""
      var rest = text[...]
      while !rest.isEmpty {
        if rest.hasPrefix("$${") {
          plain += "${"
          rest = rest.dropFirst(3)
        } else if rest.hasPrefix("${") {
          guard let end = rest.firstIndex(of: "}") else { return nil }
          if !plain.isEmpty { pieces.append(.text(plain)) }
          plain = ""
          let name = rest[rest.index(rest.startIndex, offsetBy: 2)..<end]
          pieces.append(.parameter(name.filter { !$0.isWhitespace }))
          rest = rest[rest.index(after: end)...]
        } else {
          plain.append(rest.removeFirst())
        }
      }
      if !plain.isEmpty { pieces.append(.text(plain)) }
      return pieces
    }
  }
}

extension LocatedValue {
  /// A parameter's value as it stands where it is used: faults are shown there.
  fileprivate func standing(
    at place: SourceLocation, as name: String, given: SourceLocation
  ) -> LocatedValue {
    var copy = self
    copy.location = place
    copy.parameter = .init(name: name, location: parameter?.location ?? given)
    switch content {
    case .scalar: break
    case .array(let items):
      copy.content = .array(items.map { $0.standing(at: place, as: name, given: given) })
    case .object(let members):
      copy.content = .object(
        members.map {
          .init(
            key: $0.key, keyLocation: place,
            value: $0.value.standing(at: place, as: name, given: given))
        })
    }
    return copy
  }

  /// A scalar as text inside other text; `nil` for null, lists and mappings.
  fileprivate var written: String? {
    guard case .scalar(let value) = content, value != .null else { return nil }
    return value.stringValue ?? text ?? value.canonicalJSON
  }
}

/// The words that stages, variants and parameters are called: they become names of files.
enum Name {
  static let pattern = "[A-Za-z0-9_-]+"

  static func isValid(_ name: String) -> Bool {
    !name.isEmpty
      && name.unicodeScalars.allSatisfy {
        switch $0 {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
      }
  }

  static func fault(_ name: String, _ owner: String, at location: SourceLocation) -> Fault {
    Fault(
      location, "'\(name)' cannot be the name of \(owner)",
      mend: "use letters (a to z), digits, '-' and '_'")
  }
}
