import Alignment
import Arrays
import Dataflow
import Diagnostics
import Shards

/// The fields of labels of a split, open or sealed, that an alignment carries along.
struct LabelFields: Sendable {
  enum Kind: Sendable, CaseIterable {
    case single, multiple, map, values

    /// Open for D_l alone.
    func path(_ split: Split) -> String {
      switch self {
      case .single: split == .labelled ? StandardField.label : StandardField.truth
      case .multiple: split == .labelled ? StandardField.labels : StandardField.truths
      case .map: split == .labelled ? StandardField.labelMap : StandardField.truthMap
      case .values: split == .labelled ? StandardField.value : StandardField.trueValue
      }
    }

    var type: ElementType {
      switch self {
      case .single: .int32
      case .multiple, .map: .uint8
      case .values: .float32
      }
    }
  }

  let split: Split
  private(set) var kinds: [Kind] = []
  /// Bytes of one sample of each kind.
  fileprivate private(set) var sizes: [Int] = []
  /// Of values; `nil` where none is known.
  private(set) var units: [String]?
  /// Of the maps that come in.
  private(set) var mapSize: PictureSize?
  private var outputMapSize: PictureSize?
  /// What label maps are looked through for; `nil` where they stay maps.
  fileprivate private(set) var presence: ClassPresence?

  /// - Throws: `Diagnostic` when inputs differ in the shape of their labels.
  init(_ sources: [Output], _ references: [StageReference], _ split: Split) throws {
    self.split = split
    for kind in Kind.allCases {
      var known: (shape: [Int?], reference: StageReference)?
      for (source, reference) in zip(sources, references) {
        let fields = try source.fields(of: split.rawValue)
        guard let field = fields.first(where: { $0.path == kind.path(split) }) else { continue }
        if kind == .values, let units, units != source.manifest.units {
          throw Diagnostic(
            "input '\(reference)'", "its values have other units than those of an input before",
            mend: "give both the same 'unit'")
        }
        if kind == .values { units = source.manifest.units }
        if let known, known.shape != field.shape {
          throw Diagnostic(
            "input '\(reference)'",
            "its labels have another shape than those of '\(known.reference)'",
            mend: "give both the same classes, and label maps of one size")
        }
        known = known ?? (field.shape, reference)
      }
      guard let shape = known?.shape.compactMap(\.self) else { continue }
      kinds.append(kind)
      sizes.append(shape.reduce(kind.type.size, *))
      if kind == .map, shape.count == 2 {
        mapSize = PictureSize(height: shape[0], width: shape[1])
        outputMapSize = mapSize
      }
    }
  }

  /// Label maps come out as lists of what is in them.
  ///
  /// - Throws: `Diagnostic` where there are lists already.
  mutating func look(for presence: ClassPresence?) throws {
    guard let presence, kinds.contains(.map) else { return }
    guard !kinds.contains(.multiple) else {
      throw Diagnostic(
        "labels", "the \(split.rawValue) samples have lists of classes already, beside their maps",
        mend: "remove 'labels' from the align stage")
    }
    self.presence = presence
  }

  /// As which a kind comes out.
  private func output(_ kind: Kind) -> Kind {
    kind == .map && presence != nil ? .multiple : kind
  }

  /// Label maps come out in another size.
  mutating func resize(to size: PictureSize) { outputMapSize = size }

  func fields(classes: [String]) -> [FieldDescription] {
    kinds.compactMap { kind in
      switch output(kind) {
      case .single: StandardField.labelField(split, classes: classes)
      case .multiple: StandardField.labelsField(split, classes: classes)
      case .values: StandardField.valueField(split, names: classes, units: units)
      case .map:
        outputMapSize.map {
          StandardField.labelMapField(
            split, size: (height: $0.height, width: $0.width), classes: classes)
        }
      }
    }
  }

  /// The labels of some samples, for a shard.
  func columns(_ labels: [CarriedLabels]) -> [String: Column] {
    var columns: [String: Column] = [:]
    for (place, kind) in kinds.enumerated() {
      let bytes = labels.flatMap { $0.bytes(place) }
      columns[output(kind).path(split)] = Column(.numbers(kind.type, bytes), count: labels.count)
    }
    return columns
  }
}

/// The labels of one sample, open or sealed, carried along unseen: nothing can be done with them but
/// to write them down again, and to bring a map to the geometry of its pictures.
struct CarriedLabels: Sendable {
  /// In the order of `LabelFields.kinds`.
  private var cells: [[UInt8]]

  /// Labels of a sample of which nobody knows any.
  init(unknown fields: LabelFields) {
    cells = zip(fields.kinds, fields.sizes).map { _, size in
      // −1 as a class, NaN as a value, and in maps and lists the mark of what nobody knows.
      [UInt8](repeating: 255, count: size)
    }
  }

  /// Takes over what another input knows and those before it did not.
  ///
  /// - Parameter found: in the order of `LabelFields.kinds`; `nil` where the input has no such field.
  mutating func add(_ found: [[UInt8]?]) {
    for (place, cell) in found.enumerated() {
      if let cell, cell.count == cells[place].count, !isKnown(place) { cells[place] = cell }
    }
  }

  private func isKnown(_ place: Int) -> Bool { cells[place].contains { $0 != 255 } }

  /// Brings the map, if there is one, to the geometry of the pictures, and makes a list of what is in
  /// it where one is asked for.
  mutating func convert(sampler: PictureSampler?, _ fields: LabelFields) {
    guard let place = fields.kinds.firstIndex(of: .map) else { return }
    if let sampler {
      let source = sampler.source
      let map = NumberArray(.uint8, cells[place], shape: [source.height, source.width])
      cells[place] = sampler.apply(to: map, at: 0).bytes
    }
    if let presence = fields.presence { cells[place] = presence.list(cells[place]) }
  }

  var byteCount: Int { cells.reduce(0) { $0 + $1.count } }

  fileprivate func bytes(_ place: Int) -> [UInt8] { cells[place] }
}
