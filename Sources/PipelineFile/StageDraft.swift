import Configuration
import Dataflow
import Diagnostics

/// A stage as far as its own lines tell: keys checked, references read but not yet followed.
struct StageDraft {
  var name: String
  /// Of the stage's name.
  var location: SourceLocation
  /// Everything under the name.
  var body: LocatedValue
  /// `nil` when the kind is missing or unknown.
  var face: (any Stage.Type)?
  /// In the order of the file; the stage's own name where a kind with variants has no `variants`,
  /// nothing where the kind has none.
  var variantNames: [String] = []
  /// `nil` when keys are faulty.
  var configuration: CheckedValue?
  var wires: [Wire] = []

  /// One reference to another stage, where it stands.
  struct Wire {
    var port: Port
    var reference: StageReference
    var location: SourceLocation
    /// The variants that read it; empty when every variant replaces it by another.
    var variants: [String]
    /// Whether a fault of it was reported.
    var isFaulty = false
  }

  /// Whether a wire counts for the graph: one that all variants replace does not.
  func isUsed(_ wire: Wire) -> Bool { variantNames.isEmpty || !wire.variants.isEmpty }

  /// What each port is wired to, with the variants that ask for it.
  var inputs: [String: [Graph.Input]] {
    var inputs: [String: [Graph.Input]] = [:]
    // By variant, so that the order is that of the first variant that asks.
    for variant in variantNames.isEmpty ? [nil] : variantNames.map(Optional.some) {
      for wire in wires where variant.map(wire.variants.contains) ?? true {
        var list = inputs[wire.port.name] ?? []
        if let index = list.firstIndex(where: { $0.reference == wire.reference }) {
          if let variant, !list[index].variants.contains(variant) {
            list[index].variants.append(variant)
          }
        } else {
          list.append(Graph.Input(wire.reference, variants: variant.map { [$0] } ?? []))
        }
        inputs[wire.port.name] = list
      }
    }
    return inputs.mapValues { list in
      list.map { input in
        Graph.Input(
          input.reference,
          variants: input.variants.count == variantNames.count ? [] : input.variants)
      }
    }
  }

  /// Where a key stands, for a complaint of the face; the nearest mapping above it when it does not
  /// stand in the file.
  ///
  /// - Returns: also whether it is the whole variant that is meant.
  func place(of path: [String]) -> (location: SourceLocation, isWholeVariant: Bool) {
    var rest = path[...]
    guard let face, face.hasVariants, path.first == "variants", path.count > 1 else {
      return (body.place(of: rest) ?? location, false)
    }
    rest = path[2...]
    if let variant = body["variants"]?.member(path[1]) {
      if let place = variant.value.place(of: rest) { return (place, false) }
      if let taken = rest.first.flatMap(variant.value.member) { return (taken.keyLocation, false) }
      return body.place(of: rest).map { ($0, false) } ?? (variant.keyLocation, true)
    }
    return (body.place(of: rest) ?? location, false)
  }
}

extension LocatedValue {
  /// The place of the deepest value on the path that stands in the file; `nil` when not even the
  /// first step does.
  fileprivate func place(of path: ArraySlice<String>) -> SourceLocation? {
    guard let step = path.first else { return nil }
    switch content {
    case .scalar: return nil
    case .array(let items):
      guard let index = Int(step), items.indices.contains(index) else { return nil }
      return items[index].place(of: path.dropFirst()) ?? items[index].location
    case .object:
      guard let member = member(step), !member.value.isNull else { return nil }
      return member.value.place(of: path.dropFirst()) ?? member.keyLocation
    }
  }
}

/// Reads stages: names, kinds, keys, variants.
struct StageReader {
  let registry: StageRegistry
  var checker = ShapeChecker()

  init(registry: StageRegistry) { self.registry = registry }

  /// The keys that may stand in a stage of a kind: inputs first.
  static func keys(of face: any Stage.Type) -> [Key] { face.inputs.map(\.key) + face.keys }

