/// How a source says which sample is in which split.
public enum SplitRule: Sendable, Hashable {
  /// By lot: `test` of all samples, `labelled` of the others. The shares are equal in every class
  /// (over all classes at once where a sample has several), and plain where labels are maps.
  case shares(test: Double, labelled: Double, seed: UInt64)
  /// By lot into `count` parts, the classes spread evenly over them: the part `fold`, from 0, is
  /// the test split, and `labelled` of the others keeps its labels. Over all folds every labelled
  /// sample is tested once.
  case folds(count: Int, fold: Int, labelled: Double, seed: UInt64)
  /// As the data set itself says; of its training samples `labelled`, by lot, keeps its labels.
  case official(labelled: Double, seed: UInt64)
  /// Names of the groups of each split.
  case groups([SplitGroups])
  /// Tables with the ids of each split, in the column `id`.
  case files([SplitFile], id: String)
  /// A column of the source with the words labelled, unlabelled, test.
  case column(String)
}

/// A table that belongs to one split.
public struct SplitFile: Sendable, Hashable {
  /// A name of `SplitName`.
  public var split: String
  public var path: String

  public init(split: String, path: String) {
    self.split = split
    self.path = path
  }
}

/// The groups that belong to one split.
public struct SplitGroups: Sendable, Hashable {
  /// A name of `SplitName`.
  public var split: String
  public var groups: [String]

  public init(split: String, groups: [String]) {
    self.split = split
    self.groups = groups
  }
}

/// How a layout divides its recordings.
public struct RecordingSplit: Sendable, Hashable {
  /// `nil` where the layout's own files say it: one for each split.
  public var rule: SplitRule?
  /// Whether no group may be in two splits.
  public var isByGroup: Bool
  /// What groups are: a column of the manifest, or a field that the layout knows, such as `actor`;
  /// the layout's own choice when `nil`.
  public var group: String?

  public init(_ rule: SplitRule?, isByGroup: Bool = false, group: String? = nil) {
    self.rule = rule
    self.isByGroup = isByGroup
    self.group = group
  }
}
