import Configuration
public import Dataflow

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

/// Which sample belongs to D_l, D_u and D_test, as it stands in the pipeline file.
public struct SplitDescription: Decodable, Hashable, Sendable {
  /// The three ways to say it.
  public enum Rule: Hashable, Sendable {
    /// Drawn by lot in each class: `test` of all samples, `labelled` of the others.
    case shares(test: Double, labelled: Double, seed: Int)
    /// Tables that list the ids of each split.
    case files(SplitFiles, id: String)
    /// A column of the source that holds the words labelled, unlabelled, test.
    case column(String)
  }

  public var test: Double?
  public var labelled: Double?
  public var seed: Int?
  public var files: SplitFiles?
  public var id: String?
  public var column: String?

  /// The rule; `nil` when the keys say none of the three, or more than one.
  public var rule: Rule? {
    let isShared = test != nil || labelled != nil
    switch (isShared, files, column) {
    case (true, nil, nil):
      guard let test, let labelled else { return nil }
      return .shares(test: test, labelled: labelled, seed: seed ?? 0)
    case (false, .some(let files), nil): return .files(files, id: id ?? "id")
    case (false, nil, .some(let column)): return .column(column)
    default: return nil
    }
  }

  /// The splits that there will be, when the rule is sound.
  var splits: [Split] {
    switch rule {
    case .shares(let test, let labelled, _):
      (labelled > 0 && test < 1 ? [.labelled] : [])
        + (labelled < 1 && test < 1 ? [.unlabelled] : [])
        + (test > 0 ? [.test] : [])
    case .files(let files, _): files.paths.map(\.split)
    case .column, nil: Split.allCases
    }
  }

  static let keys: [Key] = [
    Key("test", .share, "Share of all samples that is kept for the test, equal in every class."),
    Key("labelled", .share, "Share of the samples outside the test split that keeps its labels."),
    Key("seed", .count, "Draws the shares; 0 when absent."),
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
    let ways = [
      (test != nil || labelled != nil) ? "shares ('test', 'labelled')" : nil,
      files == nil ? nil : "'files'", column == nil ? nil : "'column'",
    ].compactMap(\.self)
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
          path, "\(ways.joined(separator: " and ")) both say how the samples are split",
          mend: "keep one of them"))
    }
    if (test == nil) != (labelled == nil), ways.count == 1 {
      let absent = test == nil ? "test" : "labelled"
      report(
        Complaint(
          path, "'\(test == nil ? "labelled" : "test")' goes with '\(absent)'",
          mend: "add '\(absent): 0.1'; 0 means none"))
    }
    if case .shares(test: 1, labelled: _, seed: _) = rule {
      report(Complaint(path + ["test"], "'test: 1' leaves nothing to learn from"))
    }
    if let files, files.paths.isEmpty {
      report(
        Complaint(
          path + ["files"], "no split has a file",
          mend: "add 'labelled: PATH', 'unlabelled: PATH', 'test: PATH'"))
    }
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
}
