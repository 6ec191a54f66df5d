import Arrays
import Crypto
public import Dataflow
import Diagnostics
import Foundation
import Readers
import Shards
public import Stages

/// Reads samples from outside, checks them, and writes each split into shards of its own.
public struct IngestWork: StageWork {
  public typealias Face = IngestStage

  private let configuration: IngestStage.Configuration

  public init(_ configuration: IngestStage.Configuration) { self.configuration = configuration }

  public func run(_ context: StageContext) async throws {
    let source = try configuration.reader()
    let index = try source.index()
    for warning in index.warnings { context.warn(warning) }
    guard !index.entries.isEmpty else {
      throw Diagnostic(
        "stage '\(context.job.stage)'", "the source has no sample in any split",
        mend: "look at 'source' and 'split' of the stage")
    }
    let writer = try OutputWriter(
      context.outputDirectory, header: OutputHeader(context.job, .samples))
    var overlap = OverlapCheck("stage '\(context.job.stage)'")
    var sinks = Sinks(source.modalities, index, configuration.packing, writer)
    var missing = MissingCount()
    var done = 0
    try source.read(index) { record in
      try Task.checkCancellation()
      let content = Self.content(of: record)
      overlap.add(id: record.entry.id, content: content, split: record.entry.split)
      missing.add(record, source.modalities)
      try sinks.add(record, content: content)
      done += 1
      if done % 64 == 0 || done == index.entries.count {
        context.progress("samples", done, of: index.entries.count, unit: "samples")
      }
    }
    let found = overlap.diagnostics
    let faults = found.filter { $0.severity == .error }
    guard faults.isEmpty else { throw DiagnosticList(faults) }
    for warning in found { context.warn(warning) }
    try sinks.close()
    _ = try writer.finish(
      classes: index.classes.isEmpty ? nil : index.classes,
      modalities: source.modalities.map(\.description),
      details: try JSON.details(
        Details(samples: index.entries.count, duplicates: overlap.duplicates, missing: missing)))
    let counts = Split.allCases.map { "\(index.count(of: $0.rawValue)) \($0.rawValue)" }
    context.summarise(
      "\(index.entries.count) samples: \(counts.joined(separator: ", "))"
        + (index.classes.isEmpty ? "" : "; \(index.classes.count) classes"))
    if let reasons = missing.text { context.warn(reasons) }
  }

