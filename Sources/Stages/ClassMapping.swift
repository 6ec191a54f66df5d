import Diagnostics

/// How the classes of a foreign network become those of the task, by name.
public struct ClassMapping: Codable, Hashable, Sendable {
  /// Of the task, in its order.
  public var classes: [String]
  /// For each of them the places of the network's answers that make it: one, several that merge, or
  /// none when the network does not know the class.
  public var sources: [[Int]]
  /// Classes of the network that the task does not have.
  public var dropped: [String]
  /// Such as `kitten → cat`, `animal ← cat, dog`.
  public var changes: [String]

  /// What is wrong with a renaming or merging, at a key of the stage.
  public struct Fault: Error, Hashable, Sendable {
    public var path: [String]
    public var message: String
    public var mend: String
  }

  /// - Parameters:
  ///   - own: the network's classes, in the order of its answers.
  ///   - task: the task's classes; where `nil`, the network's, renamed and merged.
  ///   - rename: from a class of the network to one of the task.
  ///   - merge: from a class of the task to several of the network.
  public init(
    _ own: [String], task: [String]?, rename: [String: String], merge: [String: [String]]
  ) throws(Fault) {
    var names = own
    var (touched, merged): (Set<Int>, Set<Int>) = ([], [])
    var changes: [String] = []
    func take(_ name: String, at path: [String]) throws(Fault) -> Int {
      guard let place = own.firstIndex(of: name) else {
        throw Fault(
          path: path, message: "the network has no class '\(name)'",
          mend: Suggestions.mend(name, among: own, called: "classes"))
      }
      guard touched.insert(place).inserted else {
        throw Fault(
          path: path, message: "class '\(name)' is renamed or merged twice",
          mend: "name it once, in 'rename' or in 'merge'")
      }
      return place
    }
    for (old, new) in rename.sorted(by: { $0.key < $1.key }) {
      names[try take(old, at: ["rename", old])] = new
      changes.append("\(old) → \(new)")
    }
    for (new, parts) in merge.sorted(by: { $0.key < $1.key }) {
      for (index, part) in parts.enumerated() {
        let place = try take(part, at: ["merge", new, "\(index)"])
        names[place] = new
        merged.insert(place)
      }
      changes.append("\(new) ← \(parts.joined(separator: ", "))")
    }
    var sources: [String: [Int]] = [:]
    var order: [String] = []
    for (place, name) in names.enumerated() {
      if let other = sources[name]?.first {
        guard merged.contains(place), merged.contains(other) else {
          throw Fault(
            path: merge[name] == nil ? ["rename"] : ["merge", name],
            message: "'\(own[other])' and '\(own[place])' both become '\(name)'",
            mend: "merge them: 'merge: {\(name): [\(own[other]), \(own[place])]}'")
        }
      } else {
        order.append(name)
      }
      sources[name, default: []].append(place)
    }
    classes = task ?? order
    self.sources = classes.map { sources[$0] ?? [] }
    let wanted = Set(classes)
    dropped = order.filter { !wanted.contains($0) }
    self.changes = changes
    guard self.sources.contains(where: { !$0.isEmpty }) else {
      throw Fault(
        path: ["declaration"],
        message: "the network knows \(own.joined(separator: ", ")), and none of the task's classes "
          + classes.joined(separator: ", "),
        mend: "map them by name: 'rename: {\(own[0]): \(classes.first ?? "")}'")
    }
  }

  /// Classes of the task that the network does not know.
  public var unknown: [String] {
    zip(classes, sources).compactMap { $1.isEmpty ? $0 : nil }
  }
}

extension ClassMapping {
  /// Values go by name one to one: there is nothing to make a missing one of, and no way to merge two.
  public func checkValues() throws(Fault) {
    for (name, places) in zip(classes, sources) where places.count != 1 {
      throw Fault(
        path: [places.isEmpty ? "declaration" : "merge"],
        message: places.isEmpty
          ? "the network does not answer the value '\(name)'"
          : "values cannot be merged, as those of '\(name)'",
        mend: places.isEmpty
          ? "rename one of its values, or take a network that answers it"
          : "name one of them by 'rename'")
    }
  }
}