  mutating func read(_ member: LocatedValue.Member) -> StageDraft {
    var draft = StageDraft(
      name: member.key, location: member.keyLocation, body: member.value)
    if !Name.isValid(draft.name) {
      let fault = Name.fault(draft.name, "a stage", at: draft.location)
      checker.report(draft.location, fault.diagnostic.message, mend: fault.diagnostic.mend)
    }
    if registry.faces.contains(where: { face in
      face.inputs.contains { $0.words.contains(draft.name) }
    }) {
      checker.report(
        draft.location, "'\(draft.name)' is a word of its own and cannot be the name of a stage",
        mend: "call the stage something else")
    }
    guard case .object = draft.body.content else {
      if !draft.body.isFaulty {
        checker.report(
          draft.location, "stage '\(draft.name)' must be a mapping with a 'kind'",
          mend: "write '\(draft.name): {kind: …}'; kinds: \(kindList)")
      }
      return draft
    }
    guard let face = kind(of: draft) else { return draft }
    draft.face = face
    readKeys(of: &draft, face)
    return draft
  }

  private var kindList: String { registry.faces.map { $0.kind }.joined(separator: ", ") }

  private mutating func kind(of draft: StageDraft) -> (any Stage.Type)? {
    guard let kind = draft.body["kind"] else {
      let slip = draft.body.nearest(to: "kind")
      checker.report(
        draft.location, "stage '\(draft.name)' needs 'kind'",
        mend: slip.map { "did you mean 'kind' by '\($0)'? (kinds: \(kindList))" }
          ?? "add 'kind': \(kindList)")
      return nil
    }
    if kind.isFaulty { return nil }
    guard let word = kind.value.stringValue else {
      checker.report(
        kind.location, "'kind' of stage '\(draft.name)' must be a word",
        mend: "kinds: \(kindList)")
      return nil
    }
    guard let face = registry[word] else {
      checker.report(
        kind.location, "there is no stage kind '\(word)'",
        mend: Suggestions.mend(word, among: registry.faces.map { $0.kind }, called: "kinds"))
      return nil
    }
    return face
  }

  /// A mend for a key that stands in the wrong kind of stage.
  private static func home(of key: String, in registry: StageRegistry) -> String? {
    let homes = registry.faces.filter { face in
      keys(of: face).contains { $0.name == key } || (key == "variants" && face.hasVariants)
    }
    return homes.isEmpty
      ? nil
      : "'\(key)' goes with 'kind: \(homes.map { $0.kind }.joined(separator: "' or 'kind: "))'"
  }

  // MARK: - Keys and variants

  /// A key's member, and what checking it gave: `nil` when it is faulty.
  private struct Reading {
    var member: LocatedValue.Member
    var checked: CheckedValue?
  }

