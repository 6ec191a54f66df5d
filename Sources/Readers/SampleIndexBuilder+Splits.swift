import Diagnostics

extension SampleIndexBuilder {
  /// The split of each row; `nil` for those that are in none.
  mutating func assign(
    _ rule: SplitRule?, isByGroup: Bool, labels: [SampleLabel], classes: Int
  ) throws -> [String?] {
    switch rule {
    case .shares(let test, let labelled, let seed):
      return try assign(
        Array(rows.indices), isByGroup, labels, classes, test: test, labelled: labelled, seed: seed)
    case .folds(let count, let fold, let labelled, let seed):
      return try assign(
        isByGroup, labels, classes, folds: count, fold: fold, labelled: labelled, seed: seed)
    case .official(let labelled, let seed):
      var splits = rows.map(\.official)
      let train = rows.indices.filter { splits[$0] == SplitName.train }
      let drawn = try assign(
        train, isByGroup, labels, classes, test: 0, labelled: labelled, seed: seed)
      for row in train { splits[row] = drawn[row] }
      return splits
    case .groups(let lists): return try assign(groups: lists)
    case .files(let files, let id): return try assign(files: files, id: id)
    case .column(let name):
      for row in rows where row.split == nil {
        try faults.add(Diagnostic(row.location, "the row says no split in '\(name)'"))
      }
      return rows.map(\.split)
    case nil: return rows.map(\.split)
    }
  }

  // MARK: By lot

  /// - Parameter members: the rows that are drawn from; the others get no split.
  private mutating func assign(
    _ members: [Int], _ isByGroup: Bool, _ labels: [SampleLabel], _ classes: Int, test: Double,
    labelled: Double, seed: UInt64
  ) throws -> [String?] {
    var splits: [String?] = Array(repeating: nil, count: rows.count)
    if !isByGroup, labelling != .multiple {
      let drawn = StratifiedSplit.assign(
        labels: members.map { stratum(of: $0, labels[$0]) }, test: test, labelled: labelled,
        seed: seed)
      for (row, split) in zip(members, drawn) { splits[row] = split }
      return splits
    }
    let deck = try Deck(self, members, isByGroup, labels, classes, seed: seed)
    let wanted =
      (test > 0 ? 1 : 0) + (test < 1 ? (labelled > 0 ? 1 : 0) + (labelled < 1 ? 1 : 0) : 0)
    try deck.refuse(fewerThan: wanted, subject, groupColumn)
    let tested = deck.deal(
      [test, 1 - test], order: deck.order, fewest: test > 0 ? [1, wanted - 1] : [0, wanted])
    let rest = deck.order.filter { tested[$0] != 0 }
    let taught = deck.deal([labelled, 1 - labelled], order: rest)
    for unit in deck.order {
      splits.assign(
        tested[unit] == 0
          ? SplitName.test : taught[unit] == 0 ? SplitName.labelled : SplitName.unlabelled,
        to: deck.rows[unit])
    }
    divideUnlabelled(&splits, members, isByGroup, labels)
    if isByGroup { warnOfShares(splits, deck, test: test, labelled: labelled) }
    return splits
  }

  private mutating func assign(
    _ isByGroup: Bool, _ labels: [SampleLabel], _ classes: Int, folds: Int, fold: Int,
    labelled: Double, seed: UInt64
  ) throws -> [String?] {
    var splits: [String?] = Array(repeating: nil, count: rows.count)
    let members = Array(rows.indices)
    let deck = try Deck(self, members, isByGroup, labels, classes, seed: seed)
    let wanted = max(folds, (labelled > 0 ? 1 : 0) + (labelled < 1 ? 1 : 0) + 1)
    guard deck.order.count >= wanted else {
      let things = isByGroup ? "groups ('\(groupColumn ?? "group")')" : "labelled samples"
      throw Diagnostic(
        subject, "\(folds) folds need \(wanted) \(things), and there are \(deck.order.count)",
        mend: "lower 'folds', or ask for fewer splits")
    }
    let folded = deck.deal(
      Array(repeating: 1 / Double(folds), count: folds), order: deck.order)
    let rest = deck.order.filter { folded[$0] != fold }
    let taught = deck.deal([labelled, 1 - labelled], order: rest)
    for unit in deck.order {
      splits.assign(
        folded[unit] == fold
          ? SplitName.test : taught[unit] == 0 ? SplitName.labelled : SplitName.unlabelled,
        to: deck.rows[unit])
    }
    divideUnlabelled(&splits, members, isByGroup, labels)
    return splits
  }

