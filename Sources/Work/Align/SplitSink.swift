import Arrays
import Crypto
import Dataflow
import Diagnostics
import Foundation
import Shards
import Stages

/// The samples of one split on their way into shards, some at a time.
struct SplitSink {
  private static let batch = 256

  private let split: Split
  private let classes: [String]?
  private let packing: PackingDescription
  private let layout: Layout
  private let labels: [CarriedLabels]
  private let writer: OutputWriter
  private var stream: SampleStream?
  private var fields: [FieldDescription] = []
  private var ids: [String] = []
  private var contents: [String] = []
  private var starts: [Double] = []
  private var stops: [Double] = []
  private var rows: [[Int?]] = []
  private var values: [String: [Float]] = [:]
  private var present: [String: [UInt8]] = [:]

  init(
    _ split: Split, layout: Layout, labels: [CarriedLabels], classes: [String]?,
    _ packing: PackingDescription, to writer: OutputWriter
  ) {
    self.split = split
    self.layout = layout
    self.labels = labels
    self.classes = classes
    self.packing = packing
    self.writer = writer
  }

  /// - Parameter isOnly: whether the recording gives no other sample; then its id stays as it is.
  mutating func add(
    _ piece: Windows.Piece, of record: JoinedSamples.Record, isOnly: Bool
  ) throws {
    for name in layout.names {
      if let own = piece.values[name] {
        try layout.take(own, of: name, id: record.id)
        values[name, default: []] += own
      }
      guard let width = layout.width(of: name) else {
        throw Diagnostic(
          "sample '\(record.id)'",
          "modality '\(name)' is missing in the first sample, so that its length is not known",
          mend: "cut series into windows: 'window: {length: SECONDS}'")
      }
      // Zeros where the modality is missing or the last window too short.
      let lacking = (ids.count + 1) * width - (values[name]?.count ?? 0)
      if lacking > 0 { values[name, default: []] += [Float](repeating: 0, count: lacking) }
      present[name, default: []].append(piece.values[name] == nil ? 0 : 1)
    }
    let suffix = isOnly ? "" : "#\(piece.number)"
    ids.append(record.id + suffix)
    contents.append(Self.content(record.content, suffix))
    starts.append(piece.start)
    stops.append(piece.stop)
    rows.append(record.rows)
    if ids.count == Self.batch { try flush() }
  }

  mutating func close() throws {
    if !ids.isEmpty { try flush() }
    try stream?.close()
  }

  /// One input's hash stays; of several inputs or windows it is a hash of the hashes.
  private static func content(_ joined: String, _ suffix: String) -> String {
    if joined.count == 32, suffix.isEmpty { return joined }
    let digest = SHA256.hash(data: Data((joined + suffix).utf8))
    return digest.prefix(16).map { String(format: "%02x", $0) }.joined()
  }

  private mutating func flush() throws {
    if stream == nil {
      fields = description()
      stream = try writer.stream(
        split.rawValue, fields: fields,
        compression: Compression(rawValue: packing.compression.rawValue) ?? .zstd)
    }
    var columns = [
      StandardField.id: Column(texts: ids),
      StandardField.split: Column(texts: Array(repeating: split.rawValue, count: ids.count)),
      StandardField.content: Column(texts: contents),
    ]
    if layout.hasWindows {
      columns[StandardField.start] = Column(starts, count: ids.count)
      columns[StandardField.stop] = Column(stops, count: ids.count)
    }
    for name in layout.names {
      columns[StandardField.modality(name)] = Column(values[name] ?? [], count: ids.count)
      if layout.keepsMissing {
        columns[StandardField.presence(name)] = Column(present[name] ?? [], count: ids.count)
      }
    }
    let path = split == .labelled ? StandardField.label : StandardField.truth
    if fields.contains(where: { $0.path == path }) {
      columns[path] = mergedLabels()
    }
    try stream?.append(columns)
    ids.removeAll(keepingCapacity: true)
    contents.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    stops.removeAll(keepingCapacity: true)
    rows.removeAll(keepingCapacity: true)
    for name in layout.names {
      values[name]?.removeAll(keepingCapacity: true)
      present[name]?.removeAll(keepingCapacity: true)
    }
  }

  /// The labels of the first input that has any for the sample.
  private func mergedLabels() -> Column {
    let columns = labels.enumerated().compactMap { index, carried in
      carried.column(rows.map { $0[index] })?.values(as: Int32.self)
    }
    let values = ids.indices.map { row -> Int32 in
      columns.lazy.map { $0[row] }.first { $0 >= 0 } ?? -1
    }
    return Column(values, count: ids.count)
  }

  private func description() -> [FieldDescription] {
    var fields = [
      StandardField.idField, StandardField.splitField, StandardField.contentField,
    ]
    if layout.hasWindows {
      fields += [
        FieldDescription(
          StandardField.start, .number(.float64), unit: "s",
          documentation: "Start of the window, from the start of the recording."),
        FieldDescription(
          StandardField.stop, .number(.float64), unit: "s",
          documentation: "End of the window, from the start of the recording."),
      ]
    }
    for name in layout.names {
      guard let modality = layout.description(of: name), let shape = layout.shape(of: name) else {
        continue
      }
      fields.append(
        FieldDescription(
          StandardField.modality(name), .number(.float32), shape: shape, axes: modality.axes,
          unit: layout.standardised.contains(name) ? nil : modality.unit, rate: modality.rate,
          labels: modality.columns,
          documentation: layout.standardised.contains(name)
            ? "Standardised: (x - mean) / std of each column, by the manifest's statistics." : nil,
          isShuffled: packing.byteShuffle.contains(name)))
      if layout.keepsMissing { fields.append(StandardField.presenceField(name)) }
    }
    if let classes, labels.contains(where: { !$0.isEmpty }) {
      fields.append(StandardField.labelField(split, classes: classes))
    }
    return fields
  }
}
