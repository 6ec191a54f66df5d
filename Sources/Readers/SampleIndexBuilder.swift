import Diagnostics

/// Gathers the rows of a source and makes a checked index of them.
struct SampleIndexBuilder {
  struct Row {
    var id: String
    /// The one class, where samples have one each.
    var label: String? = nil
    /// The classes, where samples have several; empty means none of them, `nil` that nobody knows.
    var labels: [String]? = nil
    var hasLabelMap = false
    /// One number for each value of the list, where labels are such; `nil` where nobody knows.
    var values: [Float?] = []
    var group: String? = nil
    /// What the source itself says.
    var split: String? = nil
    /// What the data set's makers say: `SplitName.train`, or a name of `SplitName`.
    var official: String? = nil
    var location: SourceLocation
  }

  /// What the index is made for, in the user's words.
  let subject: String
  /// The class list in its order; the sorted labels of the data when absent.
  let classes: [String]?
  /// The column of the labels; `nil` when there is none.
  let labelColumn: String?
  let labelling: SampleIndex.Labelling
  /// What the groups are, for the messages: `speaker`.
  let groupColumn: String?

  private(set) var rows: [Row] = []
  private(set) var firsts: [String: Int] = [:]
  /// Rows of the source that are no samples, by reason.
  private(set) var leftOut: [String: Int] = [:]
  var warnings: [Diagnostic] = []
  private var numbers: [String: Int] = [:]
  var faults = FaultList()

  /// - Parameter labelling: when absent, one class for each sample, or none without a column.
  init(
    subject: String, classes: [String]?, labelColumn: String?,
    labelling: SampleIndex.Labelling? = nil, groupColumn: String? = nil
  ) {
    self.subject = subject
    self.classes = classes
    self.labelColumn = labelColumn
    self.labelling = labelling ?? (labelColumn == nil ? .none : .single)
    self.groupColumn = groupColumn
    for (number, name) in (classes ?? []).enumerated() { numbers[name] = number }
  }

  /// - Throws: `DiagnosticList` when the list of faults is full.
  mutating func add(_ row: Row) throws {
    if row.id.isEmpty {
      try faults.add(
        Diagnostic(row.location, "the sample has no id", mend: "give every sample an id"))
    } else if let first = firsts[row.id] {
      try faults.add(
        Diagnostic(
          row.location, "id '\(row.id)' stands twice, first at \(rows[first].location)",
          mend: "give every sample an id of its own"))
    } else {
      firsts[row.id] = rows.count
    }
    if let classes {
      for label in row.labels ?? row.label.map({ [$0] }) ?? [] where numbers[label] == nil {
        try faults.add(
          Diagnostic(
            row.location, "label '\(label)' is not in the class list",
            mend: Suggestions.mend(label, among: classes, called: "classes")))
      }
    }
    if let split = row.split, !SplitName.all.contains(split) {
      try faults.add(
        Diagnostic(
          row.location, "'\(split)' is no split",
          mend: Suggestions.mend(split, among: SplitName.all, called: "splits")))
    }
    rows.append(row)
  }

  mutating func add(_ error: any Error) throws { try faults.add(error) }

  /// Counts rows of the source that are no samples.
  mutating func leaveOut(_ reason: String, _ count: Int = 1) {
    if count > 0 { leftOut[reason, default: 0] += count }
  }

