import Diagnostics

/// The Ryerson Audio-Visual Database of Emotional Speech and Song, as its archives unpack:
/// `Actor_07/03-01-06-02-01-02-07.wav`, `Actor_07/01-01-06-02-01-02-07.mp4`.
///
/// A name has seven fields of two digits: modality (01 sound and picture, 02 picture, 03 sound),
/// vocal channel (01 speech, 02 song), emotion, intensity, statement, repetition, actor (odd ones
/// are male). Files that differ in the modality alone are one recording. Source: Livingstone and
/// Russo, "The Ryerson Audio-Visual Database of Emotional Speech and Song", PLoS ONE 13(5), 2018.
public struct RAVDESSLayout: RecordingLayout {
  /// What recordings are labelled with.
  public enum Field: String, Sendable, Hashable, CaseIterable {
    case emotion, intensity, statement, gender
  }

  public enum VocalChannel: String, Sendable, Hashable, CaseIterable { case speech, song, both }

  /// What recordings may be grouped by.
  public static let groupings = [
    "actor", "gender", "emotion", "intensity", "statement", "repetition", "vocal",
  ]
  /// The parts of a recording. `audio` is the file of the sound alone, else the one with picture
  /// and sound; `video` the one with picture and sound, else the one of the picture alone.
  public static let partNames = ["audio", "video"]

  private static let emotions = [
    "neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised",
  ]
  private static let intensities = ["normal", "strong"]
  /// "Kids are talking by the door" and "Dogs are sitting by the door".
  private static let statements = ["kids", "dogs"]
  private static let genders = ["male", "female"]
  private static let channels = ["speech", "song"]

  /// The class list of a field; songs have the first six emotions alone.
  public static func classes(of field: Field, in vocal: VocalChannel) -> [String] {
    switch field {
    case .emotion: vocal == .song ? Array(emotions.prefix(6)) : emotions
    case .intensity: intensities
    case .statement: statements
    case .gender: genders
    }
  }

  public var folders: [String]
  public var label: Field
  public var vocal: VocalChannel
  public var classes: [String]?
  public var split: RecordingSplit
  public var parts: [RequestedPart]

  /// - Parameters:
  ///   - classes: the class list in its order; the official one when absent.
  public init(
    _ folders: [String], label: Field = .emotion, vocal: VocalChannel = .speech,
    classes: [String]? = nil, split: RecordingSplit, parts: [RequestedPart]
  ) {
    self.folders = folders
    self.label = label
    self.vocal = vocal
    self.classes = classes
    self.split = split
    self.parts = parts
  }

  public func list() throws -> RecordingSet {
    let tables = try RequestedTables(reading: parts)
    let grouping = split.group ?? Self.groupings[0]
    var builder = SampleIndexBuilder(
      subject: folders.joined(separator: ", "),
      classes: classes ?? Self.classes(of: label, in: vocal), labelColumn: label.rawValue,
      groupColumn: grouping)
    let recordings = try read(&builder)
    guard !recordings.isEmpty else {
      throw Diagnostic(
        folders.joined(separator: ", "), "there are no recordings of RAVDESS",
        mend: "their names look like 03-01-06-02-01-02-07.wav, .mp4"
          + builder.leftOut.sorted { $0.key < $1.key }.map { "; \($0.key): \($0.value)" }.joined())
    }
    var rows: [[RecordingPart?]] = []
    for (name, files) in recordings.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let found = parts.enumerated().map { place, request in
        tables.part(place, of: id(name))
          ?? request.fileColumn.flatMap { files.file($0) }.map { RecordingPart(file: $0) }
      }
      guard found.contains(where: { $0 != nil }) else {
        builder.leaveOut("none of the modalities")
        continue
      }
      try builder.add(
        .init(
          id: id(name), label: Self.value(label.rawValue, of: name),
          group: Self.value(grouping, of: name),
          location: SourceLocation(file: files.first?.path ?? id(name))))
      rows.append(found)
    }
    let index = try builder.finish(split.rule, isByGroup: split.isByGroup)
    try tables.refuseStrangers(to: index.entries.map(\.id))
    return RecordingSet(index: index, parts: rows)
  }

  /// The files of each recording by the six fields of its name after the modality.
  private func read(_ builder: inout SampleIndexBuilder) throws -> [[Int]: Files] {
    var recordings: [[Int]: Files] = [:]
    for folder in NamedFolders(folders).folders {
      let walk = try FolderWalk(folder.path)
      for (reason, count) in walk.leftOut { builder.leaveOut(reason, count) }
      for name in walk.names {
        let (stem, type) = FileName.divided(String(FileName.last(name)))
        guard type == "wav" || type == "mp4", let fields = Self.fields(of: stem),
          !(fields[0] == 2 && type == "wav")
        else {
          builder.leaveOut("no name of RAVDESS")
          continue
        }
        guard vocal == .both || Self.channels[fields[1] - 1] == vocal.rawValue else {
          builder.leaveOut("another vocal channel")
          continue
        }
        let file = DataFile(name: folder.prefix + name, path: "\(folder.path)/\(name)")
        let kind = Kind(modality: fields[0], type: type)
        if let other = recordings[Array(fields[1...]), default: Files()].byKind.updateValue(
          file, forKey: kind)
        {
          try builder.add(
            Diagnostic(
              file.path, "the same recording as '\(other.path)'",
              mend: "name one of the folders alone, or remove one of the files"))
        }
      }
    }
    return recordings
  }

  private struct Kind: Hashable {
    var modality: Int
    var type: String
  }

  /// The files of one recording.
  private struct Files {
    var byKind: [Kind: DataFile] = [:]

    func file(_ part: String) -> DataFile? {
      let order =
        part == "audio"
        ? [(3, "wav"), (3, "mp4"), (1, "mp4"), (1, "wav")]
        : part == "video" ? [(1, "mp4"), (2, "mp4")] : []
      return order.lazy.compactMap { byKind[Kind(modality: $0.0, type: $0.1)] }.first
    }

    var first: DataFile? { byKind.values.min { $0.name < $1.name } }
  }

  /// The seven numbers of a name; `nil` when it is none.
  static func fields(of stem: String) -> [Int]? {
    let pieces = stem.split(separator: "-", omittingEmptySubsequences: false)
    let most = [3, 2, 8, 2, 2, 2, 24]
    guard pieces.count == 7 else { return nil }
    var fields: [Int] = []
    for (piece, most) in zip(pieces, most) {
      guard piece.utf8.count == 2, piece.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
        let number = Int(piece), number >= 1, number <= most
      else { return nil }
      fields.append(number)
    }
    return fields
  }

  /// Of the fields after the modality: without the vocal channel where all have the same.
  private func id(_ fields: [Int]) -> String {
    fields.dropFirst(vocal == .both ? 0 : 1).map { $0 < 10 ? "0\($0)" : "\($0)" }
      .joined(separator: "-")
  }

  private static func value(_ field: String, of fields: [Int]) -> String? {
    switch field {
    case "vocal": channels[fields[0] - 1]
    case "emotion": emotions[fields[1] - 1]
    case "intensity": intensities[fields[2] - 1]
    case "statement": statements[fields[3] - 1]
    case "repetition": "\(fields[4])"
    case "actor": "\(fields[5])"
    case "gender": genders[(fields[5] + 1) % 2]
    default: nil
    }
  }
}
