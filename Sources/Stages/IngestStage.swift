public import Configuration
public import Dataflow
import Diagnostics
import Readers

/// Brings samples in from outside: ids, values of each modality, labels if any, split.
///
/// True labels of D_u and of the test split go into the sealed part of the shards. A sample of D_l
/// or of the test split without a label, a label outside `classes`, an id that stands twice, a
/// split without a sample are errors.
public enum IngestStage: Stage {
  /// What the samples are made of.
  public enum Source: Decodable, Hashable, Sendable {
    case twoMoons(TwoMoonsDescription)
    case table(TableDescription)
    case series(SeriesDescription)
    case manifest(ManifestDescription)
    case folder(FolderDescription)
    case ravdess(RAVDESSDescription)
    case audioSet(AudioSetDescription)
    case vggSound(VGGSoundDescription)
    case nyuDepth(NYUDepthDescription)

    private enum CodingKeys: String, CodingKey { case kind }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      let kind = try container.decode(String.self, forKey: .kind)
      switch kind {
      case "two-moons": self = .twoMoons(try TwoMoonsDescription(from: decoder))
      case "table": self = .table(try TableDescription(from: decoder))
      case "series": self = .series(try SeriesDescription(from: decoder))
      case "manifest": self = .manifest(try ManifestDescription(from: decoder))
      case "folder": self = .folder(try FolderDescription(from: decoder))
      case "ravdess": self = .ravdess(try RAVDESSDescription(from: decoder))
      case "audioset": self = .audioSet(try AudioSetDescription(from: decoder))
      case "vggsound": self = .vggSound(try VGGSoundDescription(from: decoder))
      case "nyu-depth-v2": self = .nyuDepth(try NYUDepthDescription(from: decoder))
      default:
        throw DecodingError.dataCorruptedError(
          forKey: .kind, in: container, debugDescription: "no source is called '\(kind)'")
      }
    }

    /// Names of the modalities that the samples will have, sorted.
    public var modalities: [String] {
      switch self {
      case .twoMoons: TwoMoonsDescription.modalities
      case .table(let table): table.modalities.keys.sorted()
      case .series(let series): series.modalities.keys.sorted()
      default: recordings?.modalities.keys.sorted() ?? []
      }
    }

    /// The source, where its samples are recordings that a layout lists.
    var recordings: (any RecordingsDescription)? {
      switch self {
      case .twoMoons, .table, .series: nil
      case .manifest(let manifest): manifest
      case .folder(let folder): folder
      case .ravdess(let ravdess): ravdess
      case .audioSet(let audioSet): audioSet
      case .vggSound(let vggSound): vggSound
      case .nyuDepth(let nyuDepth): nyuDepth
      }
    }

    /// What networks answer of the samples; `nil` without labels.
    var task: LearningTask? {
      switch self {
      case .twoMoons: .singleLabel
      case .table(let table):
        table.target != nil ? .regression : table.label == nil ? nil : .singleLabel
      case .series(let series): series.label == nil ? nil : .singleLabel
      default:
        switch recordings?.labelling {
        case .single: .singleLabel
        case .multiple: .multiLabel
        case .map: .segmentation
        case .values: .regression
        case .some(.none), nil: nil
        }
      }
    }

    /// The numbers that samples are labelled with, if labels are such.
    public var values: ValueDescription? {
      if case .table(let table) = self { table.target } else { recordings?.values }
    }

