import Diagnostics

/// Where the clips of a data set of videos are: one folder for everything, or one for the sound and
/// one for the pictures.
public struct ClipFolders: Sendable, Hashable {
  public var both: [String]
  public var audio: [String]
  public var video: [String]

  /// - Parameters:
  ///   - both: folders with clips that hold sound, pictures, or both.
  ///   - audio: folders that sound is looked for first in.
  ///   - video: folders that pictures are looked for first in.
  public init(_ both: [String] = [], audio: [String] = [], video: [String] = []) {
    self.both = both
    self.audio = audio
    self.video = video
  }

  /// The parts of a clip.
  public static let partNames = ["audio", "video"]

  var all: [String] { both + audio + video }

  var words: String { all.map { "'\($0)'" }.joined(separator: ", ") }
}

/// The clips of some folders by the stems of their names; each folder is walked once.
struct ClipIndex {
  private static let sounds = ["wav", "flac", "mp3", "m4a"]
  private static let pictures = ["mp4", "mkv", "webm"]

  /// By stem, then by extension; of each folder in its turn.
  private var folders: [[String: [String: DataFile]]] = []
  private let audio: [Int]
  private let video: [Int]
  private(set) var count = 0
  /// A stem, for messages.
  private(set) var example: String?

  /// - Throws: `Diagnostic` when a folder cannot be read, `DiagnosticList` with the clips that two
  ///   files claim to be.
  init(_ clips: ClipFolders, _ builder: inout SampleIndexBuilder) throws {
    let named = NamedFolders(clips.all)
    for folder in named.folders {
      let walk = try FolderWalk(folder.path)
      for (reason, count) in walk.leftOut { builder.leaveOut(reason, count) }
      var files: [String: [String: DataFile]] = [:]
      for name in walk.names {
        let (stem, type) = FileName.divided(String(FileName.last(name)))
        guard Self.sounds.contains(type) || Self.pictures.contains(type) else {
          builder.leaveOut("another extension than a clip's")
          continue
        }
        let file = DataFile(name: folder.prefix + name, path: "\(folder.path)/\(name)")
        if let other = files[stem, default: [:]].updateValue(file, forKey: type) {
          try builder.add(
            Diagnostic(
              file.path, "a clip of the same name is at '\(other.path)'", mend: "remove one"))
        }
        count += 1
        example = example ?? String(FileName.last(name))
      }
      folders.append(files)
    }
    let both = Array(clips.both.indices)
    audio = clips.audio.indices.map { clips.both.count + $0 } + both
    video = clips.video.indices.map { clips.both.count + clips.audio.count + $0 } + both
  }

  /// The file of a part under the first of the stems that there is.
  ///
  /// Of files with one stem, those of sound alone come first for `audio`, in the order wav, flac,
  /// mp3, m4a, mp4, mkv, webm; pictures are in the last three.
  func file(_ part: String, stems: [String]) -> DataFile? {
    let isSound = part == "audio"
    for folder in isSound ? audio : video {
      for stem in stems {
        guard let types = folders[folder][stem] else { continue }
        for type in (isSound ? Self.sounds : []) + Self.pictures {
          if let file = types[type] { return file }
        }
      }
    }
    return nil
  }

  /// The names that a clip may have: the id alone, with `Y` before it, with its start in seconds,
  /// plain or in six digits, or in milliseconds, and its end in the same form.
  static func stems(id: String, start: Double?, stop: Double?) -> [String] {
    guard let start else { return [id, "Y\(id)"] }
    func forms(_ time: Double) -> [String] {
      // Times are those of a video; what is larger names no file.
      guard time >= 0, time < 1e8 else { return [] }
      let whole = Int(time.rounded(.down))
      let milliseconds = Int((time * 1000).rounded())
      let thousandths = String(milliseconds % 1000)
      let digits = String(repeating: "0", count: 3 - thousandths.count) + thousandths
      let padded = String(repeating: "0", count: max(0, 6 - String(whole).count)) + String(whole)
      return [padded, String(whole), String(milliseconds), "\(milliseconds / 1000).\(digits)"]
    }
    var endings = forms(start).map { "_\($0)" }
    if let stop { endings += zip(forms(start), forms(stop)).map { "_\($0)_\($1)" } }
    return (endings + [""]).flatMap { [id + $0, "Y\(id)\($0)"] }
  }
}

/// Fills an index from rows that each name a clip which may be missing.
struct ClipListing {
  let index: ClipIndex
  let clips: ClipFolders
  let parts: [RequestedPart]
  let tables: RequestedTables
  private(set) var rows: [[RecordingPart?]] = []
  private var missing = 0
  private var firstMissing: String?

  init(
    _ clips: ClipFolders, _ parts: [RequestedPart], _ builder: inout SampleIndexBuilder
  ) throws {
    self.clips = clips
    self.parts = parts
    tables = try RequestedTables(reading: parts)
    index = try ClipIndex(clips, &builder)
  }

  /// Adds the row unless its clip is missing.
  mutating func add(
    _ row: SampleIndexBuilder.Row, stems: [String], to builder: inout SampleIndexBuilder
  ) throws {
    let found = parts.enumerated().map { place, request in
      tables.part(place, of: row.id)
        ?? request.fileColumn.flatMap { index.file($0, stems: stems) }
        .map { RecordingPart(file: $0) }
    }
    guard found.contains(where: { $0 != nil }) else {
      missing += 1
      firstMissing = firstMissing ?? stems.first
      return
    }
    try builder.add(row)
    rows.append(found)
  }

  /// Counts the missing clips.
  ///
  /// - Throws: `Diagnostic` when not one is there.
  func finish(_ builder: inout SampleIndexBuilder) throws {
    try builder.faults.throwAny()
    guard missing > 0 else { return }
    let folders = clips.words
    if rows.isEmpty {
      throw Diagnostic(
        folders, "not one of \(missing) clips is there",
        mend: "the first one's name starts with '\(firstMissing ?? "")'; "
          + (index.example.map { "there are \(index.count) clips, such as '\($0)'" }
            ?? "the folder has no clips"))
    }
    builder.leaveOut("no clip", missing)
    builder.warnings.append(
      Diagnostic(
        .warning, folders,
        "\(missing) of \(missing + rows.count) clips are not there and were left out, first "
          + "'\(firstMissing ?? "")'",
        mend: "nothing to do where videos are gone; else put the clips there"))
  }
}

/// Files of a data set, each with the samples of one official split.
public struct OfficialFiles: Sendable, Hashable {
  public struct File: Sendable, Hashable {
    /// `SplitName.train`, or a name of `SplitName`; `nil` where the file itself says it, or nothing.
    public var split: String?
    public var path: String

    public init(_ path: String, split: String? = nil) {
      self.path = path
      self.split = split
    }
  }

  public var files: [File]

  public init(_ files: [File]) { self.files = files }
}
