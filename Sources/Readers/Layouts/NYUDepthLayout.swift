import Arrays
import Diagnostics

/// NYU Depth V2, its 1,449 labelled frames: `nyu_depth_v2_labeled.mat` itself, or folders of
/// pictures made of it (`rgb/0001.png`, `depth/0001.png`, `label/0001.png`).
///
/// Frames are numbered from 1, as in `splits.mat` (`trainNdxs`, `testNdxs`). Label maps hold 0 where
/// nobody knows, else one of 894 classes; `mapClass` of `classMapping40.mat` brings these to 40, and
/// the usual table of 40 to 13. Sources: Silberman et al., "Indoor Segmentation and Support
/// Inference from RGBD Images", ECCV 2012; Gupta et al., CVPR 2013 (40 classes); Couprie et al.,
/// "Indoor Semantic Segmentation using depth information", ICLR 2013 (13 classes).
public struct NYUDepthLayout: RecordingLayout {
  public enum Source: Sendable, Hashable {
    /// `nyu_depth_v2_labeled.mat`
    case matlab(String)
    /// A folder with the folders rgb, depth, label.
    case folder(String)
  }

  /// How many classes labels are brought to.
  public enum Classes: Int, Sendable, Hashable, CaseIterable {
    case forty = 40
    case thirteen = 13
  }

  /// The numbers that label maps of a folder hold already.
  public enum Stored: Int, Sendable, Hashable, CaseIterable {
    case all = 894
    case forty = 40
    case thirteen = 13
  }

  public static let partNames = ["rgb", "depth"]
  /// What frames are grouped by; the folders do not say it.
  public static let grouping = "scene"
  private static let arrays = ["rgb": "images", "depth": "depths", "label": "labels"]
  static let pictureTypes = ["png", "jpg", "jpeg", "tif", "tiff"]

  public var source: Source
  /// `splits.mat`; needed for the official split alone.
  public var splits: String?
  /// `classMapping40.mat`; needed where labels are of 894 classes.
  public var mapping: String?
  public var classes: Classes
  public var stored: Stored
  public var split: RecordingSplit
  public var parts: [RequestedPart]
  private let open: MATLABOpening

  /// - Parameters:
  ///   - open: opens MATLAB files.
  public init(
    _ source: Source, splits: String?, mapping: String?, classes: Classes = .forty,
    stored: Stored = .all, split: RecordingSplit, parts: [RequestedPart],
    open: @escaping MATLABOpening
  ) {
    self.source = source
    self.splits = splits
    self.mapping = mapping
    self.classes = classes
    self.stored = stored
    self.split = split
    self.parts = parts
    self.open = open
  }

  public func list() throws -> RecordingSet {
    let tables = try RequestedTables(reading: parts)
    let isScene = if case .matlab = source { true } else { false }
    var builder = SampleIndexBuilder(
      subject: subject, classes: Self.names(of: classes), labelColumn: "label", labelling: .map,
      groupColumn: isScene ? Self.grouping : nil)
    let frames = try frames(&builder)
    let official = try officialSplits(most: frames.map(\.number).max() ?? 0)
    var rows: [[RecordingPart?]] = []
    var maps: [RecordingPart?] = []
    for frame in frames {
      let digits = String(frame.number)
      let id = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      var row = SampleIndexBuilder.Row(
        id: id, group: frame.scene, location: SourceLocation(file: subject))
      row.hasLabelMap = frame.parts["label"] != nil
      row.official = official[frame.number]
      try builder.add(row)
      rows.append(
        parts.enumerated().map { place, request in
          tables.part(place, of: id) ?? request.fileColumn.flatMap { frame.parts[$0] }
        })
      maps.append(frame.parts["label"])
    }
    let index = try builder.finish(split.rule, isByGroup: split.isByGroup)
    try tables.refuseStrangers(to: index.entries.map(\.id))
    return RecordingSet(
      index: index, parts: rows, labelMaps: maps, mapValues: try mapValues())
  }

  private var subject: String {
    switch source {
    case .matlab(let path), .folder(let path): path
    }
  }

  // MARK: Frames

  private struct Frame {
    /// From 1.
    var number: Int
    var scene: String?
    /// rgb, depth, label.
    var parts: [String: RecordingPart]
  }

  private func frames(_ builder: inout SampleIndexBuilder) throws -> [Frame] {
    switch source {
    case .matlab(let path):
      let scenes = try open(path).texts("scenes")
      guard !scenes.isEmpty else {
        throw Diagnostic(
          path, "'scenes' is empty", mend: "take nyu_depth_v2_labeled.mat, and not a part of it")
      }
      let file = DataFile(name: String(FileName.last(path)), path: path)
      return scenes.enumerated().map { row, scene in
        Frame(
          number: row + 1, scene: scene,
          parts: Self.arrays.mapValues { RecordingPart(file: file, row: row, array: $0) })
      }
    case .folder(let path): return try pictures(in: path, &builder)
    }
  }

