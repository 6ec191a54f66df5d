import Alignment
import Arrays
import Configuration
import Dataflow
import Diagnostics
import Foundation
import Shards
import Stages
import TestSupport

@testable import Work

/// Samples made up in memory, written as an ingest stage would, and aligned.
final class AlignBench: Sendable {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// One modality of an input.
  struct Modality {
    var name: String
    var type: ElementType
    /// Of one sample; `nil` first is a stream.
    var shape: [Int?]
    var axes: [String]
    var rate: Double?
    var scale: Double?
    var hasTimes: Bool

    init(
      _ name: String, _ type: ElementType, _ shape: [Int?], axes: [String] = [],
      rate: Double? = nil, scale: Double? = nil, hasTimes: Bool = false
    ) {
      self.name = name
      self.type = type
      self.shape = shape
      self.axes = axes
      self.rate = rate
      self.scale = scale
      self.hasTimes = hasTimes
    }

    var isSeries: Bool { shape.first == .some(nil) }
  }

  struct Values {
    var array: NumberArray
    var start = 0.0
    var times: [Double]?

    init(_ array: NumberArray, start: Double = 0, times: [Double]? = nil) {
      self.array = array
      self.start = start
      self.times = times
    }
  }

  struct Sample {
    var id: String
    var split = Split.unlabelled
    /// By modality.
    var values: [String: Values]
    var label: Int32?
    var map: [UInt8]?
    var classes: [UInt8]?
    var group: String?

    init(
      _ id: String, _ split: Split = .unlabelled, _ values: [String: Values], label: Int32? = nil,
      map: [UInt8]? = nil, classes: [UInt8]? = nil, group: String? = nil
    ) {
      self.id = id
      self.split = split
      self.values = values
      self.label = label
      self.map = map
      self.classes = classes
      self.group = group
    }
  }

  /// Writes an output of type `samples`.
  func write(
    _ name: String, _ modalities: [Modality], _ samples: [Sample], mapSize: [Int]? = nil,
    classes: [String]? = nil, samplesPerChunk: Int? = nil
  ) throws {
    let writer = try OutputWriter(
      folder.path(name),
      header: OutputHeader(
        pipeline: "p", stage: name, kind: "ingest", schema: "samples", fingerprint: "of-\(name)",
        tool: "test"))
    for split in Split.allCases {
      let own = samples.filter { $0.split == split }
      guard !own.isEmpty else { continue }
      var fields = [StandardField.idField, StandardField.splitField, StandardField.contentField]
      var columns = [
        StandardField.id: Column(texts: own.map(\.id)),
        StandardField.split: Column(texts: own.map { _ in split.rawValue }),
        StandardField.content: Column(
          texts: own.map { String(repeating: $0.id.last ?? "0", count: 32) }),
      ]
      if samples.contains(where: { $0.group != nil }) {
        fields.append(StandardField.groupField)
        columns[StandardField.group] = Column(texts: own.map { $0.group ?? "" })
      }
      if samples.contains(where: { $0.label != nil }) {
        let field = StandardField.labelField(split, classes: classes ?? [])
        fields.append(field)
        columns[field.path] = Column(own.map { $0.label ?? -1 }, count: own.count)
      }
      if let length = samples.compactMap(\.classes).first?.count {
        let field = StandardField.labelsField(split, classes: classes ?? [])
        fields.append(field)
        columns[field.path] = Column(
          own.flatMap { $0.classes ?? [UInt8](repeating: 255, count: length) }, count: own.count)
      }
      if let mapSize {
        let field = StandardField.labelMapField(
          split, size: (height: mapSize[0], width: mapSize[1]), classes: classes ?? [])
        fields.append(field)
        columns[field.path] = Column(
          own.flatMap { $0.map ?? [UInt8](repeating: 255, count: mapSize[0] * mapSize[1]) },
          count: own.count)
      }
      for modality in modalities {
        try add(modality, own, &fields, &columns)
      }
      let stream = try writer.stream(
        split.rawValue, fields: fields, compression: .zstd, samplesPerChunk: samplesPerChunk)
      try stream.append(columns)
      try stream.close()
    }
    _ = try writer.finish(
      classes: classes,
      modalities: modalities.map {
        ModalityDescription(
          name: $0.name, type: $0.type, shape: $0.shape, axes: $0.axes, rate: $0.rate,
          scale: $0.scale)
      }, details: .null)
  }