  /// The index, with the rows divided by `rule`; by what the rows say themselves when it is absent.
  ///
  /// - Parameter isByGroup: whether no group may be in two splits.
  /// - Throws: `Diagnostic` or `DiagnosticList` with every fault there is.
  mutating func finish(_ rule: SplitRule?, isByGroup: Bool = false) throws -> SampleIndex {
    try faults.throwAny()
    guard !rows.isEmpty else {
      throw Diagnostic(subject, "there are no samples", mend: "a row under the header is a sample")
    }
    let names = try classNames()
    for (number, name) in names.enumerated() { numbers[name] = number }
    let labels = rows.map { label(of: $0) }
    let splits = try assign(rule, isByGroup: isByGroup, labels: labels, classes: names.count)
    var entries: [SampleIndex.Entry] = []
    entries.reserveCapacity(rows.count)
    var unassigned: [Int] = []
    for (number, row) in rows.enumerated() {
      guard let split = splits[number] else {
        unassigned.append(number)
        continue
      }
      // A source without labels may be joined with one that has them; then none is missed here.
      if labelling != .none, split != SplitName.unlabelled, !isLabelled(number, labels[number]) {
        try faults.add(
          Diagnostic(
            row.location,
            "sample '\(row.id)' of the \(split) split has no label"
              + (labelling == .map ? " map" : ""),
            mend: "fill in '\(labelColumn ?? "label")', or put the sample into the unlabelled split"
          ))
      }
      entries.append(
        .init(id: row.id, split: split, label: labels[number], group: row.group, row: number))
    }
    try faults.throwAny()
    if let first = unassigned.first {
      leaveOut("in no split", unassigned.count)
      warnings.append(
        Diagnostic(
          .warning, subject,
          "\(unassigned.count) of \(rows.count) samples are in no split and were left out, "
            + "first '\(rows[first].id)' at \(rows[first].location)",
          mend: Self.mendUnassigned(rule)))
    }
    var index = SampleIndex(
      entries: entries, classes: names, labelling: labelling == .none ? nil : labelling)
    try refuseEmptySplits(rule, of: index)
    try checkGroups(of: index, isByGroup: isByGroup)
    warnings += unseenClasses(of: index)
    index.warnings = warnings
    index.leftOut = leftOut
    return index
  }

  private static func mendUnassigned(_ rule: SplitRule?) -> String {
    switch rule {
    case .groups: "add their groups to a split if they belong to the study"
    case .shares, .folds:
      "they have no label, and their group is in the labelled or the test split"
    case .official: "the data set puts them into no split"
    default: "add them to a split's file if they belong to the study"
    }
  }

  // MARK: - Labels

  private func classNames() throws -> [String] {
    let names =
      classes ?? Self.sorted(labels: Set(rows.flatMap { $0.labels ?? $0.label.map { [$0] } ?? [] }))
    let fewest =
      switch labelling {
      case .none: labelColumn == nil ? 0 : 2
      case .single, .map: 2
      case .multiple, .values: 1
      }
    guard names.count < fewest else { return names }
    if labelling == .map {
      throw Diagnostic(
        subject, "nothing says what the values of label maps mean",
        mend: "add 'classes: […]' to the stage, in the order of the values")
    }
    throw Diagnostic(
      subject,
      names.isEmpty ? "no sample has a label" : "all labels are '\(names[0])'",
      mend: "check that '\(labelColumn ?? "")' is the column of the labels")
  }

  private func label(of row: Row) -> SampleLabel {
    if labelling == .multiple {
      guard let labels = row.labels else { return .none }
      return .multiple(Set(labels.compactMap { numbers[$0] }).sorted())
    }
    if labelling == .values {
      return row.values.contains { $0 != nil } ? .values(row.values) : .none
    }
    return row.label.flatMap { numbers[$0] }.map { .single($0) } ?? .none
  }

  func isLabelled(_ row: Int, _ label: SampleLabel) -> Bool {
    labelling == .map ? rows[row].hasLabelMap : label != .none
  }

  /// Numbers by size, words by their letters: 2 stands before 10.
  static func sorted(labels: Set<String>) -> [String] {
    let numbers = labels.compactMap { label in Int(label).map { (label, $0) } }
    if numbers.count == labels.count {
      return numbers.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    }
    return labels.sorted()
  }

  private func unseenClasses(of index: SampleIndex) -> [Diagnostic] {
    guard index.count(of: SplitName.labelled) > 0, labelling != .map else { return [] }
    var seen = Array(repeating: false, count: index.classes.count)
    for entry in index.entries where entry.split == SplitName.labelled {
      switch entry.label {
      case .none: break
      case .values(let values):
        for (place, value) in values.enumerated() where value != nil { seen[place] = true }
      case .single(let label): seen[label] = true
      case .multiple(let labels): for label in labels { seen[label] = true }
      }
    }
    let unseen = index.classes.indices.filter { !seen[$0] }.map { "'\(index.classes[$0])'" }
    guard !unseen.isEmpty else { return [] }
    let shown = unseen.prefix(10).joined(separator: ", ")
    let more = unseen.count > 10 ? " and \(unseen.count - 10) more" : ""
    return [
      Diagnostic(
        .warning, subject,
        "no labelled sample "
          + (labelling == .values
            ? "has a value of " : "of the \(unseen.count == 1 ? "class" : "classes") ")
          + shown + more,
        mend: "a teacher cannot learn them; raise the labelled share, or take them out")
    ]
  }
}