  /// The class that a sample is drawn in; −1 without a label.
  private func stratum(of row: Int, _ label: SampleLabel) -> Int {
    switch (labelling, label) {
    case (.map, _): rows[row].hasLabelMap ? 0 : -1
    case (_, .single(let number)): number
    case (_, .values): 0
    default: -1
    }
  }

  /// Samples without a label are unlabelled; by group they follow their group, and are in no split
  /// where that one is labelled or for the test.
  private func divideUnlabelled(
    _ splits: inout [String?], _ members: [Int], _ isByGroup: Bool, _ labels: [SampleLabel]
  ) {
    guard isByGroup else {
      for row in members where !isLabelled(row, labels[row]) {
        splits[row] = SplitName.unlabelled
      }
      return
    }
    var splitOfGroup: [String: String] = [:]
    for row in members where isLabelled(row, labels[row]) {
      if let group = rows[row].group { splitOfGroup[group] = splits[row] }
    }
    for row in members where !isLabelled(row, labels[row]) {
      let split = rows[row].group.flatMap { splitOfGroup[$0] } ?? SplitName.unlabelled
      splits[row] = split == SplitName.unlabelled ? split : nil
    }
  }

  /// Says where groups are too large for the shares that were asked for.
  private mutating func warnOfShares(
    _ splits: [String?], _ deck: Deck, test: Double, labelled: Double
  ) {
    let drawn = deck.rows.flatMap { $0 }
    let tested = drawn.count { splits[$0] == SplitName.test }
    let taught = drawn.count { splits[$0] == SplitName.labelled }
    let found = [
      ("test", Double(tested) / Double(max(1, drawn.count)), test, "samples"),
      (
        "labelled", Double(taught) / Double(max(1, drawn.count - tested)), labelled,
        "samples outside the test split"
      ),
    ]
    for (split, share, wanted, of) in found where abs(share - wanted) > 0.05 {
      warnings.append(
        Diagnostic(
          .warning, subject,
          "the \(split) split has \(Self.percent(share)) of the \(of), where \(Self.percent(wanted))"
            + " was asked for: groups ('\(groupColumn ?? "group")') stay whole",
          mend: "name the groups of each split with 'groups', or ask for another share"))
    }
  }

  private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  // MARK: By name

