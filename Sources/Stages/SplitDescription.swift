import Configuration
public import Dataflow
import Diagnostics
import Readers

/// One file for each split, with the samples of that split as its rows.
public struct SplitFiles: Decodable, Hashable, Sendable {
  public var labelled: String?
  public var unlabelled: String?
  public var test: String?

  /// The files that are there, in the order of the splits.
  public var paths: [(split: Split, path: String)] {
    [(Split.labelled, labelled), (.unlabelled, unlabelled), (.test, test)]
      .compactMap { split, path in path.map { (split, $0) } }
  }

  static func keys(_ what: String) -> [Key] {
    [
      Key("labelled", .path, "\(what) the labelled split, D_l."),
      Key("unlabelled", .path, "\(what) the unlabelled split, D_u."),
      Key("test", .path, "\(what) the test split."),
    ]
  }
}

/// The groups of each split, by name.
public struct GroupLists: Decodable, Hashable, Sendable {
  public var labelled: [String]?
  public var unlabelled: [String]?
  public var test: [String]?

  private enum CodingKeys: String, CodingKey { case labelled, unlabelled, test }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func names(_ key: CodingKeys) throws -> [String]? {
      try container.decodeIfPresent([Word].self, forKey: key)?.map(\.text)
    }
    labelled = try names(.labelled)
    unlabelled = try names(.unlabelled)
    test = try names(.test)
  }

  /// The lists that are there, in the order of the splits.
  public var lists: [(split: Split, groups: [String])] {
    [(Split.labelled, labelled), (.unlabelled, unlabelled), (.test, test)]
      .compactMap { split, groups in groups.map { (split, $0) } }
  }

  static let keys: [Key] = [
    Key("labelled", names, "Groups of the labelled split, D_l."),
    Key("unlabelled", names, "Groups of the unlabelled split, D_u."),
    Key("test", names, "Groups of the test split."),
  ]

  private static let names = Shape.nonEmptyList(.either([.string, .anyInteger]))
}

/// Which sample belongs to D_l, D_u and D_test, as it stands in the pipeline file.
public struct SplitDescription: Decodable, Hashable, Sendable {
  /// The ways to say it.
  public enum Rule: Hashable, Sendable {
    /// Drawn by lot, equal in each class: `test` of all samples, `labelled` of the others.
    case shares(test: Double, labelled: Double, seed: Int)
    /// Part `fold` of `count` is the test split; `labelled` of the others keeps its labels.
    case folds(count: Int, fold: Int, labelled: Double, seed: Int)
    /// As the data set says; `labelled` of its training samples, drawn by lot, keeps its labels.
    case official(labelled: Double, seed: Int)
    /// Names of the groups of each split.
    case groups(GroupLists)
    /// Tables that list the ids of each split.
    case files(SplitFiles, id: String)
    /// A column of the source that holds the words labelled, unlabelled, test.
    case column(String)
  }

