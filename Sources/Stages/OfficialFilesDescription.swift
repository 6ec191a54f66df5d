import Configuration
import Dataflow
import Readers

/// Tables of a data set: one, or one for each official split.
public struct OfficialFilesDescription: Decodable, Hashable, Sendable {
  public var path: String?
  public var train: String?
  public var labelled: String?
  public var unlabelled: String?
  public var test: String?

  private enum CodingKeys: String, CodingKey { case train, labelled, unlabelled, test }

  public init(from decoder: any Decoder) throws {
    if let path = try? decoder.singleValueContainer().decode(String.self) {
      self.path = path
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    train = try container.decodeIfPresent(String.self, forKey: .train)
    labelled = try container.decodeIfPresent(String.self, forKey: .labelled)
    unlabelled = try container.decodeIfPresent(String.self, forKey: .unlabelled)
    test = try container.decodeIfPresent(String.self, forKey: .test)
  }

  static func shape(_ what: String) -> Shape {
    .either([
      .path,
      .object([
        Key("train", .path, "\(what) training, which 'split' divides."),
        Key("labelled", .path, "\(what) the labelled split, D_l."),
        Key("unlabelled", .path, "\(what) the unlabelled split, D_u."),
        Key("test", .path, "\(what) the test split."),
      ]),
    ])
  }

  private var named: [(split: String, path: String?)] {
    [
      (SplitName.train, train), (SplitName.labelled, labelled),
      (SplitName.unlabelled, unlabelled), (SplitName.test, test),
    ]
  }

  var files: OfficialFiles {
    OfficialFiles(
      path.map { [.init($0)] }
        ?? named.compactMap { split, path in path.map { .init($0, split: split) } })
  }

  /// Whether the files by themselves say which sample is in which split.
  var areSplits: Bool { path == nil && train == nil }

  /// The splits that they name.
  var splits: [Split] { named.compactMap { $0.path == nil ? nil : Split(rawValue: $0.split) } }

  func check(_ split: SplitDescription?, at key: String, report: (Complaint) -> Void) {
    guard path == nil else { return }
    if files.files.isEmpty {
      report(
        Complaint(
          ["source", key], "no split has a table",
          mend: "add 'train: PATH' and 'test: PATH', or one path in place of the mapping"))
    }
    guard train != nil, split != nil, split?.official != true else { return }
    report(
      Complaint(
        ["split"], "tables for splits of their own, and a rule that mixes them",
        mend: "write 'split: {official: true, labelled: 0.1}'; 'labelled' is a share of 'train'"))
  }
}

/// Where clips are, as keys of a source.
struct ClipFoldersDescription: Decodable, Hashable, Sendable {
  var clips: Paths?
  var audioClips: Paths?
  var videoClips: Paths?

  private enum CodingKeys: String, CodingKey {
    case clips
    case audioClips = "audio-clips"
    case videoClips = "video-clips"
  }

  static let keys: [Key] = [
    Key(
      "clips", Paths.shape,
      "Folder of the clips, or several, with all folders below; a clip is named by its id, with its "
        + "start or without."
    ).keptOutOfFingerprint,
    Key(
      "audio-clips", Paths.shape, "Folder that sound is looked for first in, where it is apart."
    ).keptOutOfFingerprint,
    Key(
      "video-clips", Paths.shape,
      "Folder that pictures are looked for first in, where they are apart."
    ).keptOutOfFingerprint,
  ]

  var folders: ClipFolders {
    ClipFolders(
      clips?.list ?? [], audio: audioClips?.list ?? [], video: videoClips?.list ?? [])
  }

  func check(report: (Complaint) -> Void) {
    guard clips == nil, audioClips == nil, videoClips == nil else { return }
    report(
      Complaint(["source"], "nothing says where the clips are", mend: "add 'clips: FOLDER'"))
  }
}