  private mutating func assign(groups lists: [SplitGroups]) throws -> [String?] {
    var splitOfGroup: [String: String] = [:]
    let known = Set(rows.compactMap(\.group))
    guard !known.isEmpty else {
      throw Diagnostic(
        subject, "no sample has a group", mend: "say which column holds them: 'group: COLUMN'")
    }
    for list in lists {
      for group in list.groups {
        if !known.contains(group) {
          try faults.add(
            Diagnostic(
              subject,
              "there is no group '\(group)' for the \(list.split) split"
                + (groupColumn.map { " in '\($0)'" } ?? ""),
              mend: Suggestions.mend(
                group, among: Array(naturallySorted(known).prefix(50)), called: "groups")))
        } else if let other = splitOfGroup[group], other != list.split {
          try faults.add(
            Diagnostic(
              subject, "group '\(group)' is in the \(other) and the \(list.split) split",
              mend: "keep it in one"))
        }
        splitOfGroup[group] = list.split
      }
    }
    try faults.throwAny()
    return rows.map { row in row.group.flatMap { splitOfGroup[$0] } }
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

  // MARK: Checks

  func refuseEmptySplits(_ rule: SplitRule?, of index: SampleIndex) throws {
    var faults = FaultList()
    func refuseRounded(_ split: String, _ key: String) throws {
      guard index.count(of: split) == 0 else { return }
      let change = split == SplitName.unlabelled ? "lower" : "raise"
      try faults.add(
        Diagnostic(
          subject,
          "the \(split) split is empty: the share of \(index.entries.count) samples "
            + "rounds to none", mend: "\(change) '\(key)'"))
    }
    func refuseRounded(labelled: Double) throws {
      if labelled > 0 { try refuseRounded(SplitName.labelled, "labelled") }
      if labelled < 1 { try refuseRounded(SplitName.unlabelled, "labelled") }
    }
    switch rule {
    case .shares(let test, let labelled, _):
      if test > 0 { try refuseRounded(SplitName.test, "test") }
      try refuseRounded(labelled: labelled)
    case .folds(_, _, let labelled, _): try refuseRounded(labelled: labelled)
    case .official(let labelled, _):
      if rows.contains(where: { $0.official == SplitName.train }) {
        try refuseRounded(labelled: labelled)
      }
      if index.entries.isEmpty {
        throw Diagnostic(
          subject, "the data set puts no sample into any split", mend: "draw the splits instead")
      }
    case .groups(let lists):
      for list in lists where index.count(of: list.split) == 0 {
        try faults.add(
          Diagnostic(
            subject, "the \(list.split) split is empty", mend: "add groups to '\(list.split)'"))
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

  /// Groups that are in two splits: an error where splits were to be by group, a warning elsewhere.
  mutating func checkGroups(of index: SampleIndex, isByGroup: Bool) throws {
    var splits: [String: Set<String>] = [:]
    for entry in index.entries {
      if let group = entry.group { splits[group, default: []].insert(entry.split) }
    }
    let divided = naturallySorted(splits.filter { $0.value.count > 1 }.keys)
    guard let first = divided.first else { return }
    let noun = groupColumn.map { "groups ('\($0)')" } ?? "groups"
    let shown = divided.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
    if isByGroup {
      throw Diagnostic(
        subject,
        "\(divided.count) of \(splits.count) \(noun) are in two splits: \(shown)"
          + (divided.count > 5 ? ", …" : ""),
        mend: "keep each group in one split, or write 'group: false' in 'split'")
    }
    warnings.append(
      Diagnostic(
        .warning, subject,
        "\(divided.count) of \(splits.count) \(noun) are in two splits, first '\(first)'",
        mend: "'group: true' in 'split' keeps each in one"))
  }
}

/// Labelled samples, or the groups of them, in a drawn order.
private struct Deck {
  /// Rows of each unit that have a label.
  let rows: [[Int]]
  let order: [Int]
  private let units: [BalancedSplit.Unit]
  private let isByGroup: Bool

  /// - Throws: every row without a group, where groups are wanted.
  init(
    _ builder: SampleIndexBuilder, _ members: [Int], _ isByGroup: Bool, _ labels: [SampleLabel],
    _ classes: Int, seed: UInt64
  ) throws {
    self.isByGroup = isByGroup
    let labelled = members.filter { builder.isLabelled($0, labels[$0]) }
    if isByGroup {
      var faults = FaultList()
      for row in members where builder.rows[row].group == nil {
        try faults.add(
          Diagnostic(
            builder.rows[row].location,
            "sample '\(builder.rows[row].id)' has no group"
              + (builder.groupColumn.map { ": '\($0)' is empty" } ?? ""),
            mend: "fill it in, or split without 'group'"))
      }
      try faults.throwAny()
      let groups = Dictionary(grouping: labelled) { builder.rows[$0].group ?? "" }
      // In the order of their names: the order of the source draws nothing.
      rows = naturallySorted(groups.keys).map { groups[$0] ?? [] }
    } else {
      rows = labelled.map { [$0] }
    }
    units = rows.map { rows in
      var counts: [Int: Int] = [:]
      for row in rows {
        switch labels[row] {
        // Maps and values: all of one kind.
        case .none, .values: counts[0, default: 0] += 1
        case .single(let number): counts[number, default: 0] += 1
        // Samples of no class are a kind of their own.
        case .multiple(let numbers):
          for number in numbers.isEmpty ? [classes] : numbers { counts[number, default: 0] += 1 }
        }
      }
      return .init(size: rows.count, counts: counts)
    }
    var generator = SeededGenerator(seed: seed)
    var order = Array(units.indices)
    generator.shuffle(&order)
    self.order = order
  }

  func deal(_ shares: [Double], order: [Int], fewest: [Int]? = nil) -> [Int] {
    BalancedSplit.deal(units, shares: shares, isExact: !isByGroup, order: order, fewest: fewest)
  }

  func refuse(fewerThan wanted: Int, _ subject: String, _ column: String?) throws {
    guard isByGroup, order.count < wanted else { return }
    throw Diagnostic(
      subject,
      "\(wanted) splits by group need \(wanted) groups, and '\(column ?? "group")' has "
        + "\(order.count)", mend: "take another column, or split without 'group'")
  }
}

extension [String?] {
  fileprivate mutating func assign(_ split: String, to rows: [Int]) {
    for row in rows { self[row] = split }
  }
}