  private mutating func readKeys(of draft: inout StageDraft, _ face: any Stage.Type) {
    let keys = Self.keys(of: face)
    let names = keys.map(\.name)
    let owner = "stage '\(draft.name)'"
    let registry = registry
    let listed = names + (face.hasVariants ? ["variants"] : [])
    let common = checker.members(of: draft.body, keys: listed, and: ["kind"], owner: owner) {
      Self.home(of: $0, in: registry)
    }
    let readings = read(common, face)
    var defaults: [String: CheckedValue] = [:]
    for key in keys where key.defaultValue != nil {
      defaults[key.name] = checker.checkDefault(
        key, at: ValuePath(), location: draft.location, pathBase: draft.body.pathBase)
    }

    guard face.hasVariants else {
      var missing: [Key] = []
      let result = assemble(
        keys, [:], readings, defaults, isWhole: common.isWhole, &missing)
      for key in missing where !common.meant.contains(key.name) {
        checker.reportMissing(key, owner: owner, draft.location)
      }
      draft.configuration = result
      draft.wires = readings.values.flatMap { wires(face, $0.member, variants: []) }
        .inOrder(of: face)
      return
    }

    let variants = self.variants(of: &draft, common)
    var isWhole = common.isWhole && !variants.isEmpty
    var results: [(name: String, result: CheckedValue)] = []
    var missing: [(key: Key, variant: LocatedValue.Member)] = []
    var readers: [String: [String]] = [:]
    var variantWires: [StageDraft.Wire] = []
    for variant in variants {
      let own = checker.members(
        of: variant.value, keys: names, owner: "variant '\(variant.key)' of \(owner)"
      ) { $0 == "kind" ? "a variant has the kind of its stage" : nil }
      let replaced = read(own, face, mayBeNull: true)
      var absent: [Key] = []
      let result = assemble(
        keys, replaced, readings, defaults, isWhole: own.isWhole && !variant.value.isFaulty,
        &absent)
      for key in absent where !common.meant.union(own.meant).contains(key.name) {
        missing.append((key, variant))
      }
      if let result { results.append((variant.key, result)) } else { isWhole = false }
      for name in readings.keys where replaced[name] == nil {
        readers[name, default: []].append(variant.key)
      }
      variantWires += replaced.values.flatMap { wires(face, $0.member, variants: [variant.key]) }
    }
    let commonWires = readings.flatMap { name, reading in
      wires(face, reading.member, variants: readers[name] ?? [])
    }
    draft.wires = (commonWires + variantWires).inOrder(of: face)
    draft.variantNames = variants.map(\.key)
    report(missing, variants: variants.count, of: draft)
    draft.configuration = isWhole ? Self.variantSet(results) : nil
  }

  /// The variants, each with a mapping; the stage itself where it has no `variants`.
  private mutating func variants(
    of draft: inout StageDraft, _ common: KnownMembers
  ) -> [LocatedValue.Member] {
    guard let variants = common["variants"] else {
      let empty = LocatedValue(
        .object([]), at: draft.location, pathBase: draft.body.pathBase)
      return [.init(key: draft.name, keyLocation: draft.location, value: empty)]
    }
    if variants.value.isFaulty { return [] }
    guard case .object(let all) = variants.value.content, !all.isEmpty else {
      checker.report(
        variants.value.location, "'variants' must be a mapping with one name or more",
        mend: "write 'variants: {mke: {}}': each variant is this stage with some keys replaced")
      return []
    }
    var result: [LocatedValue.Member] = []
    for var variant in checker.members(of: variants.value).inOrder {
      if !Name.isValid(variant.key) {
        let fault = Name.fault(variant.key, "a variant", at: variant.keyLocation)
        checker.report(
          variant.keyLocation, fault.diagnostic.message, mend: fault.diagnostic.mend)
      }
      if variant.value.isNull {
        variant.value.content = .object([])
      } else if case .object = variant.value.content {
      } else if !variant.value.isFaulty {
        checker.report(
          variant.value.location, "variant '\(variant.key)' must be a mapping",
          mend: "write '\(variant.key): {}', with the keys that it replaces")
        variant.value.isFaulty = true
      }
      result.append(variant)
    }
    return result
  }

  private mutating func read(
    _ members: KnownMembers, _ face: any Stage.Type, mayBeNull: Bool = false
  ) -> [String: Reading] {
    let keys = Self.keys(of: face)
    var readings: [String: Reading] = [:]
    for member in members.inOrder {
      guard let key = keys.first(where: { $0.name == member.key }) else { continue }
      var reading = Reading(member: member, checked: nil)
      if !(mayBeNull && member.value.isNull) {
        reading.checked = checker.check(key, member.value, at: ValuePath())
        // One reference in place of a list of one.
        if face.inputs.contains(where: { $0.name == key.name && $0.count == .many }),
          let checked = reading.checked, checked.value.arrayValue == nil
        {
          reading.checked = CheckedValue(.array([checked.value]))
        }
      }
      readings[key.name] = reading
    }
    return readings
  }

