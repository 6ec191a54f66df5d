import Arrays
import Dataflow
import Diagnostics
import Readers
import Shards
import Stages

/// The shards of all splits under way, filled some samples at a time.
struct IngestedShards {
  /// Samples of a split that wait until there are enough of them to be worth a write.
  private struct Pending {
    var records: [SampleRecord] = []
    var contents: [String] = []
    var bytes = 0
  }

  private static let samplesAtOnce = 64
  private static let bytesAtOnce = 8 << 20

  private let forms: [ModalityForm]
  private let classes: [String]
  /// Of the values that samples are labelled with.
  private let units: [String]?
  private let labelling: SampleIndex.Labelling
  /// Of the label maps, where there are any.
  private let mapSize: (height: Int, width: Int)?
  private let hasGroups: Bool
  private var pending: [Split: Pending] = [:]
  private var streams: [Split: SampleStream] = [:]

  /// Opens a stream for each split that has samples.
  init(
    _ forms: [ModalityForm], _ index: SampleIndex, mapSize: (height: Int, width: Int)?,
    units: [String]?, _ packing: PackingDescription, _ writer: OutputWriter
  ) throws {
    self.forms = forms
    self.mapSize = mapSize
    self.units = units
    classes = index.classes
    labelling = index.labelling
    hasGroups = index.entries.contains { $0.group != nil }
    for split in Split.allCases where index.count(of: split.rawValue) > 0 {
      streams[split] = try writer.stream(
        split.rawValue, fields: fields(split, packing),
        compression: Compression(rawValue: packing.compression.rawValue) ?? .zstd)
    }
  }

  /// Goes on after the whole shards of an earlier attempt.
  ///
  /// - Returns: id and content of the samples that are in them, in their order.
  func resume() throws -> [(split: Split, id: String, content: String)] {
    try Split.allCases.flatMap { split -> [(split: Split, id: String, content: String)] in
      guard let stream = streams[split], try stream.resume() > 0 else { return [] }
      let columns = try stream.resumed(reading: [StandardField.id, StandardField.content])
      return zip(
        columns[StandardField.id]?.texts ?? [], columns[StandardField.content]?.texts ?? []
      ).map { (split, $0, $1) }
    }
  }

  mutating func add(_ record: SampleRecord, content: String) throws {
    guard let split = Split(rawValue: record.entry.split) else { return }
    var waiting = pending.removeValue(forKey: split) ?? Pending()
    waiting.records.append(record)
    waiting.contents.append(content)
    waiting.bytes +=
      record.modalities.reduce(0) { $0 + ($1?.array.bytes.count ?? 0) }
      + (record.labelMap?.bytes.count ?? 0)
    if waiting.records.count == Self.samplesAtOnce || waiting.bytes >= Self.bytesAtOnce {
      try write(waiting, split)
    } else {
      pending[split] = waiting
    }
  }

  /// Writes what waits, and gives the last shards their names.
  mutating func close() throws {
    for split in Split.allCases {
      if let waiting = pending.removeValue(forKey: split) { try write(waiting, split) }
      try streams[split]?.close()
    }
  }

  // MARK: Columns

  private func write(_ batch: Pending, _ split: Split) throws {
    let count = batch.records.count
    var columns = [
      StandardField.id: Column(texts: batch.records.map(\.entry.id)),
      StandardField.split: Column(texts: Array(repeating: split.rawValue, count: count)),
      StandardField.content: Column(texts: batch.contents),
    ]
    if hasGroups {
      columns[StandardField.group] = Column(texts: batch.records.map { $0.entry.group ?? "" })
    }
    for (place, form) in forms.enumerated() {
      let values = batch.records.map { $0.modalities[place] }
      columns[StandardField.presence(form.name)] = Column(
        values.map { $0 == nil ? UInt8(0) : 1 }, count: count)
      columns[StandardField.modality(form.name)] = Self.column(values, form)
      if form.isSeries {
        columns[StandardField.modalityStart(form.name)] = Column(
          values.map { $0?.start ?? 0 }, count: count)
      }
      if form.hasTimes {
        columns[StandardField.modalityTime(form.name)] = Column(
          values.flatMap { $0?.times ?? [] }, count: count,
          lengths: values.map { $0?.times?.count ?? 0 })
      }
    }
    columns.merge(labels(batch.records, split)) { $1 }
    try streams[split]?.append(columns)
  }

