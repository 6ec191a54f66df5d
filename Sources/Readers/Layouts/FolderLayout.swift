import Diagnostics

/// One folder for each class, with a file for each sample: `dog/0001.wav`, `cat/at home/7.wav`.
///
/// The id of a sample is the path of its file below the root, without the extension; several
/// modalities are several roots in which samples have the same paths.
public struct FolderLayout: RecordingLayout {
  public struct Root: Sendable, Hashable {
    /// What parts ask for.
    public var name: String
    public var path: String
    /// In small letters, without the point; all when `nil`.
    public var extensions: [String]?

    public init(_ name: String, _ path: String, extensions: [String]? = nil) {
      self.name = name
      self.path = path
      self.extensions = extensions
    }
  }

  /// What the folders below a root mean.
  public enum Labels: Sendable, Hashable {
    /// The first one is the class.
    case folders
    /// Nothing; a root holds a map with the class of each pixel.
    case map(RequestedPart, MapValues)
  }

  public var roots: [Root]
  public var labels: Labels
  public var classes: [String]?
  public var split: RecordingSplit
  public var parts: [RequestedPart]

  /// The one thing that recordings may be grouped by: the folders between class and file.
  public static let grouping = "folder"

  /// - Parameters:
  ///   - classes: the class list in its order; the sorted names of the folders when absent.
  ///   - split: with the rule `official`, the first folder below the root is the split: `train`,
  ///     `test`, `labelled`, `unlabelled`.
  public init(
    _ roots: [Root], labels: Labels = .folders, classes: [String]? = nil, split: RecordingSplit,
    parts: [RequestedPart]
  ) {
    self.roots = roots
    self.labels = labels
    self.classes = classes
    self.split = split
    self.parts = parts
  }

  private var isMapped: Bool { if case .map = labels { true } else { false } }

  private var isOfficial: Bool { if case .official = split.rule { true } else { false } }

  private var isGrouped: Bool {
    if case .groups = split.rule { true } else { split.isByGroup }
  }

  public func list() throws -> RecordingSet {
    let tables = try RequestedTables(reading: parts)
    var map: RequestedPart?
    var values: MapValues?
    if case .map(let request, let found) = labels { (map, values) = (request, found) }
    var builder = SampleIndexBuilder(
      subject: roots.map(\.path).joined(separator: ", "), classes: classes,
      labelColumn: isMapped ? map?.fileColumn : "the folders' names",
      labelling: isMapped ? .map : .single, groupColumn: isGrouped ? Self.grouping : nil)
    var files: [[String: DataFile]] = []
    for (place, root) in roots.enumerated() { files.append(try read(root, place, &builder)) }

    // A label map by itself is no sample.
    let mapRoot = roots.firstIndex { $0.name == map?.fileColumn }
    let stems = naturallySorted(
      Set(files.indices.filter { $0 != mapRoot }.flatMap { files[$0].keys }))
    if let mapRoot {
      builder.leaveOut(
        "a label map without a sample", files[mapRoot].keys.count { !Set(stems).contains($0) })
    }
    var rows: [[RecordingPart?]] = []
    var maps: [RecordingPart?] = []
    func part(_ request: RequestedPart, _ place: Int?, _ stem: String) -> RecordingPart? {
      if let place, let row = tables.part(place, of: stem) { return row }
      guard let root = roots.firstIndex(where: { $0.name == request.fileColumn }) else {
        return nil
      }
      return files[root][stem].map { RecordingPart(file: $0, array: request.array) }
    }
    for stem in stems {
      let found = parts.indices.map { part(parts[$0], $0, stem) }
      var sample = SampleIndexBuilder.Row(
        id: stem,
        location: SourceLocation(file: files.lazy.compactMap { $0[stem] }.first?.path ?? stem))
      read(stem, into: &sample)
      if let map {
        maps.append(part(map, nil, stem))
        sample.hasLabelMap = maps.last.flatMap { $0 } != nil
      }
      try builder.add(sample)
      rows.append(found)
    }
    guard !rows.isEmpty else {
      throw Diagnostic(
        roots.map(\.path).joined(separator: ", "), "there are no samples",
        mend: builder.leftOut.isEmpty
          ? "a sample is a file in a folder that is named as its class"
          : builder.leftOut.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            .joined(separator: "; "))
    }
    let index = try builder.finish(split.rule, isByGroup: split.isByGroup)
    try tables.refuseStrangers(to: index.entries.map(\.id))
    return RecordingSet(index: index, parts: rows, labelMaps: maps, mapValues: values)
  }

  /// The files of a root by the ids of their samples.
  private func read(
    _ root: Root, _ place: Int, _ builder: inout SampleIndexBuilder
  ) throws -> [String: DataFile] {
    let walk = try FolderWalk(root.path)
    for (reason, count) in walk.leftOut { builder.leaveOut(reason, count) }
    let depth = (isOfficial ? 1 : 0) + (isMapped ? 0 : 1)
    var files: [String: DataFile] = [:]
    for name in walk.names {
      let (stem, type) = FileName.divided(name)
      if let extensions = root.extensions, !extensions.contains(type) {
        builder.leaveOut("another extension")
        continue
      }
      let folders = name.utf8.count { $0 == UInt8(ascii: "/") }
      let isUnlabelled = isOfficial && stem.hasPrefix("\(SplitName.unlabelled)/")
      guard folders >= (isUnlabelled ? 1 : depth) else {
        builder.leaveOut("not in the folder of a class")
        continue
      }
      let file = DataFile(
        name: roots.count > 1 ? "\(root.name)/\(name)" : name, path: "\(root.path)/\(name)")
      if let other = files.updateValue(file, forKey: stem) {
        try builder.add(
          Diagnostic(
            file.path,
            "'\(FileName.last(other.name))' beside it has the same name but for its "
              + "extension", mend: "say which is meant with 'extensions'"))
      }
    }
    return files
  }

  /// Class, split and group, as the folders on the way to the file say.
  private func read(_ stem: String, into sample: inout SampleIndexBuilder.Row) {
    var folders = stem.split(separator: "/").dropLast()
    if isOfficial, let first = folders.popFirst() {
      sample.official = String(first)
      if first != SplitName.train, !SplitName.all.contains(String(first)) { sample.official = nil }
    }
    if !isMapped, let first = folders.popFirst() { sample.label = String(first) }
    if isGrouped, !folders.isEmpty { sample.group = folders.joined(separator: "/") }
  }
}
