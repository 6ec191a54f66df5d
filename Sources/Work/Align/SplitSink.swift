import Alignment
import Arrays
import Dataflow
import Diagnostics
import Shards
import Stages

/// The aligned samples of one split on their way into shards, some at a time.
///
/// Whole shards of an attempt that was cut short are kept: samples that are in them are counted and
/// not written again.
struct SplitSink {
  private static let samplesAtOnce = 256
  private static let bytesAtOnce = 8 << 20

  private let split: Split
  private let aligner: RecordAligner
  private let shapes: SampleShapes
  private let labels: LabelFields
  private let hasGroups: Bool
  private let keepsMissing: Bool
  private let fields: [FieldDescription]
  private let stream: SampleStream
  /// Ids of the samples that are there already.
  private let kept: [String]
  private var count = 0
  private var pending: [RecordAligner.Piece] = []
  private var pendingBytes = 0

  init(
    _ split: Split, _ aligner: RecordAligner, _ shapes: SampleShapes, _ labels: LabelFields,
    classes: [String], hasGroups: Bool, keepsMissing: Bool, _ packing: PackingDescription,
    to writer: OutputWriter
  ) throws {
    self.split = split
    self.aligner = aligner
    self.shapes = shapes
    self.labels = labels
    self.hasGroups = hasGroups
    self.keepsMissing = keepsMissing
    fields = Self.fields(
      aligner, shapes, labels, classes: classes, hasGroups: hasGroups, keepsMissing: keepsMissing,
      packing)
    stream = try writer.stream(
      split.rawValue, fields: fields,
      compression: Compression(rawValue: packing.compression.rawValue) ?? .zstd)
    kept =
      try stream.resume() > 0
      ? stream.resumed(reading: [StandardField.id])[StandardField.id]?.texts ?? [] : []
  }

  /// Whether the next sample after `ahead` others is there already.
  func isKept(after ahead: Int) -> Bool { count + ahead < kept.count }

  mutating func add(_ piece: RecordAligner.Piece) throws {
    if count < kept.count {
      guard kept[count] == piece.id else {
        throw Diagnostic(
          "sample '\(piece.id)'", "an earlier attempt has '\(kept[count])' in its place",
          mend: "rerun the stage with --force")
      }
      count += 1
      return
    }
    count += 1
    pending.append(piece)
    pendingBytes += shapes.sampleBytes + piece.labels.byteCount
    if pending.count == Self.samplesAtOnce || pendingBytes >= Self.bytesAtOnce { try flush() }
  }

  mutating func close() throws {
    try flush()
    try stream.close()
  }

  private mutating func flush() throws {
    guard !pending.isEmpty else { return }
    let pieces = pending
    pending = []
    pendingBytes = 0
    var columns = [
      StandardField.id: Column(texts: pieces.map(\.id)),
      StandardField.split: Column(
        texts: Array(repeating: split.rawValue, count: pieces.count)),
      StandardField.content: Column(texts: pieces.map(\.content)),
    ]
    if hasGroups { columns[StandardField.group] = Column(texts: pieces.map { $0.group ?? "" }) }
    if aligner.window != nil {
      columns[StandardField.start] = Column(pieces.map(\.start), count: pieces.count)
      columns[StandardField.stop] = Column(pieces.map(\.stop), count: pieces.count)
    }
    if aligner.hasTiles {
      columns[StandardField.top] = Column(
        pieces.map { Int32($0.tile?.top ?? 0) }, count: pieces.count)
      columns[StandardField.left] = Column(
        pieces.map { Int32($0.tile?.left ?? 0) }, count: pieces.count)
    }
    for (index, modality) in aligner.modalities.enumerated() {
      columns[StandardField.modality(modality.name)] = values(of: index, pieces)
      if keepsMissing {
        columns[StandardField.presence(modality.name)] = Column(
          pieces.map { $0.values[index] == nil ? UInt8(0) : 1 }, count: pieces.count)
      }
      if modality.canBeInvalid {
        columns[StandardField.validity(modality.name)] = Column(
          pieces.flatMap { $0.valid[index] ?? [] }, count: pieces.count)
      }
    }
    columns.merge(labels.columns(pieces.map(\.labels))) { $1 }
    try stream.append(columns)
  }

  /// Zeros where the modality is missing.
  private func values(of index: Int, _ pieces: [RecordAligner.Piece]) -> Column {
    let type = aligner.modalities[index].description.type
    let size = shapes.shapes[index].reduce(type.size, *)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size * pieces.count)
    for piece in pieces {
      if let values = piece.values[index] {
        bytes += values.bytes
      } else {
        bytes.append(contentsOf: repeatElement(0, count: size))
      }
    }
    return Column(.numbers(type, bytes), count: pieces.count)
  }

  private static func fields(
    _ aligner: RecordAligner, _ shapes: SampleShapes, _ labels: LabelFields, classes: [String],
    hasGroups: Bool, keepsMissing: Bool, _ packing: PackingDescription
  ) -> [FieldDescription] {
    var fields = [
      StandardField.idField, StandardField.splitField, StandardField.contentField,
    ]
    if hasGroups { fields.append(StandardField.groupField) }
    if aligner.window != nil {
      fields += [
        FieldDescription(
          StandardField.start, .number(.float64), unit: "s",
          documentation: "Start of the window, from the start of what the streams have in common."),
        FieldDescription(
          StandardField.stop, .number(.float64), unit: "s",
          documentation: "End of the window, from the start of what the streams have in common."),
      ]
    }
    if aligner.hasTiles {
      fields += [
        FieldDescription(
          StandardField.top, .number(.int32), unit: "pixel",
          documentation: "The first row of the tile in the whole picture."),
        FieldDescription(
          StandardField.left, .number(.int32), unit: "pixel",
          documentation: "The first column of the tile in the whole picture."),
      ]
    }
    for (index, modality) in aligner.modalities.enumerated() {
      let description = modality.description
      fields.append(
        FieldDescription(
          StandardField.modality(modality.name), .number(description.type),
          shape: shapes.shapes[index], axes: description.axes, unit: description.unit,
          rate: modality.rate(window: aligner.window?.length), labels: description.columns,
          isShuffled: packing.byteShuffle.contains(modality.name)))
      if keepsMissing { fields.append(StandardField.presenceField(modality.name)) }
      if modality.canBeInvalid, let steps = shapes.steps[index] {
        fields.append(
          FieldDescription(
            StandardField.validity(modality.name), .number(.uint8), shape: [steps],
            axes: ["time"],
            documentation: "0 where a time step is padding, or too far from any that was recorded."
          ))
      }
    }
    return fields + labels.fields(classes: classes)
  }
}
