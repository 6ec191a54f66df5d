public import Diagnostics

/// The members of a mapping whose keys are among the known ones.
public struct KnownMembers: Sendable {
  /// In the order of the file.
  public var inOrder: [LocatedValue.Member]
  /// Whether every key was known and stood once.
  public var isWhole: Bool
  /// Known keys that an unknown one seems to mean: that they are missing goes without saying.
  public var meant: Set<String>

  public subscript(key: String) -> LocatedValue.Member? { inOrder.first { $0.key == key } }
}

/// Gathers the checked members of a mapping.
public struct KeyedResult: Sendable {
  private var value: [String: Value] = [:]
  private var fingerprinted: [String: Value] = [:]
  private var files: [CheckedValue.File] = []
  /// Whether nothing was found faulty so far.
  public var isWhole = true

  public init() {}

  /// - Parameter checked: `nil` for a member with faults.
  public mutating func add(_ checked: CheckedValue?, as key: String, changesResult: Bool) {
    guard let checked else {
      isWhole = false
      return
    }
    value[key] = checked.value
    guard changesResult else { return }
    fingerprinted[key] = checked.fingerprinted
    files += checked.files
  }

  /// The whole mapping, or `nil` when something in it is faulty.
  public var checked: CheckedValue? {
    guard isWhole else { return nil }
    return CheckedValue(
      value: .object(value), fingerprinted: .object(fingerprinted), files: files)
  }
}

extension ShapeChecker {
  /// A mapping with fixed keys, defaults filled in.
  ///
  /// - Parameters:
  ///   - owner: how messages call the mapping: `stage 'align'`, `'network.head'`.
  ///   - tag: the word of `kind`, which is then no key to check.
  public mutating func object(
    _ value: LocatedValue, keys: [Key], owner: String, at path: ValuePath, tag: String? = nil,
    elsewhere: (String) -> String? = { _ in nil }
  ) -> CheckedValue? {
    let members = members(
      of: value, keys: keys.map(\.name), and: tag == nil ? [] : ["kind"], owner: owner,
      elsewhere: elsewhere)
    var result = KeyedResult()
    result.isWhole = members.isWhole
    if let tag { result.add(CheckedValue(.string(tag)), as: "kind", changesResult: true) }
    for key in keys {
      if let member = members[key.name] {
        result.add(check(key, member.value, at: path), as: key.name, key)
      } else if key.defaultValue != nil {
        result.add(
          checkDefault(key, at: path, location: value.location, pathBase: value.pathBase),
          as: key.name, key)
      } else if key.isRequired {
        if !members.meant.contains(key.name) { reportMissing(key, owner: owner, value.location) }
        result.isWhole = false
      }
    }
    return result.checked
  }

  /// A value that stands under its key.
  public mutating func check(
    _ key: Key, _ value: LocatedValue, at path: ValuePath
  ) -> CheckedValue? {
    check(
      value, key.shape, at: path.appending(key.name), hint: "\(key.name): \(key.documentation)")
  }

  /// The default of an absent key, with the defaults inside it; `nil` when the key has none.
  public mutating func checkDefault(
    _ key: Key, at path: ValuePath, location: SourceLocation, pathBase: String
  ) -> CheckedValue? {
    key.defaultValue.flatMap {
      check(key, LocatedValue($0, at: location, pathBase: pathBase), at: path)
    }
  }

  public mutating func reportMissing(_ key: Key, owner: String, _ location: SourceLocation) {
    report(
      location, "\(owner) needs '\(key.name)'", mend: "add '\(key.name)': \(key.documentation)")
  }

  /// The members of a mapping; a key that stands twice or is not known is reported.
  ///
  /// - Parameters:
  ///   - keys: those that the mends list; `nil` when any word may be a key.
  ///   - more: known keys that go without saying, such as `kind`.
  ///   - elsewhere: a mend for a key that is at home in another place.
  public mutating func members(
    of value: LocatedValue, keys: [String]? = nil, and more: [String] = [], owner: String = "",
    elsewhere: (String) -> String? = { _ in nil }
  ) -> KnownMembers {
    var result = KnownMembers(inOrder: [], isWhole: true, meant: [])
    guard case .object(let members) = value.content else { return result }
    var places: [String: SourceLocation] = [:]
    for member in members {
      if let first = places[member.key] {
        report(
          member.keyLocation, "'\(member.key)' stands twice",
          mend: "remove one of them; the other is in line \(first.line)")
        result.isWhole = false
        continue
      }
      places[member.key] = member.keyLocation
      guard let keys, !keys.contains(member.key), !more.contains(member.key) else {
        result.inOrder.append(member)
        continue
      }
      result.isWhole = false
      let unused = (keys + more).filter { key in !members.contains { $0.key == key } }
      // A key that is there already is hardly the one that was meant.
      let near =
        Suggestions.nearest(to: member.key, among: unused)
        ?? Suggestions.nearest(to: member.key, among: keys)
      if let near { result.meant.insert(near) }
      let list = keys.isEmpty ? "there are no keys" : "keys: \(keys.joined(separator: ", "))"
      let hint = near.map { "did you mean '\($0)'?" } ?? elsewhere(member.key)
      report(
        member.keyLocation, "\(owner) has no key '\(member.key)'",
        mend: hint.map { "\($0) (\(list))" } ?? list)
    }
    return result
  }

  /// A mapping whose `kind` says which keys it has.
  mutating func tagged(
    _ value: LocatedValue, _ tags: [Shape.Tag], at path: ValuePath
  ) -> CheckedValue? {
    let kinds = tags.map(\.kind)
    guard let kind = value["kind"] else {
      let slip = value.nearest(to: "kind")
      report(
        value.location, "'\(path)' needs 'kind'",
        mend: slip.map {
          "did you mean 'kind' by '\($0)'? (kinds: \(kinds.joined(separator: ", ")))"
        }
          ?? "add 'kind': \(Shape.alternatives(kinds))")
      return nil
    }
    if kind.isFaulty { return nil }
    guard case .scalar(.string(let word)) = kind.content,
      let tag = tags.first(where: { $0.kind == word })
    else {
      report(
        kind.location, "'\(path)' has no kind \(kind.found)\(kind.origin)",
        mend: Suggestions.mend(
          kind.value.stringValue ?? "", among: kinds, called: "kinds"))
      return nil
    }
    return object(
      value, keys: tag.keys, owner: "'\(path)' of kind '\(word)'", at: path, tag: word
    ) { name in
      let homes = tags.filter { $0.keys.contains { $0.name == name } }.map(\.kind)
      return homes.isEmpty
        ? nil : "'\(name)' goes with 'kind: \(homes.joined(separator: "' or 'kind: "))'"
    }
  }
}

extension KeyedResult {
  mutating func add(_ checked: CheckedValue?, as name: String, _ key: Key) {
    add(checked, as: name, changesResult: key.changesResult)
  }
}

extension LocatedValue {
  /// The key of this mapping that is nearest to a word, when it is near enough.
  public func nearest(to word: String) -> String? {
    guard case .object(let members) = content else { return nil }
    return Suggestions.nearest(to: word, among: members.map(\.key))
  }
}