  /// SHA-256 over the values of all modalities in their order, the first 32 hex digits.
  private static func content(of record: SampleRecord) -> String {
    var hash = SHA256()
    for values in record.modalities {
      // The count keeps modalities apart: [1], [2, 3] is not [1, 2], [3].
      var count = UInt64(values?.values.count ?? 0).littleEndian
      withUnsafeBytes(of: &count) { hash.update(bufferPointer: $0) }
      values?.values.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    return hash.finalize().prefix(16).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  private struct Details: Encodable {
    var samples: Int
    /// Samples with the content of an earlier one of the same split.
    var duplicates: Int
    var missing: MissingCount
  }
}

/// Samples that lack a modality.
private struct MissingCount: Encodable {
  /// By split and modality.
  var counts: [String: [String: Int]] = [:]
  /// Up to ten ids.
  var examples: [String] = []

  mutating func add(_ record: SampleRecord, _ modalities: [ModalityForm]) {
    for (form, values) in zip(modalities, record.modalities) where values == nil {
      counts[record.entry.split, default: [:]][form.name, default: 0] += 1
      if examples.count < 10 { examples.append(record.entry.id) }
    }
  }

  var text: String? {
    let parts = counts.sorted { $0.key < $1.key }.flatMap { split, modalities in
      modalities.sorted { $0.key < $1.key }.map { name, count in
        "\(count) \(split) sample\(count == 1 ? " lacks" : "s lack") '\(name)'"
      }
    }
    return parts.isEmpty
      ? nil
      : parts.joined(separator: ", ") + " (such as \(examples.prefix(3).joined(separator: ", ")))"
  }
}

extension ModalityForm {
  var description: ModalityDescription {
    ModalityDescription(
      name: name, type: .float32, shape: isSeries ? [nil, width] : [width],
      axes: isSeries ? ["time", "column"] : ["column"], unit: unit, rate: rate, columns: columns)
  }
}

/// The shards of all splits under way, filled some samples at a time.
private struct Sinks {
  private static let batch = 64

  private struct Pending {
    var records: [SampleRecord] = []
    var contents: [String] = []
  }

  private let modalities: [ModalityForm]
  private let classes: [String]
  private let packing: PackingDescription
  private let writer: OutputWriter
  private var pending: [Split: Pending] = [:]
  private var streams: [Split: SampleStream] = [:]

  init(
    _ modalities: [ModalityForm], _ index: SampleIndex, _ packing: PackingDescription,
    _ writer: OutputWriter
  ) {
    self.modalities = modalities
    classes = index.classes
    self.packing = packing
    self.writer = writer
  }

  mutating func add(_ record: SampleRecord, content: String) throws {
    guard let split = Split(rawValue: record.entry.split) else { return }
    pending[split, default: Pending()].records.append(record)
    pending[split, default: Pending()].contents.append(content)
    if pending[split]?.records.count == Self.batch { try flush(split) }
  }

  mutating func close() throws {
    for split in Split.allCases {
      try flush(split)
      try streams[split]?.close()
    }
  }

  private mutating func flush(_ split: Split) throws {
    guard let batch = pending.removeValue(forKey: split), !batch.records.isEmpty else { return }
    let count = batch.records.count
    var columns = [
      StandardField.id: Column(texts: batch.records.map(\.entry.id)),
      StandardField.split: Column(texts: Array(repeating: split.rawValue, count: count)),
      StandardField.content: Column(texts: batch.contents),
    ]
    if !classes.isEmpty {
      columns[split == .labelled ? StandardField.label : StandardField.truth] = Column(
        batch.records.map { Int32($0.entry.label) }, count: count)
    }
    for (place, form) in modalities.enumerated() {
      let values = batch.records.map { $0.modalities[place] }
      columns[StandardField.presence(form.name)] = Column(
        values.map { $0 == nil ? UInt8(0) : 1 }, count: count)
      columns[StandardField.modality(form.name)] =
        form.isSeries
        ? Column(
          values.flatMap { $0?.values ?? [] }, count: count, lengths: values.map { $0?.steps ?? 0 })
        : Column(
          values.flatMap { $0?.values ?? [Float](repeating: 0, count: form.width) }, count: count)
    }
    try stream(split).append(columns)
  }

  private mutating func stream(_ split: Split) throws -> SampleStream {
    if let open = streams[split] { return open }
    var fields = [
      StandardField.idField, StandardField.splitField, StandardField.contentField,
    ]
    if !classes.isEmpty { fields.append(StandardField.labelField(split, classes: classes)) }
    for form in modalities {
      let description = form.description
      fields.append(
        FieldDescription(
          StandardField.modality(form.name), .number(.float32), shape: description.shape,
          axes: description.axes, unit: form.unit, rate: form.rate, labels: form.columns,
          isShuffled: packing.byteShuffle.contains(form.name)))
      fields.append(StandardField.presenceField(form.name))
    }
    let stream = try writer.stream(
      split.rawValue, fields: fields,
      compression: Compression(rawValue: packing.compression.rawValue) ?? .zstd)
    streams[split] = stream
    return stream
  }
}

extension StageContext {
  /// Passes a warning of a library on under this stage's name.
  func warn(_ diagnostic: Diagnostic) {
    let isOwn = diagnostic.subject == "stage '\(job.stage)'"
    warn(
      isOwn ? diagnostic.message : "\(diagnostic.subject): \(diagnostic.message)",
      mend: diagnostic.mend)
  }
}
