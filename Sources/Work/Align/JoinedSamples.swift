import Arrays
import Configuration
import Dataflow
import Diagnostics
import Shards

/// Samples of several outputs, put side by side by id, a few of them in memory at a time.
///
/// Inputs bring other modalities of the same samples, or other samples with the same modalities.
/// All ids are read first. The samples come in one order that keeps that of every input as far as
/// inputs agree: those of the first, and what another adds after the sample that stands before it
/// there. An input whose samples are in that order is streamed beside the others; one whose samples
/// are not is copied into a file first and read from there by row.
struct JoinedSamples: Sendable {
  struct Modality: Sendable {
    var description: ModalityDescription
    /// Which inputs have it; several where each brings samples of its own.
    var sources: Set<Int>
    /// Whether every step has a time stamp of its own.
    var hasTimes: Bool
  }

  /// The values of one modality of a sample as they were read.
  struct Recording: Sendable {
    /// `[time, …]` of a stream.
    var array: NumberArray
    /// s; one for each step.
    var times: [Double]?
    /// Time of the first step, s.
    var start: Double

    var byteCount: Int { array.bytes.count + (times?.count ?? 0) * 8 }
  }

  /// One sample of all inputs.
  struct Record: Sendable {
    var id: String
    /// Hash over the values of all inputs.
    var content: String
    var group: String?
    /// In the order of `modalities`; `nil` where the sample lacks it.
    var recordings: [Recording?]
    var labels: CarriedLabels

    var byteCount: Int { recordings.reduce(labels.byteCount) { $0 + ($1?.byteCount ?? 0) } }
  }

  /// The samples of a split: which row of each input belongs to which id.
  private struct Order: Sendable {
    var ids: [String] = []
    /// By input, then by sample; −1 where the input lacks it.
    var rows: [[Int]] = []
  }

  let sources: [Output]
  let references: [StageReference]
  let modalities: [Modality]
  let classes: [String]?
  /// Of the values of a regression; `nil` where none is known.
  var units: [String]? { sources.lazy.compactMap(\.manifest.units).first }
  /// What networks answer of the samples: that of the first input that has labels.
  let task: LearningTask?
  /// Whether samples belong to groups.
  let hasGroups: Bool
  private var orders: [Split: Order] = [:]

  /// - Parameter wanted: modalities to keep; `nil` means all.
  init(_ inputs: [Job.Input], keeping wanted: [String]?) throws {
    references = inputs.map(\.reference)
    sources = try inputs.map {
      try Output(opening: $0.directory, schema: PortType.samples.rawValue)
    }
    let all = try Self.modalities(of: sources, references)
    modalities =
      try wanted?.map { name in
        guard let modality = all.first(where: { $0.description.name == name }) else {
          throw Diagnostic(
            "modality '\(name)'", "none of the inputs has it",
            mend: Suggestions.mend(name, among: all.map(\.description.name), called: "modalities"))
        }
        return modality
      } ?? all
    classes = try Self.classes(sources, references)
    task = sources.lazy.compactMap(\.manifest.task).first
    hasGroups = try sources.contains {
      try Self.paths(of: $0).contains(StandardField.group)
    }
    orders = try order()
  }

  func count(_ split: Split) -> Int { orders[split]?.ids.count ?? 0 }

  /// Every modality once; where several inputs have it, in one form.
  private static func modalities(
    of sources: [Output], _ references: [StageReference]
  ) throws -> [Modality] {
    var all: [Modality] = []
    for (index, output) in sources.enumerated() {
      let paths = try Self.paths(of: output)
      for description in output.manifest.modalities {
        let hasTimes = paths.contains(StandardField.modalityTime(description.name))
        guard let known = all.firstIndex(where: { $0.description.name == description.name }) else {
          all.append(Modality(description: description, sources: [index], hasTimes: hasTimes))
          continue
        }
        guard all[known].description == description, all[known].hasTimes == hasTimes else {
          throw Diagnostic(
            "modality '\(description.name)'",
            "it has another form in '\(references[index])' than in "
              + "'\(references[all[known].sources.min() ?? 0])': type, shape, rate or unit differ",
            mend: "describe it alike in both ingest stages, or give it another name in one")
        }
        all[known].sources.insert(index)
      }
    }
    return all
  }

  /// Fields of any split.
  private static func paths(of output: Output) throws -> Set<String> {
    try output.streams.reduce(into: []) {
      $0.formUnion(try output.fields(of: $1).map(\.path))
    }
  }

