import Configuration
import Dataflow
import Readers

/// VGGSound: clips of ten seconds with one class each.
public struct VGGSoundDescription: Decodable, Hashable, Sendable {
  /// Whether the one class of a clip is written as one, as several, or left out.
  public enum Labels: String, Decodable, Hashable, Sendable, CaseIterable {
    case single, multiple, none
  }

  public var tables: OfficialFilesDescription
  /// Classes that are kept, in this order.
  public var only: [String]?
  public var labels: Labels
  public var modalities: [String: RecordedModality]
  private let clips: ClipFoldersDescription

  private enum CodingKeys: String, CodingKey {
    case only, modalities
    case tables = "path"
    case labels = "label-as"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    tables = try container.decode(OfficialFilesDescription.self, forKey: .tables)
    only = try container.decodeIfPresent([String].self, forKey: .only)
    labels = try container.decode(Labels.self, forKey: .labels)
    modalities = try container.decode([String: RecordedModality].self, forKey: .modalities)
    clips = try ClipFoldersDescription(from: decoder)
  }

  static let keys: [Key] =
    [
      .required(
        "path", OfficialFilesDescription.shape("The clips of"),
        "The table vggsound.csv (id, start, label, split), or a list of file and label, as in "
          + "test.csv, or one for each split.")
    ] + ClipFoldersDescription.keys + [
      Key(
        "only", .nonEmptyList(.string),
        "Classes that are kept, in this order; all, sorted, when absent."),
      Key(
        "label-as", .choice(Labels.allCases.map(\.rawValue)), default: "single",
        "Whether the one class of a clip is written as one, as several, for mAP, or left out, for "
          + "clips that shall be unlabelled beside a set of other classes."),
      RecordedModality.key,
    ]
}

extension VGGSoundDescription: RecordingsDescription {
  var parts: [String]? { ClipFolders.partNames }
  var modalityKinds: [String] { ["audio", "video", "table"] }
  var labelling: SampleIndex.Labelling {
    switch labels {
    case .single: .single
    case .multiple: .multiple
    case .none: .none
    }
  }
  var groupings: [String]? { [VGGSoundLayout.grouping] }
  var grouping: String? { VGGSoundLayout.grouping }
  var hasOfficialSplit: Bool { true }
  var ownSplits: [Split]? { tables.areSplits ? tables.splits : nil }

  func classes(given: [String]?) -> [String]? {
    labels == .none ? nil : only ?? given
  }

  func check(_ split: SplitDescription?, _ classes: [String]?, report: (Complaint) -> Void) {
    clips.check(report: report)
    tables.check(split, at: "path", report: report)
    NameChecks.check(
      only ?? [], called: "class", plural: "classes", among: nil, of: "",
      at: ["source", "only"], report: report)
  }

  func layout(
    _ parts: [RequestedPart], classes: [String]?, split: RecordingSplit
  ) throws -> any RecordingLayout {
    VGGSoundLayout(
      tables.files, clips: clips.folders, only: only ?? classes, labelling: labelling, split: split,
      parts: parts)
  }
}
