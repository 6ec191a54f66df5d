import Diagnostics

/// VGGSound: clips of ten seconds with one class each.
///
/// A table without a header, either `vggsound.csv` (YouTube id, start second, label, `train` or
/// `test`) or a list such as `test.csv` (`<id>_<start>.mp4`, label); the number of cells tells them
/// apart. Clips are called `<id>_<start in six digits>.mp4`. Source: Chen et al., "VGGSound: a
/// large-scale audio-visual dataset", ICASSP 2020, and the files that come with it.
public struct VGGSoundLayout: RecordingLayout {
  public var tables: OfficialFiles
  public var clips: ClipFolders
  /// Classes that are kept, in this order; all, sorted, when `nil`.
  public var only: [String]?
  /// Whether the one class of a clip is written as one, as several for measures of several, or left
  /// out.
  public var labelling: SampleIndex.Labelling
  public var split: RecordingSplit
  public var parts: [RequestedPart]

  /// What recordings are grouped by: several clips may come from one video.
  public static let grouping = "video"

  public init(
    _ tables: OfficialFiles, clips: ClipFolders, only: [String]? = nil,
    labelling: SampleIndex.Labelling = .single, split: RecordingSplit, parts: [RequestedPart]
  ) {
    self.tables = tables
    self.clips = clips
    self.only = only
    self.labelling = labelling
    self.split = split
    self.parts = parts
  }

  private struct Clip {
    var video: String
    var start: Int
    var label: String
    var official: String?
    var location: SourceLocation

    /// `glLQrEijrKg_000300`, as the official files call it.
    var id: String {
      let digits = String(start)
      return video + "_" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }
  }

  public func list() throws -> RecordingSet {
    var faults = FaultList()
    var found: [Clip] = []
    for file in tables.files { found += try Self.read(file, &faults) }
    try faults.throwAny()
    let subject = tables.files.count == 1 ? tables.files[0].path : "the tables"
    // From all rows, whichever clips are there: a class keeps its number.
    let all = Set(found.map(\.label))
    for name in only ?? [] where !all.contains(name) {
      try faults.add(
        Diagnostic(
          subject, "there is no class '\(name)'",
          mend: Suggestions.nearest(to: name, among: all.sorted()).map { "did you mean '\($0)'?" }
            ?? "name classes as the table does"))
    }
    try faults.throwAny()
    let classes = only ?? SampleIndexBuilder.sorted(labels: all)
    let kept = Set(classes)
    var builder = SampleIndexBuilder(
      subject: subject, classes: labelling == .none ? nil : classes,
      labelColumn: labelling == .none ? nil : "label", labelling: labelling,
      groupColumn: Self.grouping)
    var listing = try ClipListing(clips, parts, &builder)
    if case .official = split.rule, let clip = found.first(where: { $0.official == nil }) {
      throw Diagnostic(
        clip.location, "the table does not say which clips are for the test",
        mend: "take vggsound.csv, or name a table for each: 'path: {train: …, test: …}'")
    }
    for clip in found {
      guard kept.contains(clip.label) else {
        builder.leaveOut("no class that is asked for")
        continue
      }
      var row = SampleIndexBuilder.Row(id: clip.id, group: clip.video, location: clip.location)
      switch labelling {
      case .single: row.label = clip.label
      case .multiple: row.labels = [clip.label]
      case .none, .map, .values: break
      }
      row.official = clip.official
      row.split = clip.official == SplitName.train ? nil : clip.official
      try listing.add(
        row,
        stems: ClipIndex.stems(id: clip.video, start: Double(clip.start), stop: nil),
        to: &builder)
    }
    try listing.finish(&builder)
    let index = try builder.finish(split.rule, isByGroup: split.isByGroup)
    try listing.tables.refuseStrangers(to: index.entries.map(\.id))
    return RecordingSet(index: index, parts: listing.rows)
  }

  private static func read(
    _ file: OfficialFiles.File, _ faults: inout FaultList
  ) throws -> [Clip] {
    var reader = try DelimitedReader(reading: file.path, delimiter: ",")
    var clips: [Clip] = []
    var width: Int?
    while try reader.next() {
      let location = SourceLocation(file: file.path, line: reader.line)
      let wanted = width ?? reader.count
      guard wanted == 2 || wanted == 4, reader.count == wanted else {
        try faults.add(
          Diagnostic(
            location,
            "\(reader.count) cells, where "
              + (width.map { "\($0) are" } ?? "4 (id, start, label, split) or 2 (file, label) are")
              + " wanted", mend: "put a label that holds a comma in double quotes"))
        if width == nil { break }
        continue
      }
      width = wanted
      let clip =
        wanted == 4
        ? try clip(reader, location, file.split) : try listed(reader, location, file.split)
      if let clip {
        clips.append(clip)
      } else {
        try faults.add(
          Diagnostic(
            location, "this is no clip",
            mend: wanted == 4
              ? "a line looks like ---g-f_I2yQ,1,people marching,test"
              : "a line looks like glLQrEijrKg_000300.mp4,playing hammond organ"))
      }
    }
    if clips.isEmpty, faults.isEmpty {
      throw Diagnostic(file.path, "there are no clips", mend: "take vggsound.csv")
    }
    return clips
  }

  /// `---g-f_I2yQ,1,people marching,test`
  private static func clip(
    _ reader: DelimitedReader, _ location: SourceLocation, _ split: String?
  ) throws -> Clip? {
    let official = try reader.text(3).trimmed
    guard let start = Int(try reader.text(1).trimmed), start >= 0,
      official == SplitName.train || official == SplitName.test
    else { return nil }
    return Clip(
      video: try reader.text(0).trimmed, start: start, label: try reader.text(2).trimmed,
      official: split ?? official, location: location)
  }

  /// `glLQrEijrKg_000300.mp4,playing hammond organ`
  private static func listed(
    _ reader: DelimitedReader, _ location: SourceLocation, _ split: String?
  ) throws -> Clip? {
    let stem = FileName.divided(try reader.text(0).trimmed).stem
    guard let line = stem.lastIndex(of: "_"), let start = Int(stem[stem.index(after: line)...]),
      start >= 0, line > stem.startIndex
    else { return nil }
    return Clip(
      video: String(stem[..<line]), start: start, label: try reader.text(1).trimmed,
      official: split, location: location)
  }
}
