import Configuration
import Dataflow
import Readers

/// A source whose samples are recordings that a layout lists.
protocol RecordingsDescription: Sendable {
  var modalities: [String: RecordedModality] { get }
  /// The parts that a modality's `file` may name; `nil` where these are columns of a manifest.
  var parts: [String]? { get }
  /// The kinds of modality that the layout has files of.
  var modalityKinds: [String] { get }
  var labelling: SampleIndex.Labelling { get }
  /// What labels single pixels, if that is what labels do.
  var target: MapDescription? { get }
  /// The numbers that samples are labelled with, if labels are such.
  var values: ValueDescription? { get }
  /// Classes that are known before the data are read.
  func classes(given: [String]?) -> [String]?
  /// What recordings may be grouped by; `nil` where these are columns of a manifest.
  var groupings: [String]? { get }
  /// What they are grouped by where the pipeline file names nothing.
  var grouping: String? { get }
  /// Whether splits are by group where the pipeline file does not say.
  var isGroupedByDefault: Bool { get }
  /// Whether the data set comes with splits that `official` takes.
  var hasOfficialSplit: Bool { get }
  /// Whether there are files beyond those that keys with paths name.
  var hasOutsideFiles: Bool { get }
  /// The splits that the source's own files say, where they say all.
  var ownSplits: [Split]? { get }

  func check(_ split: SplitDescription?, _ classes: [String]?, report: (Complaint) -> Void)
  /// - Parameter split: resolved against what the source can say.
  func layout(
    _ parts: [RequestedPart], classes: [String]?, split: RecordingSplit
  ) throws -> any RecordingLayout
}

extension RecordingsDescription {
  var target: MapDescription? { nil }
  var values: ValueDescription? { nil }
  func classes(given: [String]?) -> [String]? { given }
  var isGroupedByDefault: Bool { false }
  var hasOfficialSplit: Bool { false }
  var hasOutsideFiles: Bool { true }
  var ownSplits: [Split]? { nil }
  var modalityKinds: [String] { RecordedModality.kinds }
  func check(_ split: SplitDescription?, _ classes: [String]?, report: (Complaint) -> Void) {}

  /// The modalities in the order of the layout's parts.
  var ordered: [(name: String, RecordedModality)] {
    modalities.sorted { $0.key < $1.key }.map { (name: $0.key, $0.value) }
  }

  /// The part or column that a modality is decoded from.
  func file(of name: String, _ modality: RecordedModality) -> String {
    if let file = modality.file { return file }
    guard let parts, !parts.contains(name) else { return name }
    return parts.contains(modality.kind) ? modality.kind : parts.count == 1 ? parts[0] : name
  }

  var requests: [RequestedPart] {
    ordered.map { name, modality in
      if case .table(let table) = modality, let key = table.key {
        return RequestedPart(
          name,
          .table(
            TableRows(
              table.path, key, hasHeader: table.hasHeader, delimiter: table.delimiter?.character)))
      }
      return RequestedPart(
        name, .file(file(of: name, modality), row: modality.row))
    }
  }

  /// The layout with the split of the pipeline file.
  func layout(_ split: SplitDescription?, classes: [String]?) throws -> any RecordingLayout {
    var isByGroup = isGroupedByDefault
    var group = grouping
    switch split?.group {
    case .own(let flag): isByGroup = flag
    case .named(let name):
      isByGroup = true
      group = name
    case nil: break
    }
    return try layout(
      requests, classes: classes,
      split: RecordingSplit(split?.readersRule, isByGroup: isByGroup, group: group))
  }

  // MARK: Checks

  func checkAll(
    _ split: SplitDescription?, _ classes: [String]?, report: (Complaint) -> Void
  ) {
    checkModalities(modalities.isEmpty, report: report)
    for (name, modality) in ordered {
      let path = ["source", "modalities", name]
      modality.check(at: path, report: report)
      if !modalityKinds.contains(modality.kind) {
        report(
          Complaint(
            path + ["kind"], "this source has no files of kind '\(modality.kind)'",
            mend: "kinds: \(modalityKinds.joined(separator: ", "))"))
      } else if case .table(let table) = modality {
        if table.row != nil, parts != nil {
          report(
            Complaint(
              path + ["row"], "only a manifest has a column that 'row' can name",
              mend: "write 'id: COLUMN', the column of the table with the sample ids"))
        }
        if table.of != nil, parts != nil {
          report(
            Complaint(
              path + ["of"], "only a manifest has a column that 'of' can name",
              mend: "remove 'of': the sample's id is looked up"))
        }
      } else {
        checkPart(file(of: name, modality), at: path, report: report)
        if modality.row != nil, parts != nil {
          report(
            Complaint(
              path + ["row"], "only a manifest has a column that 'row' can name",
              mend: "remove 'row'"))
        }
      }
    }
    if let target, labelling == .map {
      target.check(classes, at: ["source", "target"], report: report)
    }
    checkSplit(split, report: report)
    check(split, classes, report: report)
  }

  func checkPart(_ part: String, at path: [String], report: (Complaint) -> Void) {
    guard let parts, !parts.contains(part) else { return }
    report(
      Complaint(
        path, "this source has no part '\(part)'",
        mend: "write 'file: PART'; parts: \(parts.joined(separator: ", "))"))
  }

  private func checkSplit(_ split: SplitDescription?, report: (Complaint) -> Void) {
    guard let split else {
      if ownSplits == nil {
        report(
          Complaint(
            [], "nothing says which samples are labelled, unlabelled and for the test",
            mend: hasOfficialSplit
              ? "add 'split: {official: true, labelled: 0.1}', or 'split: {test: 0.4, labelled: 0.1}'"
              : "add 'split: {test: 0.4, labelled: 0.1}', or 'split: {files: {…}}'"))
      }
      return
    }
    if ownSplits != nil, split.rule != nil {
      report(
        Complaint(
          ["split"], "the source's own files already say which sample is in which split",
          mend: "remove 'split'"))
    }
    if split.official == true, !hasOfficialSplit, ownSplits == nil {
      report(
        Complaint(
          ["split", "official"], "this source comes with no official split",
          mend: "write 'test: 0.4' and 'labelled: 0.1', or 'files: {…}'"))
    }
    if case .column = split.rule, parts != nil {
      report(
        Complaint(
          ["split", "column"], "only a manifest has columns",
          mend: "write 'files: {…}', or shares"))
    }
    switch split.group {
    case .named(let name):
      if let groupings, !groupings.contains(name) {
        report(
          Complaint(
            ["split", "group"], "this source has nothing called '\(name)' to group by",
            mend: groupings.isEmpty
              ? "remove 'group'" : "groups: \(groupings.joined(separator: ", "))"))
      }
    case .own(true), nil:
      let isAsked = split.group != nil || split.groups != nil
      if isAsked, grouping == nil {
        report(
          Complaint(
            ["split", split.group == nil ? "groups" : "group"],
            "nothing says what the groups are",
            mend: (groupings ?? ["COLUMN"]).first.map { "write 'group: \($0)'" }))
      }
    case .own(false): break
    }
  }
}

/// A path, or several.
struct Paths: Decodable, Hashable, Sendable {
  var list: [String]

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let path = try? container.decode(String.self) {
      list = [path]
    } else {
      list = try container.decode([String].self)
    }
  }

  static let shape = Shape.either([.path, .nonEmptyList(.path)])
}

extension RecordedModality {
  static var key: Key {
    .required(
      "modalities", .map(shape), "Each modality by name, with how it is decoded.")
  }
}