  private func add(
    _ modality: Modality, _ samples: [Sample], _ fields: inout [FieldDescription],
    _ columns: inout [String: Column]
  ) throws {
    let name = modality.name
    let values = samples.map { $0.values[name] }
    fields.append(
      FieldDescription(
        StandardField.modality(name), .number(modality.type), shape: modality.shape,
        axes: modality.axes, rate: modality.rate))
    fields.append(StandardField.presenceField(name))
    let size = modality.shape.compactMap(\.self).reduce(modality.type.size, *)
    columns[StandardField.modality(name)] = Column(
      .numbers(
        modality.type,
        values.flatMap {
          $0?.array.bytes ?? (modality.isSeries ? [] : [UInt8](repeating: 0, count: size))
        }), count: samples.count,
      lengths: modality.isSeries ? values.map { $0?.array.shape.first ?? 0 } : nil)
    columns[StandardField.presence(name)] = Column(
      values.map { $0 == nil ? UInt8(0) : 1 }, count: samples.count)
    if modality.isSeries {
      fields.append(
        FieldDescription(StandardField.modalityStart(name), .number(.float64), unit: "s"))
      columns[StandardField.modalityStart(name)] = Column(
        values.map { $0?.start ?? 0 }, count: samples.count)
    }
    if modality.hasTimes {
      fields.append(
        FieldDescription(
          StandardField.modalityTime(name), .number(.float64), shape: [nil], axes: ["time"],
          unit: "s"))
      columns[StandardField.modalityTime(name)] = Column(
        values.flatMap { $0?.times ?? [] }, count: samples.count,
        lengths: values.map { $0?.times?.count ?? 0 })
    }
  }

  /// Aligns inputs written before; keys as in a pipeline file, in JSON.
  func align(
    _ inputs: [String], _ keys: String = "{}", to name: String = "aligned", threads: Int = 2
  ) async throws -> Outcome {
    var value = try JSONDecoder().decode(Value.self, from: Data(keys.utf8))
    if case .object(var members) = value {
      members["from"] = .array(inputs.map { .string($0) })
      value = Filled.filled(.object(members), .object(AlignStage.keys))
    }
    let job = Job(
      pipeline: "p", stage: "aligned", kind: "align", configuration: value,
      inputs: [
        "from": inputs.map {
          Job.Input(
            reference: StageReference(stage: $0), type: .samples, directory: folder.path($0),
            fingerprint: "of-\($0)", variants: [])
        }
      ], fingerprint: "of-\(name)", outputDirectory: folder.path(name), threads: threads,
      device: "cpu", toolVersion: "test")
    let events = Events()
    do {
      try await standardWork.run(job) { events.add($0) }
    } catch {
      events.add(.failed(Diagnostic.all(of: error, subject: "stage 'aligned'")))
    }
    return Outcome(directory: job.outputDirectory, events: events.all)
  }

  struct Outcome: Sendable {
    var directory: String
    var events: [WorkerEvent]

    var output: Output { get throws { try Output(opening: directory) } }

    var failures: [Diagnostic] {
      events.flatMap { if case .failed(let list) = $0 { list } else { [Diagnostic]() } }
    }
    var warnings: [String] {
      events.compactMap { if case .warning(let found) = $0 { found.message } else { nil } }
    }

    var report: AlignmentReport {
      get throws {
        let details = try output.manifest.details
        return try (details["alignment"] ?? .null).decode(AlignmentReport.self)
      }
    }

    /// A modality's values of one split, by id, as bytes.
    func values(_ modality: String, of split: Split = .unlabelled) throws -> [String: [UInt8]] {
      try cells(StandardField.modality(modality), of: split)
    }

    func valid(_ modality: String, of split: Split = .unlabelled) throws -> [String: [UInt8]] {
      try cells(StandardField.validity(modality), of: split)
    }

    /// The bytes of one field, by id.
    func cells(_ path: String, of split: Split = .unlabelled) throws -> [String: [UInt8]] {
      let columns = try output.readAll(
        [StandardField.id, path], of: split.rawValue, options: ReadOptions(includesSealed: true))
      let ids = columns[StandardField.id]?.texts ?? []
      let bytes = columns[path]?.bytes ?? []
      let size = bytes.count / max(1, ids.count)
      return Dictionary(
        uniqueKeysWithValues: ids.enumerated().map { index, id in
          (id, Array(bytes[(index * size)..<((index + 1) * size)]))
        })
    }

    func ids(_ split: Split = .unlabelled) throws -> [String] {
      try output.readAll([StandardField.id], of: split.rawValue)[StandardField.id]?.texts ?? []
    }
  }

  /// `@unchecked Sendable`: every access holds `lock`.
  private final class Events: @unchecked Sendable {
    private let lock = NSLock()
    private var list: [WorkerEvent] = []
    func add(_ event: WorkerEvent) { lock.withLock { list.append(event) } }
    var all: [WorkerEvent] { lock.withLock { list } }
  }
}

/// Fills defaults in, as the checker of pipeline files does.
private enum Filled {
  static func filled(_ value: Value, _ shape: Shape) -> Value {
    switch (shape, value) {
    case (.object(let keys), .object(var members)):
      for key in keys {
        if let member = members[key.name] ?? key.defaultValue {
          members[key.name] = filled(member, key.shape)
        }
      }
      return .object(members)
    case (.map(let element), .object(let members)):
      return .object(members.mapValues { filled($0, element) })
    case (.list(let element, _), .array(let items)):
      return .array(items.map { filled($0, element) })
    case (.either(let shapes), .object):
      let mapping = shapes.first { if case .object = $0 { true } else { false } }
      return mapping.map { filled(value, $0) } ?? value
    default: return value
    }
  }
}