  private static func classes(
    _ sources: [Output], _ references: [StageReference]
  ) throws -> [String]? {
    var known: (classes: [String], reference: StageReference)?
    for (output, reference) in zip(sources, references) {
      guard let classes = output.manifest.classes else { continue }
      if let known, known.classes != classes {
        throw Diagnostic(
          "input '\(reference)'",
          "its classes are \(classes.joined(separator: ", ")); those of '\(known.reference)' are "
            + known.classes.joined(separator: ", "),
          mend: "give both the same 'classes' in the same order")
      }
      known = known ?? (classes, reference)
    }
    return known?.classes
  }

  // MARK: Order

  /// - Throws: `Diagnostic` when one sample is in different splits of different inputs, or twice in
  ///   one.
  private func order() throws -> [Split: Order] {
    var places: [String: (split: Split, source: Int)] = [:]
    var orders: [Split: Order] = [:]
    var ids: [Split: [[String]]] = [:]
    for (index, output) in sources.enumerated() {
      for split in Split.allCases {
        let own =
          output.count(of: split.rawValue) == 0
          ? []
          : try output.readAll([StandardField.id], of: split.rawValue)[StandardField.id]?.texts
            ?? []
        ids[split, default: []].append(own)
        for id in own {
          if let place = places[id], place.split != split || place.source == index {
            throw Self.fault(id, place, (split, index), references)
          }
          places[id] = (split, index)
        }
      }
    }
    for (split, ids) in ids {
      let merged = Self.merged(ids)
      let rows = ids.map { own in
        let rows = Dictionary(own.enumerated().map { ($1, $0) }, uniquingKeysWith: { $1 })
        return merged.map { rows[$0] ?? -1 }
      }
      orders[split] = Order(ids: merged, rows: rows)
    }
    return orders
  }

  private static func fault(
    _ id: String, _ first: (split: Split, source: Int), _ second: (split: Split, source: Int),
    _ references: [StageReference]
  ) -> Diagnostic {
    guard first.split != second.split else {
      return Diagnostic(
        "sample '\(id)'", "it is twice in '\(references[second.source])'",
        mend: "give every sample an id of its own")
    }
    return Diagnostic(
      "sample '\(id)'",
      "it is \(first.split.rawValue) in '\(references[first.source])' and "
        + "\(second.split.rawValue) in '\(references[second.source])'",
      mend: "split both ingest stages by the same files, or by the same column")
  }

  /// One order of all ids: what a later list adds stands after what stands before it there.
  static func merged(_ lists: [[String]]) -> [String] {
    var merged = lists.first ?? []
    for list in lists.dropFirst() {
      let known = Set(merged)
      var added: [String?: [String]] = [:]
      var anchor: String?
      for id in list {
        if known.contains(id) { anchor = id } else { added[anchor, default: []].append(id) }
      }
      guard !added.isEmpty else { continue }
      merged = (added[nil] ?? []) + merged.flatMap { [$0] + (added[$0] ?? []) }
    }
    return merged
  }

  /// The samples of a split, one after the other.
  ///
  /// - Parameters:
  ///   - folder: where inputs in another order are copied to.
  ///   - copied: called with the rows of such an input that are there, and all of them.
  func read(
    _ split: Split, threads: Int, spillingTo folder: String,
    copied: (Int, Int) -> Void = { _, _ in }
  ) throws -> Reader {
    try Reader(self, split, threads: threads, folder, copied)
  }

  /// Reads the samples of a split in their order; for one thread at a time.
  final class Reader {
    let labels: LabelFields
    private let modalities: [Modality]
    private let order: Order
    private let references: [StageReference]
    private var next = 0
    /// By input; `nil` where it has no sample of the split.
    private var inputs: [Input?]

    private struct Input {
      var rows: any SampleRows
      var id: Int
      var content: Int?
      var group: Int?
      /// In the order of the modalities that this input has.
      var modalities: [ModalityFields]
      /// In the order of `LabelFields.kinds`.
      var labels: [Int?]
    }

    /// Which of the fields that are read belong to a modality.
    private struct ModalityFields {
      var modality: Int
      var data: Int
      var present: Int?
      var start: Int?
      var times: Int?
    }

