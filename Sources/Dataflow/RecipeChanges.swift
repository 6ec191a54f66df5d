import Configuration

/// What lies between the recipe that a stage was last made by and the one it has now.
struct RecipeChanges {
  let stage: String
  let face: any Stage.Type
  let old: RunRecord.Stage
  let new: RunRecord.Stage

  /// In the order in which a reader asks: code, keys, inputs, files.
  var reasons: [Reason] {
    var reasons: [Reason] = []
    if old.kind != new.kind {
      // Keys of two kinds have nothing to do with each other.
      return [.kindChanged(old: old.kind, new: new.kind)]
    }
    if old.version != new.version {
      reasons.append(.versionChanged(old: old.version, new: new.version))
    }
    if let before = old.device, let now = new.device, before != now {
      reasons.append(.deviceChanged(old: before, new: now))
    }
    reasons += keys
    reasons += inputs(besides: reasons)
    reasons += files
    return reasons.isEmpty ? [.recipeFormatChanged] : reasons
  }

  // MARK: Keys

  private struct Change: Hashable {
    var path: [String]
    var old: Value?
    var new: Value?

    var reason: Reason? {
      let path = path.joined(separator: ".")
      return switch (old, new) {
      case (let old?, let new?): .keyChanged(path: path, old: old, new: new)
      case (nil, let new?): .keyAdded(path: path, new: new)
      case (let old?, nil): .keyRemoved(path: path, old: old)
      case (nil, nil): nil
      }
    }
  }

  private var keys: [Reason] {
    let was = renamed(old.configuration)
    guard face.hasVariants, let oldVariants = was["variants"]?.objectValue,
      let newVariants = new.configuration["variants"]?.objectValue
    else { return differences(was, new.configuration, at: []).compactMap(\.reason) }

    // A key that all variants share stands once in the file and is told once.
    var changes: [Change] = []
    let common = newVariants.keys.filter { oldVariants[$0] != nil }.sorted()
    let isPlain = Array(newVariants.keys) == [stage] && Array(oldVariants.keys) == [stage]
    let perVariant = common.map { name in
      differences(oldVariants[name] ?? .null, newVariants[name] ?? .null, at: [])
    }
    let shared =
      common.count > 1 || isPlain
      ? perVariant.dropFirst().reduce(Set(perVariant.first ?? [])) { $0.intersection($1) } : []
    if let first = perVariant.first { changes += first.filter(shared.contains) }
    for (name, differences) in zip(common, perVariant) {
      for var change in differences where !shared.contains(change) {
        change.path = ["variants", name] + change.path
        changes.append(change)
      }
    }
    for name in Set(oldVariants.keys).union(newVariants.keys).sorted()
    where oldVariants[name] == nil || newVariants[name] == nil {
      changes.append(
        Change(path: ["variants", name], old: oldVariants[name], new: newVariants[name]))
    }
    if changes.isEmpty {
      // Only the order of the variants is left.
      changes = differences(was, new.configuration, at: [])
    }
    return changes.compactMap(\.reason)
  }

  /// The old configuration under the present names: a stage that only has another name is the same
  /// input.
  private func renamed(_ configuration: Value) -> Value {
    var names: [String: String] = [:]
    for (port, inputs) in new.inputs {
      for input in inputs {
        for before in old.inputs[port] ?? []
        where before.fingerprint == input.fingerprint && before.reference != input.reference
          && before.reference.selection == input.reference.selection
        {
          names[before.reference.description] = input.reference.description
        }
      }
    }
    guard !names.isEmpty else { return configuration }
    func renamed(_ value: Value) -> Value {
      switch value {
      case .string(let text): .string(names[text] ?? text)
      case .array(let items): .array(items.map(renamed))
      default: value
      }
    }
    func walk(_ value: Value) -> Value {
      guard case .object(var members) = value else { return value }
      for port in face.inputs { members[port.name] = members[port.name].map(renamed) }
      if case .object(let variants)? = members["variants"] {
        members["variants"] = .object(variants.mapValues(walk))
      }
      return .object(members)
    }
    return walk(configuration)
  }

  private func differences(_ old: Value, _ new: Value, at path: [String]) -> [Change] {
    if old == new { return [] }
    switch (old, new) {
    case (.object(let before), .object(let after)):
      return Set(before.keys).union(after.keys).sorted().flatMap { key -> [Change] in
        guard let was = before[key], let now = after[key] else {
          return [Change(path: path + [key], old: before[key], new: after[key])]
        }
        return differences(was, now, at: path + [key])
      }
    case (.array(let before), .array(let after))
    where (before + after).contains { $0.objectValue != nil }:
      return (0..<max(before.count, after.count)).flatMap { index -> [Change] in
        let step = path + [String(index)]
        guard index < before.count, index < after.count else {
          return [
            Change(
              path: step, old: index < before.count ? before[index] : nil,
              new: index < after.count ? after[index] : nil)
          ]
        }
        return differences(before[index], after[index], at: step)
      }
    default: return [Change(path: path, old: old, new: new)]
    }
  }

  // MARK: Inputs and files

  private func inputs(besides told: [Reason]) -> [Reason] {
    // Where the configuration keeps its references, it has told of another wiring already.
    let ports = Set(
      told.compactMap { reason -> String? in
        switch reason {
        case .keyChanged(let path, _, _), .keyAdded(let path, _), .keyRemoved(let path, _):
          path.split(separator: ".").last.map(String.init)
        default: nil
        }
      })
    var reasons: [Reason] = []
    for port in face.inputs.map(\.name) {
      let before = old.inputs[port] ?? []
      let after = new.inputs[port] ?? []
      let isSame =
        before.map { [$0.fingerprint, $0.reference.selection ?? ""] + $0.variants.sorted() }
        == after.map { [$0.fingerprint, $0.reference.selection ?? ""] + $0.variants.sorted() }
      if isSame { continue }
      let was = before.map(\.reference)
      let now = after.map(\.reference)
      if was != now, !ports.contains(port) {
        reasons.append(.rewired(port: port, old: was, new: now))
      }
      for input in after {
        guard
          let twin = before.first(where: { $0.reference.stage == input.reference.stage }),
          twin.fingerprint != input.fingerprint
        else { continue }
        let reason = Reason.inputChanged(stage: input.reference.stage)
        if !reasons.contains(reason) { reasons.append(reason) }
      }
    }
    return reasons
  }

  private var files: [Reason] {
    let total = new.files.count
    var reasons: [Reason] = []
    let changed = new.files.filter { name, hash in old.files[name].map { $0 != hash } ?? false }
    let added = new.files.keys.filter { old.files[$0] == nil }
    let removed = old.files.keys.filter { new.files[$0] == nil }
    if !changed.isEmpty { reasons.append(.filesChanged(changed.keys.sorted(), of: total)) }
    if !added.isEmpty { reasons.append(.filesAdded(added.sorted(), of: total)) }
    if !removed.isEmpty { reasons.append(.filesRemoved(removed.sorted(), of: old.files.count)) }
    return reasons
  }
}