  /// What must not be divided between splits.
  public enum Group: Decodable, Hashable, Sendable {
    /// What the source itself takes for groups, or nothing at all.
    case own(Bool)
    /// A column of the manifest, or a field that the layout knows.
    case named(String)

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .own(flag)
      } else {
        self = .named(try container.decode(String.self))
      }
    }
  }

  public var test: Double?
  public var labelled: Double?
  public var seed: Int?
  public var folds: Int?
  public var fold: Int?
  public var official: Bool?
  public var group: Group?
  public var groups: GroupLists?
  public var files: SplitFiles?
  public var id: String?
  public var column: String?

  /// The rule; `nil` when the keys say none of them, or more than one, or one in part.
  public var rule: Rule? {
    guard ways.count == 1, missing == nil else { return nil }
    let seed = seed ?? 0
    if let groups { return .groups(groups) }
    if let files { return .files(files, id: id ?? "id") }
    if let column { return .column(column) }
    if official == true { return .official(labelled: labelled ?? 0, seed: seed) }
    if let folds, let fold {
      return .folds(count: folds, fold: fold, labelled: labelled ?? 0, seed: seed)
    }
    guard let test, let labelled else { return nil }
    return .shares(test: test, labelled: labelled, seed: seed)
  }

  private var isFolded: Bool { folds != nil || fold != nil }

  private var ways: [String] {
    let isShared = test != nil || (labelled != nil && !isFolded && official != true)
    return [
      isShared ? "shares ('test', 'labelled')" : nil, isFolded ? "'folds'" : nil,
      official == true ? "'official'" : nil, groups == nil ? nil : "'groups'",
      files == nil ? nil : "'files'", column == nil ? nil : "'column'",
    ].compactMap(\.self)
  }

  /// The key that is there and the one that goes with it and is not.
  private var missing: (key: String, absent: String)? {
    if isFolded {
      if folds == nil { return ("fold", "folds") }
      if fold == nil { return ("folds", "fold") }
      return labelled == nil ? ("folds", "labelled") : nil
    }
    if official == true { return labelled == nil ? ("official", "labelled") : nil }
    guard (test == nil) != (labelled == nil) else { return nil }
    return test == nil ? ("labelled", "test") : ("test", "labelled")
  }

  /// The splits that there will be, when the rule is sound.
  var splits: [Split] {
    func divided(_ labelled: Double) -> [Split] {
      (labelled > 0 ? [.labelled] : []) + (labelled < 1 ? [.unlabelled] : [])
    }
    switch rule {
    case .shares(let test, let labelled, _):
      return (test < 1 ? divided(labelled) : []) + (test > 0 ? [.test] : [])
    case .folds(_, _, let labelled, _), .official(let labelled, _):
      return divided(labelled) + [.test]
    case .groups(let lists): return lists.lists.map(\.split)
    case .files(let files, _): return files.paths.map(\.split)
    case .column, nil: return Split.allCases
    }
  }

  static let keys: [Key] = [
    Key("test", .share, "Share of all samples that is kept for the test, equal in every class."),
    Key("labelled", .share, "Share of the samples outside the test split that keeps its labels."),
    Key("seed", .count, "Draws the shares; 0 when absent."),
    Key(
      "folds", .integer(2...10_000),
      "How many parts of equal size the samples are drawn into, one of which is the test split."),
    Key("fold", .count, "Which of the 'folds' is the test split, from 0."),
    Key(
      "official", .bool,
      "Whether the test split is that of the data set's makers; 'labelled' is then a share of "
        + "their training samples."),
    Key(
      "group", .either([.bool, .string]),
      "Keeps groups whole, such as actors or scenes: true for those of the source, or the column "
        + "that names them."),
    Key(
      "groups", .object(GroupLists.keys), "Names of the groups of each split, in place of shares."),
    Key(
      "files", .object(SplitFiles.keys("A table that lists the ids of")),
      "Tables that list the ids of each split, in place of shares."),
    Key("id", .string, "Column of the ids in 'files'; 'id' when absent."),
    Key(
      "column", .string,
      "Column of the source with the words labelled, unlabelled, test, in place of shares."),
  ]

  func check(report: (Complaint) -> Void) {
    let path = ["split"]
    let ways = ways
    switch ways.count {
    case 0:
      report(
        Complaint(
          path, "nothing says how the samples are split",
          mend: "add 'test: 0.4' and 'labelled: 0.1', or 'files: {…}', or 'column: …'"))
    case 1: break
    default:
      report(
        Complaint(
          path,
          "\(ways.joined(separator: " and ")) "
            + "\(ways.count > 2 ? "all" : "both") say how the samples are split",
          mend: "keep one of them"))
    }
    if let (key, absent) = missing, ways.count == 1 {
      let example =
        switch absent {
        case "fold": "0'; it counts from 0"
        case "folds": "5'"
        default: "0.1'; 0 means none"
        }
      report(
        Complaint(path, "'\(key)' goes with '\(absent)'", mend: "add '\(absent): \(example)"))
    }
    if case .shares(test: 1, labelled: _, seed: _) = rule {
      report(Complaint(path + ["test"], "'test: 1' leaves nothing to learn from"))
    }
    if let folds, let fold, fold >= folds {
      report(
        Complaint(
          path + ["fold"], "there is no fold \(fold) of \(folds)",
          mend: "folds are counted from 0 to \(folds - 1)"))
    }
    if let files, files.paths.isEmpty {
      report(
        Complaint(
          path + ["files"], "no split has a file",
          mend: "add 'labelled: PATH', 'unlabelled: PATH', 'test: PATH'"))
    }
    if let groups { check(groups, report: report) }
    if seed != nil, test == nil, labelled == nil {
      report(
        Complaint(
          path + ["seed"], "'seed' goes with the shares 'test' and 'labelled'",
          mend: "remove 'seed'"))
    }
    if id != nil, files == nil {
      report(Complaint(path + ["id"], "'id' goes with 'files'", mend: "remove 'id'"))
    }
  }

  private func check(_ groups: GroupLists, report: (Complaint) -> Void) {
    let path = ["split", "groups"]
    if groups.lists.isEmpty {
      report(
        Complaint(
          path, "no split has a group",
          mend: "add 'labelled: […]', 'unlabelled: […]', 'test: […]'"))
    }
    if group == .own(false) {
      report(
        Complaint(
          ["split", "group"], "'groups' names groups, and 'group: false' says that there are none",
          mend: "remove 'group'"))
    }
    var splitOfGroup: [String: Split] = [:]
    for (split, names) in groups.lists {
      NameChecks.check(
        names, called: "group", plural: "groups", among: nil, of: "", at: path + [split.rawValue],
        report: report)
      for (index, name) in names.enumerated() {
        if let other = splitOfGroup[name], other != split {
          report(
            Complaint(
              path + [split.rawValue, "\(index)"],
              "group '\(name)' is in the \(other.rawValue) split already",
              mend: "keep it in one split"))
        }
        splitOfGroup[name] = split
      }
    }
  }

  /// What reads the rule.
  var readersRule: SplitRule? {
    switch rule {
    case .shares(let test, let labelled, let seed):
      .shares(test: test, labelled: labelled, seed: UInt64(max(0, seed)))
    case .folds(let count, let fold, let labelled, let seed):
      .folds(count: count, fold: fold, labelled: labelled, seed: UInt64(max(0, seed)))
    case .official(let labelled, let seed):
      .official(labelled: labelled, seed: UInt64(max(0, seed)))
    case .groups(let lists):
      .groups(lists.lists.map { SplitGroups(split: $0.split.rawValue, groups: $0.groups) })
    case .files(let files, let id): .files(files.readers, id: id)
    case .column(let name): .column(name)
    case nil: nil
    }
  }
}
