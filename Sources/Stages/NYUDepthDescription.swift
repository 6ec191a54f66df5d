import Configuration
import Dataflow
import Readers

/// NYU Depth V2: colour, depth and the class of each pixel of 1,449 frames.
public struct NYUDepthDescription: Decodable, Hashable, Sendable {
  /// `nyu_depth_v2_labeled.mat`, or `folder`.
  public var path: String?
  /// A folder with the folders rgb, depth, label.
  public var folder: String?
  /// `splits.mat`
  public var splits: String?
  /// `classMapping40.mat`
  public var mapping: String?
  public var classCount: Int
  /// How many classes the label maps of `folder` tell apart.
  public var stored: Int
  public var modalities: [String: RecordedModality]

  private enum CodingKeys: String, CodingKey {
    case path, folder, splits, mapping, modalities
    case classCount = "classes"
    case stored = "labels"
  }

  static let keys: [Key] = [
    Key("path", .path, "The file nyu_depth_v2_labeled.mat."),
    Key(
      "folder", .path,
      "Folder with the folders rgb, depth and label, whose pictures are named by the number of "
        + "their frame, from 1, in place of 'path'."
    ).keptOutOfFingerprint,
    Key("splits", .path, "The file splits.mat, for the official split."),
    Key("mapping", .path, "The file classMapping40.mat, for labels of 894 classes."),
    Key(
      "classes", .integer(1...894), default: 40,
      "How many classes labels are brought to: 40, or 13."),
    Key(
      "labels", .integer(1...894), default: 894,
      "How many classes the label maps of 'folder' tell apart, numbered from 1: 894, 40 or 13."),
    RecordedModality.key,
  ]
}

extension NYUDepthDescription: RecordingsDescription {
  var parts: [String]? { NYUDepthLayout.partNames }
  var modalityKinds: [String] { ["image", "array", "table"] }
  var labelling: SampleIndex.Labelling { .map }
  var target: MapDescription? { MapDescription(file: "label") }
  var groupings: [String]? { path == nil ? [] : [NYUDepthLayout.grouping] }
  var grouping: String? { path == nil ? nil : NYUDepthLayout.grouping }
  /// Frames of one scene are hardly two samples.
  var isGroupedByDefault: Bool { path != nil }
  var hasOfficialSplit: Bool { true }
  var hasOutsideFiles: Bool { folder != nil }

  private var reduced: NYUDepthLayout.Classes { .init(rawValue: classCount) ?? .forty }

  func classes(given: [String]?) -> [String]? { NYUDepthLayout.names(of: reduced) }

  func check(_ split: SplitDescription?, _ classes: [String]?, report: (Complaint) -> Void) {
    switch (path, folder) {
    case (nil, nil):
      report(
        Complaint(
          ["source"], "nothing says where the frames are",
          mend: "add 'path: nyu_depth_v2_labeled.mat', or 'folder: FOLDER'"))
    case (.some, .some):
      report(
        Complaint(
          ["source", "folder"], "both 'path' and 'folder' say where the frames are",
          mend: "keep one of them"))
    default: break
    }
    if NYUDepthLayout.Classes(rawValue: classCount) == nil {
      report(
        Complaint(
          ["source", "classes"], "labels of NYU Depth V2 are not brought to \(classCount) classes",
          mend: "write 40 or 13"))
    }
    if NYUDepthLayout.Stored(rawValue: stored) == nil {
      report(
        Complaint(
          ["source", "labels"], "label maps of NYU Depth V2 do not come with \(stored) classes",
          mend: "write 894, 40 or 13"))
    } else if path != nil, stored != 894 {
      report(
        Complaint(
          ["source", "labels"], "nyu_depth_v2_labeled.mat has labels of 894 classes",
          mend: "remove 'labels'"))
    } else if stored < classCount {
      report(
        Complaint(
          ["source", "labels"], "labels of \(stored) classes cannot be brought to \(classCount)",
          mend: "write 'classes: \(stored)'"))
    }
    if stored == 894, mapping == nil {
      report(
        Complaint(
          ["source"],
          "labels of 894 classes are brought to \(classCount) by a file of the data set",
          mend: "add 'mapping: classMapping40.mat'"))
    }
    if split?.official == true, splits == nil {
      report(
        Complaint(
          ["source"], "the official split stands in a file of the data set",
          mend: "add 'splits: splits.mat'"))
    }
  }

  func layout(
    _ parts: [RequestedPart], classes: [String]?, split: RecordingSplit
  ) throws -> any RecordingLayout {
    NYUDepthLayout(
      path.map { .matlab($0) } ?? .folder(folder ?? ""), splits: splits, mapping: mapping,
      classes: reduced, stored: .init(rawValue: stored) ?? .all, split: split, parts: parts,
      open: MATLABFiles.open)
  }
}