  /// One whole configuration: of each key the variant's own, else the common one, else the default.
  private func assemble(
    _ keys: [Key], _ own: [String: Reading], _ common: [String: Reading],
    _ defaults: [String: CheckedValue], isWhole: Bool, _ missing: inout [Key]
  ) -> CheckedValue? {
    var result = KeyedResult()
    result.isWhole = isWhole
    for key in keys {
      // Null in a variant takes a common key away.
      let isRemoved = own[key.name]?.member.value.isNull ?? false
      if !isRemoved, let reading = own[key.name] ?? common[key.name] {
        result.add(reading.checked, as: key.name, changesResult: key.changesResult)
      } else if key.defaultValue != nil {
        result.add(defaults[key.name], as: key.name, changesResult: key.changesResult)
      } else if key.isRequired {
        missing.append(key)
        result.isWhole = false
      }
    }
    return result.checked
  }

  private mutating func report(
    _ missing: [(key: Key, variant: LocatedValue.Member)], variants count: Int, of draft: StageDraft
  ) {
    let lacking = Dictionary(grouping: missing, by: \.key.name)
    var told: Set<String> = []
    for (key, variant) in missing {
      if lacking[key.name]?.count == count {
        // All of them: it is the stage that lacks the key.
        guard told.insert(key.name).inserted else { continue }
        checker.reportMissing(key, owner: "stage '\(draft.name)'", draft.location)
      } else {
        checker.reportMissing(
          key, owner: "variant '\(variant.key)' of stage '\(draft.name)'", variant.keyLocation)
      }
    }
  }

  /// `{names: […], variants: {…}}`. The order of the names is how results are shown, not what they
  /// are: it stays out of fingerprints.
  private static func variantSet(
    _ variants: [(name: String, result: CheckedValue)]
  ) -> CheckedValue {
    var values: [String: Value] = [:]
    var fingerprinted: [String: Value] = [:]
    var files: [CheckedValue.File] = []
    for (name, result) in variants {
      values[name] = result.value
      fingerprinted[name] = result.fingerprinted
      files += result.files.map { .init(name: "variants.\(name).\($0.name)", path: $0.path) }
    }
    return CheckedValue(
      value: .object([
        "names": .array(variants.map { .string($0.name) }), "variants": .object(values),
      ]), fingerprinted: .object(["variants": .object(fingerprinted)]), files: files)
  }

  // MARK: - References

  /// The references under a key, when it is an input; words such as `truth` are none.
  private func wires(
    _ face: any Stage.Type, _ member: LocatedValue.Member, variants: [String]
  ) -> [StageDraft.Wire] {
    guard let port = face.inputs.first(where: { $0.name == member.key }), !member.value.isFaulty
    else { return [] }
    let items: [LocatedValue] =
      if case .array(let items) = member.value.content { items } else { [member.value] }
    return items.compactMap { item in
      guard !item.isFaulty, case .scalar(.string(let text)) = item.content,
        !port.words.contains(text)
      else { return nil }
      return StageDraft.Wire(
        port: port, reference: StageReference(text), location: item.location, variants: variants)
    }
  }
}

extension [StageDraft.Wire] {
  /// In the order of the face's ports; within a port as they came.
  fileprivate func inOrder(of face: any Stage.Type) -> [StageDraft.Wire] {
    let ports = face.inputs.map(\.name)
    return enumerated().sorted { left, right in
      let ranks = [left, right].map { ports.firstIndex(of: $0.element.port.name) ?? 0 }
      return (ranks[0], left.offset) < (ranks[1], right.offset)
    }.map(\.element)
  }
}

extension Port {
  /// The port as a key of its stage.
  var key: Key {
    let shape: Shape =
      switch count {
      case .one, .optional: .reference
      case .many: .either([.nonEmptyList(.reference), .reference])
      }
    return count == .optional
      ? Key(name, shape, documentation) : .required(name, shape, documentation)
  }
}
