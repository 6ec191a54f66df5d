import Configuration
import Dataflow
import Readers

/// AudioSet: segments with several classes each, and the clips that could still be had.
public struct AudioSetDescription: Decodable, Hashable, Sendable {
  public var segments: OfficialFilesDescription
  /// `class_labels_indices.csv`
  public var classFile: String
  /// Display names or mids of the classes that are kept.
  public var only: [String]?
  public var modalities: [String: RecordedModality]
  private let clips: ClipFoldersDescription

  private enum CodingKeys: String, CodingKey {
    case segments, only, modalities
    case classFile = "classes"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    segments = try container.decode(OfficialFilesDescription.self, forKey: .segments)
    classFile = try container.decode(String.self, forKey: .classFile)
    only = try container.decodeIfPresent([String].self, forKey: .only)
    modalities = try container.decode([String: RecordedModality].self, forKey: .modalities)
    clips = try ClipFoldersDescription(from: decoder)
  }

  static let keys: [Key] =
    [
      .required(
        "segments", OfficialFilesDescription.shape("The segments of"),
        "A table of segments, such as balanced_train_segments.csv, or one for each split."),
      .required(
        "classes", .path,
        "The table class_labels_indices.csv: index, mid and display name of each class."),
    ] + ClipFoldersDescription.keys + [
      Key(
        "only", .nonEmptyList(.string),
        "Classes that are kept, by display name or mid; all when absent."),
      RecordedModality.key,
    ]
}

extension AudioSetDescription: RecordingsDescription {
  var parts: [String]? { ClipFolders.partNames }
  var modalityKinds: [String] { ["audio", "video", "table"] }
  var labelling: SampleIndex.Labelling { .multiple }
  var groupings: [String]? { [AudioSetLayout.grouping] }
  var grouping: String? { AudioSetLayout.grouping }
  var hasOfficialSplit: Bool { segments.path == nil }
  var ownSplits: [Split]? { segments.areSplits ? segments.splits : nil }

  func classes(given: [String]?) -> [String]? {
    try? AudioSetLayout.classes(of: classFile, only: only)
  }

  func check(_ split: SplitDescription?, _ classes: [String]?, report: (Complaint) -> Void) {
    clips.check(report: report)
    segments.check(split, at: "segments", report: report)
  }

  func layout(
    _ parts: [RequestedPart], classes: [String]?, split: RecordingSplit
  ) throws -> any RecordingLayout {
    AudioSetLayout(
      segments: segments.files, classFile: classFile, clips: clips.folders, only: only,
      split: split, parts: parts)
  }
}