    static let shape = Shape.tagged([
      .init(
        "two-moons", "Two interleaving half circles: modalities xa and xb, classes 0 and 1.",
        keys: TwoMoonsDescription.keys),
      .init(
        "table", "A table with one row for each sample; modalities are groups of its columns.",
        keys: TableDescription.keys),
      .init(
        "series",
        "A manifest with one row for each sample, which points at text files with one time step "
          + "a line; modalities are groups of their columns.",
        keys: SeriesDescription.keys),
      .init(
        "manifest",
        "A table or JSON lines with one row for each sample, which points at recordings: sound, "
          + "video, pictures, arrays, text.",
        keys: ManifestDescription.keys),
      .init(
        "folder", "A folder for each class, with a file for each sample.",
        keys: FolderDescription.keys),
      .init(
        "ravdess", "RAVDESS: emotional speech and song of 24 actors; parts audio and video.",
        keys: RAVDESSDescription.keys),
      .init(
        "audioset", "AudioSet: clips with several classes each; parts audio and video.",
        keys: AudioSetDescription.keys),
      .init(
        "vggsound", "VGGSound: clips with one class each; parts audio and video.",
        keys: VGGSoundDescription.keys),
      .init(
        "nyu-depth-v2",
        "NYU Depth V2: the class of every pixel; parts rgb and depth; scenes stay whole unless the "
          + "split says 'group: false'.",
        keys: NYUDepthDescription.keys),
    ])
  }

  public struct Configuration: Decodable, Sendable {
    public var source: Source
    /// Absent when `files` of a table say it.
    public var split: SplitDescription?
    /// The class list in its order; `nil` means the sorted labels of the data.
    public var classes: [String]?
    /// Share of the samples that may be unreadable; one more stops the stage.
    public var mostUnreadable: Share
    public var packing: PackingDescription

    private enum CodingKeys: String, CodingKey {
      case source, split, classes
      case mostUnreadable = "max-bad"
    }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      source = try container.decode(Source.self, forKey: .source)
      split = try container.decodeIfPresent(SplitDescription.self, forKey: .split)
      classes = try container.decodeIfPresent([Word].self, forKey: .classes)?.map(\.text)
      mostUnreadable = try container.decode(Share.self, forKey: .mostUnreadable)
      packing = try PackingDescription(from: decoder)
    }
  }

  public static let kind = "ingest"
  public static let documentation =
    "Brings samples in from outside: ids, values of each modality, labels, split."
  public static let inputs: [Port] = []
  public static let output = PortType.samples
  public static let keys =
    [
      .required("source", Source.shape, "What the samples are made of."),
      Key(
        "split", .object(SplitDescription.keys),
        "Which samples are labelled, unlabelled and for the test."),
      Key(
        "classes", .list(.either([.string, .anyInteger]), count: 2...Int.max),
        "The class list in its order; the sorted labels of the data when absent."),
      Key(
        "max-bad", .either([.share, .string]), default: "1%",
        "Share of the samples that may be unreadable, as in 1% or 0.01; they are listed in "
          + "quarantine.csv, and one more stops the stage."),
    ] + PackingDescription.keys
  public static let usesDevice = false
  public static let version = 1

  public static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription {
    configuration.split?.check(report: report)
    var splits = configuration.split?.splits ?? []
    var classes = configuration.classes
    switch configuration.source {
    case .twoMoons:
      checkShares(configuration.split, of: "two-moons", report: report)
      if let given = classes, given.sorted() != TwoMoonsDescription.classes {
        report(
          Complaint(
            ["classes"], "two moons have the classes 0 and 1",
            mend: "remove 'classes', or write [0, 1]"))
      }
      classes = classes ?? TwoMoonsDescription.classes
    case .table(let table):
      table.check(report: report)
      classes = table.target?.columns ?? classes
      if let files = table.files {
        splits = files.paths.map(\.split)
        if configuration.split != nil {
          report(
            Complaint(
              ["split"], "the source's 'files' already say which sample is in which split",
              mend: "remove 'split', or give the source one 'path'"))
        }
      } else {
        checkPresence(configuration.split, report: report)
      }
      checkLabel(
        table.label ?? table.target?.columns.first, configuration.split, splits: splits,
        report: report)
    case .series(let series):
      series.check(report: report)
      checkPresence(configuration.split, report: report)
      checkLabel(series.label, configuration.split, splits: splits, report: report)
    default:
      if let source = configuration.source.recordings {
        classes = source.classes(given: classes)
        source.checkAll(configuration.split, classes, report: report)
        splits = source.ownSplits ?? splits
        if source.labelling == .none {
          checkLabel(nil, configuration.split, splits: splits, report: report)
        }
      }
    }
    if configuration.source.recordings == nil {
      refuseGroups(configuration.split, report: report)
    }
    if configuration.mostUnreadable.value == nil {
      report(
        Complaint(
          ["max-bad"], "'\(configuration.mostUnreadable.text)' is no share from 0 to 1",
          mend: "write '1%', or 0.01"))
    }
    if let values = configuration.source.values {
      var label: String?
      if case .table(let table) = configuration.source { label = table.label }
      values.check(
        label: label, classes: configuration.classes, at: ["source", "target"], report: report)
    } else if let classes {
      NameChecks.check(
        classes, called: "class", plural: "classes", among: nil, of: "", at: ["classes"],
        report: report)
    }
    let modalities = configuration.source.modalities
    configuration.packing.check(available: modalities, report: report)
    return OutputDescription(
      .samples, modalities: modalities, splits: splits, task: configuration.source.task,
      classes: classes)
  }

  public static func outsideFiles(_ configuration: Configuration) throws -> [OutsideFile] {
    if case .series(let series) = configuration.source {
      let manifest = try series.manifestReader()
      return manifest.files().map { OutsideFile(name: $0.name, path: $0.path) }
    }
    guard configuration.source.recordings?.hasOutsideFiles == true,
      let recordings = try configuration.recordings()
    else { return [] }
    let tables = Set(
      recordings.modalities.compactMap { _, modality in
        if case .table(let table) = modality { table.path } else { nil }
      })
    // What cannot be read is quarantined when it is decoded; until it can, it has no content.
    return try recordings.layout.list().files.filter {
      !tables.contains($0.path) && ReadableFile.isOne($0.path)
    }.map { OutsideFile(name: $0.name, path: $0.path) }
  }

  private static func refuseGroups(_ split: SplitDescription?, report: (Complaint) -> Void) {
    guard let split else { return }
    let keys = [
      (split.group == nil ? nil : "group"), split.groups == nil ? nil : "groups",
      split.official == true ? "official" : nil,
    ].compactMap(\.self)
    for key in keys {
      report(
        Complaint(
          ["split", key], "'\(key)' goes with sources of recordings, such as 'manifest'",
          mend: "remove '\(key)'"))
    }
  }

  private static func checkPresence(
    _ split: SplitDescription?, report: (Complaint) -> Void
  ) {
    guard split == nil else { return }
    report(
      Complaint(
        [], "nothing says which samples are labelled, unlabelled and for the test",
        mend: "add 'split: {test: 0.4, labelled: 0.1}', or 'split: {files: {…}}'"))
  }

  private static func checkShares(
    _ split: SplitDescription?, of kind: String, report: (Complaint) -> Void
  ) {
    checkPresence(split, report: report)
    guard let split, split.files != nil || split.column != nil else { return }
    report(
      Complaint(
        ["split", split.files != nil ? "files" : "column"],
        "a '\(kind)' source makes its own samples, so only shares can split them",
        mend: "write 'split: {test: 0.4, labelled: 0.1}'"))
  }

  private static func checkLabel(
    _ label: String?, _ split: SplitDescription?, splits: [Split], report: (Complaint) -> Void
  ) {
    guard label == nil else { return }
    switch split?.rule {
    case .shares(test: 0, labelled: 0, seed: _): break  // All are unlabelled.
    case .shares, .folds, .official:
      report(
        Complaint(
          ["source"], "shares are drawn in each class, and no column holds the labels",
          mend: "add 'label: COLUMN' to the source"))
    case .column: break  // Which splits there are, only the data can tell.
    default:
      if let split = splits.first(where: { $0 != .unlabelled }) {
        report(
          Complaint(
            ["source"], "no column holds the labels of the \(split.rawValue) split",
            mend: "add 'label: COLUMN' to the source"))
      }
    }
  }
}

/// A share, written as a number from 0 to 1 or in per cent: `0.01`, `1%`.
public struct Share: Decodable, Hashable, Sendable {
  public var text: String
  /// From 0 to 1; `nil` when the text says no such share.
  public var value: Double?

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      text = "\(number)"
      value = number
    } else {
      text = try container.decode(String.self)
      let isPercent = text.hasSuffix("%")
      let digits = (isPercent ? text.dropLast() : text[...]).filter { !$0.isWhitespace }
      value = Double(digits).map { isPercent ? $0 / 100 : $0 }
    }
    if let known = value, !(0...1).contains(known) { value = nil }
  }
}

/// A word of the file that may look like a number: the class `1` and the class `"1"` are one.
struct Word: Decodable {
  var text: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int.self) {
      text = String(number)
    } else {
      text = try container.decode(String.self)
    }
  }
}