  private static func column(_ values: [SampleRecord.Values?], _ form: ModalityForm) -> Column {
    let width = form.shape.compactMap(\.self).reduce(form.type.size, *)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.reduce(0) { $0 + ($1?.array.bytes.count ?? 0) })
    for value in values {
      if let value {
        bytes += value.array.bytes
      } else if !form.isSeries {
        bytes += [UInt8](repeating: 0, count: width)
      }
    }
    return Column(
      .numbers(form.type, bytes), count: values.count,
      lengths: form.isSeries ? values.map { $0.map { $0.array.shape.first ?? 0 } ?? 0 } : nil)
  }

  private func labels(_ records: [SampleRecord], _ split: Split) -> [String: Column] {
    let isOpen = split == .labelled
    switch labelling {
    case .none: return [:]
    case .single:
      let numbers = records.map { record -> Int32 in
        if case .single(let label) = record.entry.label { Int32(label) } else { -1 }
      }
      return [
        isOpen ? StandardField.label : StandardField.truth: Column(numbers, count: records.count)
      ]
    case .multiple:
      var marks: [UInt8] = []
      for record in records {
        guard case .multiple(let labels) = record.entry.label else {
          marks += [UInt8](repeating: 255, count: classes.count)
          continue
        }
        var own = [UInt8](repeating: 0, count: classes.count)
        for label in labels { own[label] = 1 }
        marks += own
      }
      return [
        isOpen ? StandardField.labels : StandardField.truths: Column(marks, count: records.count)
      ]
    case .values:
      let numbers = records.flatMap { record -> [Float] in
        guard case .values(let values) = record.entry.label else {
          return classes.map { _ in StandardField.unknownValue }
        }
        return values.map { $0 ?? StandardField.unknownValue }
      }
      return [
        isOpen ? StandardField.value : StandardField.trueValue: Column(
          numbers, count: records.count)
      ]
    case .map:
      let size = (mapSize?.height ?? 0) * (mapSize?.width ?? 0)
      let pixels = records.flatMap {
        $0.labelMap?.bytes ?? [UInt8](repeating: 255, count: size)
      }
      return [
        isOpen ? StandardField.labelMap : StandardField.truthMap: Column(
          pixels, count: records.count)
      ]
    }
  }

  // MARK: Fields

  private func fields(_ split: Split, _ packing: PackingDescription) -> [FieldDescription] {
    var fields = [StandardField.idField, StandardField.splitField, StandardField.contentField]
    if hasGroups { fields.append(StandardField.groupField) }
    switch labelling {
    case .none: break
    case .single: fields.append(StandardField.labelField(split, classes: classes))
    case .multiple: fields.append(StandardField.labelsField(split, classes: classes))
    case .values:
      fields.append(StandardField.valueField(split, names: classes, units: units))
    case .map:
      if let mapSize {
        fields.append(StandardField.labelMapField(split, size: mapSize, classes: classes))
      }
    }
    for form in forms {
      fields.append(
        FieldDescription(
          StandardField.modality(form.name), .number(form.type), shape: form.shape,
          axes: form.axes, unit: form.unit, rate: form.rate, labels: form.columns,
          isShuffled: packing.byteShuffle.contains(form.name)))
      fields.append(StandardField.presenceField(form.name))
      if form.isSeries {
        fields.append(
          FieldDescription(
            StandardField.modalityStart(form.name), .number(.float64), unit: "s",
            documentation: "Time of the first step on the recording's clock."))
      }
      if form.hasTimes {
        fields.append(
          FieldDescription(
            StandardField.modalityTime(form.name), .number(.float64), shape: [nil],
            axes: ["time"], unit: "s",
            documentation: "Time of every step on the recording's clock."))
      }
    }
    return fields
  }
}

extension ModalityForm {
  var description: ModalityDescription {
    ModalityDescription(
      name: name, type: type, shape: shape, axes: axes, unit: unit, rate: rate, scale: scale,
      columns: columns)
  }
}