    fileprivate init(
      _ joined: JoinedSamples, _ split: Split, threads: Int, _ folder: String,
      _ copied: (Int, Int) -> Void
    ) throws {
      labels = try LabelFields(joined.sources, joined.references, split)
      modalities = joined.modalities
      references = joined.references
      order = joined.orders[split] ?? Order()
      inputs = []
      for (index, output) in joined.sources.enumerated() {
        guard output.count(of: split.rawValue) > 0 else {
          inputs.append(nil)
          continue
        }
        let known = Set(try output.fields(of: split.rawValue).map(\.path))
        var paths: [String] = []
        func field(_ path: String) -> Int? {
          guard known.contains(path) else { return nil }
          paths.append(path)
          return paths.count - 1
        }
        guard let id = field(StandardField.id) else {
          throw Diagnostic(output.directory, "its samples have no ids")
        }
        let content = field(StandardField.content)
        let group = field(StandardField.group)
        let fields = try modalities.enumerated().compactMap { number, modality in
          guard modality.sources.contains(index) else { return ModalityFields?.none }
          let name = modality.description.name
          guard let data = field(StandardField.modality(name)) else {
            throw Diagnostic(output.directory, "its shards lack the modality '\(name)'")
          }
          return ModalityFields(
            modality: number, data: data, present: field(StandardField.presence(name)),
            start: field(StandardField.modalityStart(name)),
            times: field(StandardField.modalityTime(name)))
        }
        let carried = labels.kinds.map { field($0.path(split)) }
        let streamed = try StreamedRows(output, of: split.rawValue, paths, threads: threads)
        let rows = order.rows[index].filter { $0 >= 0 }
        let isInOrder = zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }
        inputs.append(
          Input(
            rows: isInOrder
              ? streamed
              : try SpilledRows(
                streamed, count: rows.count, fields: paths.count, in: folder,
                progress: { copied($0, rows.count) }),
            id: id, content: content, group: group, modalities: fields, labels: carried))
      }
    }

    /// `nil` after the last one.
    func sample() throws -> Record? {
      guard next < order.ids.count else { return nil }
      defer { next += 1 }
      var record = Record(
        id: order.ids[next], content: "", group: nil,
        recordings: Array(repeating: nil, count: modalities.count),
        labels: CarriedLabels(unknown: labels))
      for (index, input) in inputs.enumerated() {
        guard let input, order.rows[index][next] >= 0 else { continue }
        let cells = try input.rows.sample(order.rows[index][next])
        if let content = input.content { record.content += cells.text(content) }
        if let group = input.group { try add(cells.text(group), index, to: &record) }
        record.labels.add(input.labels.map { place in place.map { cells.cells[$0] } })
        for fields in input.modalities {
          guard let own = try recording(fields, cells, record.id) else { continue }
          guard record.recordings[fields.modality] == nil else {
            throw Diagnostic(
              "sample '\(record.id)'",
              "it has the modality '\(modalities[fields.modality].description.name)' in "
                + "'\(references[index])' and in an input before",
              mend: "give the modality another name in one of the ingest stages")
          }
          record.recordings[fields.modality] = own
        }
      }
      return record
    }

    private func add(_ group: String, _ index: Int, to record: inout Record) throws {
      guard !group.isEmpty else { return }
      if let known = record.group, known != group {
        throw Diagnostic(
          "sample '\(record.id)'",
          "it belongs to the group '\(group)' in '\(references[index])' and to '\(known)' before",
          mend: "give both ingest stages the same groups")
      }
      record.group = group
    }

    /// The values of a modality; `nil` where it is missing, or has no step.
    private func recording(
      _ fields: ModalityFields, _ cells: SampleCells, _ id: String
    ) throws -> Recording? {
      let description = modalities[fields.modality].description
      if let present = fields.present, cells.cells[present].first == 0 { return nil }
      let bytes = cells.cells[fields.data]
      let row = description.shape.compactMap(\.self).reduce(description.type.size, *)
      var shape = description.shape.compactMap(\.self)
      if description.shape.first == .some(nil) { shape.insert(bytes.count / max(1, row), at: 0) }
      guard bytes.count == shape.reduce(description.type.size, *) else {
        throw Diagnostic(
          "sample '\(id)'",
          "modality '\(description.name)' has \(bytes.count) bytes, which is no whole step",
          mend: "rerun the ingest stage with --force")
      }
      if shape.first == 0 { return nil }
      var recording = Recording(
        array: NumberArray(description.type, bytes, shape: shape), times: nil, start: 0)
      if let start = fields.start {
        recording.start = Self.numbers(cells.cells[start]).first ?? 0
      }
      if let times = fields.times {
        let stamps = Self.numbers(cells.cells[times])
        guard stamps.count == shape.first else {
          throw Diagnostic(
            "sample '\(id)'",
            "modality '\(description.name)' has \(shape.first ?? 0) steps and \(stamps.count) time "
              + "stamps",
            mend: "rerun the ingest stage with --force")
        }
        recording.times = stamps
      }
      return recording
    }

    private static func numbers(_ bytes: [UInt8]) -> [Double] {
      ElementConversion.values(of: bytes, .float64, as: Double.self)
    }
  }
}
