import Configuration
import Dataflow
import Readers

/// One folder for each class, with a file for each sample.
public struct FolderDescription: Decodable, Hashable, Sendable {
  /// The one root, or `roots`.
  public var path: String?
  /// A root for each modality, in which samples have the same paths.
  public var roots: [String: String]?
  /// In place of all files, by root; under the empty name those of every root.
  public var extensions: [String: [String]]
  public var target: MapDescription?
  public var modalities: [String: RecordedModality]

  private enum CodingKeys: String, CodingKey { case path, roots, extensions, target, modalities }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    path = try container.decodeIfPresent(String.self, forKey: .path)
    roots = try container.decodeIfPresent([String: String].self, forKey: .roots)
    if let all = try? container.decodeIfPresent([String].self, forKey: .extensions) {
      extensions = ["": all]
    } else {
      extensions =
        try container.decodeIfPresent([String: [String]].self, forKey: .extensions) ?? [:]
    }
    target = try container.decodeIfPresent(MapDescription.self, forKey: .target)
    modalities = try container.decode([String: RecordedModality].self, forKey: .modalities)
  }

  // The files' content and their names below the roots are in the fingerprint; the roots' places
  // are not.
  static let keys: [Key] = [
    Key("path", .path, "Folder with a folder for each class.").keptOutOfFingerprint,
    Key(
      "roots", .map(.path),
      "Such a folder for each modality, in which a sample has the same path, in place of 'path'."
    ).keptOutOfFingerprint,
    Key(
      "extensions",
      .either([.nonEmptyList(.string), .map(.nonEmptyList(.string))]),
      "Extensions of the files that are taken, as in [wav, flac], or such a list for each of "
        + "'roots'; all files when absent."),
    MapDescription.key,
    RecordedModality.key,
  ]
}

extension FolderDescription: RecordingsDescription {
  private static let onlyRoot = "file"

  var parts: [String]? { roots?.keys.sorted() ?? [Self.onlyRoot] }
  var groupings: [String]? { [FolderLayout.grouping] }
  var grouping: String? { FolderLayout.grouping }
  var hasOfficialSplit: Bool { true }
  var labelling: SampleIndex.Labelling { target == nil ? .single : .map }

  func check(_ split: SplitDescription?, _ classes: [String]?, report: (Complaint) -> Void) {
    switch (path, roots) {
    case (nil, nil):
      report(
        Complaint(
          ["source"], "nothing says which folder to read",
          mend: "add 'path: FOLDER', or 'roots: {audio: FOLDER, image: FOLDER}'"))
    case (.some, .some):
      report(
        Complaint(
          ["source", "roots"], "both 'path' and 'roots' say which folder to read",
          mend: "keep one of them"))
    case (nil, .some(let roots)) where roots.isEmpty:
      report(
        Complaint(
          ["source", "roots"], "no modality has a folder", mend: "add one, as in 'audio: FOLDER'"))
    default: break
    }
    if let target { checkPart(target.fileName, at: ["source", "target"], report: report) }
    for name in extensions.keys.sorted() where !name.isEmpty && roots?[name] == nil {
      report(
        Complaint(
          ["source", "extensions", name], "there is no root '\(name)'",
          mend: roots.map { "roots: \($0.keys.sorted().joined(separator: ", "))" }
            ?? "write a list, as in [wav, flac]"))
    }
  }

  func layout(
    _ parts: [RequestedPart], classes: [String]?, split: RecordingSplit
  ) throws -> any RecordingLayout {
    let places = roots ?? path.map { [Self.onlyRoot: $0] } ?? [:]
    let folders = places.sorted { $0.key < $1.key }.map { name, path in
      FolderLayout.Root(
        name, path,
        extensions: (extensions[name] ?? extensions[""])?.map {
          ($0.hasPrefix(".") ? String($0.dropFirst()) : $0).lowercased()
        })
    }
    let labels: FolderLayout.Labels =
      if let target {
        .map(
          RequestedPart("target", .file(target.fileName), array: target.name),
          try target.mapValues(classes: classes ?? []))
      } else {
        .folders
      }
    return FolderLayout(folders, labels: labels, classes: classes, split: split, parts: parts)
  }
}