  private func pictures(
    in root: String, _ builder: inout SampleIndexBuilder
  ) throws -> [Frame] {
    var frames: [Int: Frame] = [:]
    let wanted = Set(parts.compactMap(\.fileColumn) + ["label"])
    for name in Self.arrays.keys.sorted() where wanted.contains(name) {
      let walk = try FolderWalk("\(root)/\(name)")
      for (reason, count) in walk.leftOut { builder.leaveOut(reason, count) }
      for picture in walk.names {
        let (stem, type) = FileName.divided(picture)
        guard Self.pictureTypes.contains(type), stem.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
          let number = Int(stem)
        else {
          builder.leaveOut("no picture with the number of a frame")
          continue
        }
        let file = DataFile(name: "\(name)/\(picture)", path: "\(root)/\(name)/\(picture)")
        guard number >= 1 else {
          try builder.add(
            Diagnostic(
              file.path, "there is no frame 0", mend: "number frames from 1, as splits.mat does"))
          continue
        }
        if let other = frames[number, default: Frame(number: number, parts: [:])].parts.updateValue(
          RecordingPart(file: file), forKey: name)
        {
          try builder.add(
            Diagnostic(
              file.path, "frame \(number) is at '\(other.file.path)' too", mend: "remove one"))
        }
      }
    }
    // A label map by itself is no sample.
    let whole = frames.values.filter { $0.parts.keys.contains { $0 != "label" } }
    builder.leaveOut("a label map without a picture", frames.count - whole.count)
    return whole.sorted { $0.number < $1.number }
  }

  // MARK: Splits

  /// By the number of the frame.
  private func officialSplits(most: Int) throws -> [Int: String] {
    guard case .official = split.rule else { return [:] }
    guard let splits else {
      throw Diagnostic(
        "split", "the official split stands in splits.mat", mend: "add 'splits: …/splits.mat'")
    }
    let file = try open(splits)
    var result: [Int: String] = [:]
    for (name, split) in [("trainNdxs", SplitName.train), ("testNdxs", SplitName.test)] {
      for number in try file.array(name).values(as: Double.self) {
        guard let frame = Int(exactly: number), frame >= 1, isFolder || frame <= most else {
          throw Diagnostic(
            splits, "'\(name)' names frame \(Self.written(number)), where there are \(most)",
            mend: "take the splits.mat that belongs to these frames")
        }
        if let other = result.updateValue(split, forKey: frame), other != split {
          throw Diagnostic(
            splits, "frame \(frame) is in 'trainNdxs' and in 'testNdxs'",
            mend: "take the splits.mat of the official data set")
        }
      }
    }
    return result
  }

  private static func written(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? "\(number)"
  }

  /// A folder may hold some of the frames alone.
  private var isFolder: Bool { if case .folder = source { true } else { false } }

  // MARK: Classes

  /// The class of each value of a label map.
  private func mapValues() throws -> MapValues {
    var table: [UInt8?] = [MapValues.ignored]
    switch stored {
    case .all:
      guard let mapping else {
        throw Diagnostic(
          subject, "labels of 894 classes are brought to \(classes.rawValue) by classMapping40.mat",
          mend: "add 'mapping: …/classMapping40.mat'")
      }
      let classOfLabel = try open(mapping).array("mapClass").values(as: Double.self)
      for (label, number) in classOfLabel.enumerated() {
        guard let number = Int(exactly: number), (1...40).contains(number) else {
          throw Diagnostic(
            mapping,
            "label \(label + 1) belongs to class \(Self.written(number)), where there are 40",
            mend: "take the official classMapping40.mat")
        }
        table.append(reduced(number))
      }
      guard table.count > 1 else {
        throw Diagnostic(
          mapping, "'mapClass' is empty", mend: "take the official classMapping40.mat")
      }
    case .forty: table += (1...40).map { reduced($0) }
    case .thirteen:
      guard classes == .thirteen else {
        throw Diagnostic(
          subject, "labels of 13 classes cannot be brought to 40", mend: "write 'classes: 13'")
      }
      table += (0..<13).map { UInt8($0) }
    }
    while table.count <= 255 { table.append(nil) }
    if table[255] == nil { table[255] = MapValues.ignored }
    return MapValues(classOfValue: table)
  }

  private func reduced(_ number: Int) -> UInt8 {
    classes == .forty ? UInt8(number - 1) : UInt8(Self.thirteenOfForty[number - 1] - 1)
  }

  /// Names of the classes in the order of their numbers.
  public static func names(of classes: Classes) -> [String] {
    classes == .forty ? fortyNames : thirteenNames
  }

  private static let fortyNames = [
    "wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf",
    "picture", "counter", "blinds", "desk", "shelves", "curtain", "dresser", "pillow", "mirror",
    "floor mat", "clothes", "ceiling", "books", "refridgerator", "television", "paper", "towel",
    "shower curtain", "box", "whiteboard", "person", "night stand", "toilet", "sink", "lamp",
    "bathtub", "bag", "otherstructure", "otherfurniture", "otherprop",
  ]

  private static let thirteenNames = [
    "bed", "books", "ceiling", "chair", "floor", "furniture", "objects", "picture", "sofa", "table",
    "tv", "wall", "window",
  ]

  /// `classMapping13.labels13` of class13Mapping.mat.
  static let thirteenOfForty = [
    12, 5, 6, 1, 4, 9, 10, 12, 13, 6, 8, 6, 13, 10, 6, 13, 6, 7, 7, 5, 7, 3, 2, 6, 11, 7, 7, 7, 7,
    7, 7, 6, 7, 7, 7, 7, 7, 7, 6, 7,
  ]
}
