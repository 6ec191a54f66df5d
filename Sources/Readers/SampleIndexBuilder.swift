import Diagnostics

/// Gathers the rows of a source and makes a checked index of them.
struct SampleIndexBuilder {
  struct Row {
    var id: String
    var label: String?
    /// What the source itself says.
    var split: String?
    var location: SourceLocation
  }

  /// What the index is made for, in the user's words.
  let subject: String
  /// The class list in its order; the sorted labels of the data when absent.
  let classes: [String]?
  /// The column of the labels; `nil` when there is none.
  let labelColumn: String?

  private(set) var rows: [Row] = []
  private var firsts: [String: Int] = [:]
  private var numbers: [String: Int] = [:]
  private var faults = FaultList()

  init(subject: String, classes: [String]?, labelColumn: String?) {
    self.subject = subject
    self.classes = classes
    self.labelColumn = labelColumn
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
    if let classes, let label = row.label, numbers[label] == nil {
      try faults.add(
        Diagnostic(
          row.location, "label '\(label)' is not in the class list",
          mend: Suggestions.mend(label, among: classes, called: "classes")))
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

  /// The index, with the rows divided by `rule`; by what the rows say themselves when it is absent.
  ///
  /// - Throws: `Diagnostic` or `DiagnosticList` with every fault there is.
  mutating func finish(_ rule: SplitRule?) throws -> SampleIndex {
    try faults.throwAny()
    guard !rows.isEmpty else {
      throw Diagnostic(subject, "there are no samples", mend: "a row under the header is a sample")
    }
    let names = classes ?? Self.sorted(labels: Set(rows.compactMap(\.label)))
    if labelColumn != nil, names.count < 2 {
      throw Diagnostic(
        subject,
        names.isEmpty ? "no sample has a label" : "all labels are '\(names[0])'",
        mend: "check that '\(labelColumn ?? "")' is the column of the labels")
    }
    for (number, name) in names.enumerated() { numbers[name] = number }
    let labels = rows.map { row in row.label.flatMap { numbers[$0] } ?? -1 }
    let splits = try assign(rule, labels: labels)
    var warnings: [Diagnostic] = []
    var entries: [SampleIndex.Entry] = []
    entries.reserveCapacity(rows.count)
    var leftOut: [Int] = []
    for (number, row) in rows.enumerated() {
      guard let split = splits[number] else {
        leftOut.append(number)
        continue
      }
      // A source without labels may be joined with one that has them; then none is missed here.
      if let labelColumn, split != SplitName.unlabelled, labels[number] < 0 {
        try faults.add(
          Diagnostic(
            row.location, "sample '\(row.id)' of the \(split) split has no label",
            mend: "fill in '\(labelColumn)', or put the sample into the unlabelled split"))
      }
      entries.append(
        .init(
          id: row.id, split: split,
          label: labels[number] < 0 ? .none : .single(labels[number]), row: number))
    }
    try faults.throwAny()
    if let first = leftOut.first {
      warnings.append(
        Diagnostic(
          .warning, subject,
          "\(leftOut.count) of \(rows.count) samples are in no split and were left out, "
            + "first '\(rows[first].id)' at \(rows[first].location)",
          mend: "add them to a split's file if they belong to the study"))
    }
    let index = SampleIndex(entries: entries, classes: names)
    try refuseEmptySplits(rule, of: index)
    warnings += unseenClasses(of: index)
    return SampleIndex(entries: entries, classes: names, warnings: warnings)
  }

  /// Numbers by size, words by their letters: 2 stands before 10.
  static func sorted(labels: Set<String>) -> [String] {
    let numbers = labels.compactMap { label in Int(label).map { (label, $0) } }
    if numbers.count == labels.count {
      return numbers.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    }
    return labels.sorted()
  }

  // MARK: - Splits

  private mutating func assign(_ rule: SplitRule?, labels: [Int]) throws -> [String?] {
    switch rule {
    case .shares(let test, let labelled, let seed):
      return StratifiedSplit.assign(labels: labels, test: test, labelled: labelled, seed: seed)
    case .files(let files, let id): return try assign(files: files, id: id)
    case .column(let name):
      for row in rows where row.split == nil {
        try faults.add(Diagnostic(row.location, "the row says no split in '\(name)'"))
      }
      return rows.map(\.split)
    case nil: return rows.map(\.split)
    }
  }

  private mutating func assign(files: [SplitFile], id: String) throws -> [String?] {
    var splits: [String?] = Array(repeating: nil, count: rows.count)
    var places: [Int: SourceLocation] = [:]
    for file in files {
      do {
        let table = try DelimitedTable(reading: file.path)
        let column = try table.column(id)
        let labels = labelColumn.flatMap { name in table.header.firstIndex(of: name) }
        for row in table.rows {
          let location = SourceLocation(file: file.path, line: row.line)
          let name = row.cells[column]
          guard let number = firsts[name] else {
            try faults.add(
              Diagnostic(
                location, "'\(subject)' has no sample '\(name)'",
                mend: Suggestions.nearest(to: name, among: rows.lazy.map(\.id).prefix(10_000))
                  .map { "did you mean '\($0)'?" } ?? "remove it, or correct the id"))
            continue
          }
          if let place = places[number] {
            try faults.add(
              Diagnostic(
                location, "sample '\(name)' is in a split already, at \(place)",
                mend: "keep it in one split"))
            continue
          }
          if let labels, let label = rows[number].label, !row.cells[labels].isEmpty,
            row.cells[labels] != label
          {
            try faults.add(
              Diagnostic(
                location,
                "label '\(row.cells[labels])' of sample '\(name)' is '\(label)' at "
                  + "\(rows[number].location)", mend: "correct one of them"))
          }
          splits[number] = file.split
          places[number] = location
        }
      } catch {
        try faults.add(error)
      }
    }
    try faults.throwAny()
    return splits
  }

  private func refuseEmptySplits(_ rule: SplitRule?, of index: SampleIndex) throws {
    var faults = FaultList()
    switch rule {
    case .shares(let test, let labelled, _):
      let wanted = [
        (SplitName.test, test > 0, "test"), (SplitName.labelled, labelled > 0, "labelled"),
        (SplitName.unlabelled, labelled < 1, "labelled"),
      ]
      for (split, isWanted, key) in wanted where isWanted && index.count(of: split) == 0 {
        let change = split == SplitName.unlabelled ? "lower" : "raise"
        try faults.add(
          Diagnostic(
            subject,
            "the \(split) split is empty: the share of \(index.entries.count) samples "
              + "rounds to none", mend: "\(change) '\(key)'"))
      }
    case .files(let files, _):
      for file in files where index.count(of: file.split) == 0 {
        try faults.add(
          Diagnostic(
            file.path, "the \(file.split) split is empty",
            mend: "add ids under the header, or remove the file from 'files'"))
      }
    case .column(let name):
      // One split alone may be all there is: the test samples of a study may come by themselves.
      if index.entries.isEmpty {
        throw Diagnostic(
          subject, "column '\(name)' puts no sample into any split",
          mend: "it holds the words labelled, unlabelled, test")
      }
    case nil: break
    }
    try faults.throwAny()
  }

  private func unseenClasses(of index: SampleIndex) -> [Diagnostic] {
    guard index.count(of: SplitName.labelled) > 0 else { return [] }
    var seen = Array(repeating: false, count: index.classes.count)
    for entry in index.entries where entry.split == SplitName.labelled {
      switch entry.label {
      case .none: break
      case .single(let label): seen[label] = true
      case .multiple(let labels): for label in labels { seen[label] = true }
      }
    }
    let unseen = index.classes.indices.filter { !seen[$0] }.map { "'\(index.classes[$0])'" }
    guard !unseen.isEmpty else { return [] }
    return [
      Diagnostic(
        .warning, subject,
        "no labelled sample of the \(unseen.count == 1 ? "class" : "classes") "
          + unseen.joined(separator: ", "),
        mend: "a teacher cannot learn them; raise the labelled share, or take them out")
    ]
  }
}
