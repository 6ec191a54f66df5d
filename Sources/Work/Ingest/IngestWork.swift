import Configuration
public import Dataflow
import Diagnostics
import Readers
import Shards
public import Stages

/// Reads samples from outside, checks them, and writes each split into shards of its own.
///
/// An attempt that was cut short is continued after its last whole shard of each split. Samples that
/// cannot be read are listed in `quarantine.csv`.
public struct IngestWork: StageWork {
  public typealias Face = IngestStage

  private let configuration: IngestStage.Configuration

  public init(_ configuration: IngestStage.Configuration) { self.configuration = configuration }

  public func run(_ context: StageContext) async throws {
    let source = try source(context)
    let index = try source.index()
    for warning in index.warnings { context.warn(warning) }
    guard !index.entries.isEmpty else {
      throw Diagnostic(
        "stage '\(context.job.stage)'", "the source has no sample in any split",
        mend: "look at 'source' and 'split' of the stage")
    }
    let forms = try source.forms(of: index)
    let writer = try OutputWriter(
      context.outputDirectory, header: OutputHeader(context.job, .samples))
    let mapSize = try (source as? RecordingSource)?.mapSize(of: index)
    var shards = try IngestedShards(
      forms, index, mapSize: mapSize, units: configuration.source.units, configuration.packing,
      writer)
    var overlap = OverlapCheck("stage '\(context.job.stage)'")
    var quarantine = Quarantine(
      share: configuration.mostUnreadable.value ?? 0, text: configuration.mostUnreadable.text,
      of: index.entries.count)
    var missing = MissingCount()
    var kept: Set<String> = []
    for sample in try shards.resume() {
      kept.insert(sample.id)
      overlap.add(id: sample.id, content: sample.content, split: sample.split.rawValue)
    }
    var rest = index
    rest.entries.removeAll { kept.contains($0.id) }
    var done = kept.count
    try source.read(rest, as: forms) { outcome in
      try Task.checkCancellation()
      switch outcome {
      case .sample(let record):
        let content = record.content
        overlap.add(id: record.entry.id, content: content, split: record.entry.split)
        missing.add(record, forms)
        try shards.add(record, content: content)
      case .unreadable(let sample):
        quarantine.add(sample)
        if quarantine.isFull {
          try quarantine.write(to: writer)
          throw quarantine.tooMany(
            context.job.stage, list: "\(context.outputDirectory)/\(Quarantine.fileName)")
        }
      }
      done += 1
      if done % 16 == 0 || done == index.entries.count {
        context.progress(
          "samples", done, of: index.entries.count, unit: "samples",
          figures: quarantine.samples.isEmpty ? [:] : ["bad": Double(quarantine.samples.count)])
      }
    }
    let found = overlap.diagnostics
    let faults = found.filter { $0.severity == .error }
    guard faults.isEmpty else { throw DiagnosticList(faults) }
    for warning in found { context.warn(warning) }
    try shards.close()
    try quarantine.write(to: writer)
    let read = index.entries.count - quarantine.samples.count
    _ = try writer.finish(
      task: index.labelling.task, classes: index.classes.isEmpty ? nil : index.classes,
      units: configuration.source.units,
      modalities: forms.map(\.description),
      details: try JSON.details(
        Details(
          samples: read, duplicates: overlap.duplicates, missing: missing,
          unreadable: quarantine.samples.count, leftOut: index.leftOut)))
    let unread = Dictionary(grouping: quarantine.samples, by: \.entry.split)
    let counts = Split.allCases.map {
      "\(index.count(of: $0.rawValue) - (unread[$0.rawValue]?.count ?? 0)) \($0.rawValue)"
    }
    context.summarise(
      "\(read) samples: \(counts.joined(separator: ", "))"
        + (index.classes.isEmpty
          ? "" : "; \(index.classes.count) \((index.labelling.task ?? .singleLabel).namesNoun)"))
    if !index.leftOut.isEmpty {
      context.summarise(
        "left out: "
          + index.leftOut.sorted { $0.key < $1.key }.map { "\($0) (\($1))" }
          .joined(separator: ", "))
    }
    if let reasons = missing.text { context.warn(reasons) }
    if let summary = quarantine.summary {
      context.warn(
        summary, mend: "mend or remove the files; 'max-bad: 0' makes them an error")
    }
  }

  private func source(_ context: StageContext) throws -> any IngestSource {
    guard let (layout, modalities, target) = try configuration.recordings() else {
      return try configuration.reader()
    }
    return try RecordingSource(
      layout.list(), modalities: modalities, target: target, threads: context.job.threads)
  }

  private struct Details: Encodable {
    var samples: Int
    /// Samples with the content of an earlier one of the same split.
    var duplicates: Int
    var missing: MissingCount
    /// Samples that are in `quarantine.csv`.
    var unreadable: Int
    /// Rows of the source that are no samples here, by reason.
    var leftOut: [String: Int]
  }
}

extension SampleIndex.Labelling {
  /// What networks answer of such samples; `nil` without labels.
  var task: LearningTask? {
    switch self {
    case .none: nil
    case .single: .singleLabel
    case .multiple: .multiLabel
    case .map: .segmentation
    case .values: .regression
    }
  }
}

extension IngestStage.Source {
  /// Of the values that samples are labelled with; `nil` where none is known.
  fileprivate var units: [String]? { (values?.units).flatMap { $0.isEmpty ? nil : $0 } }
}

/// Samples that lack a modality.
private struct MissingCount: Encodable {
  /// By split and modality.
  var counts: [String: [String: Int]] = [:]
  /// Up to ten ids.
  var examples: [String] = []

  mutating func add(_ record: SampleRecord, _ forms: [ModalityForm]) {
    for (form, values) in zip(forms, record.modalities) where values == nil {
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

extension StageContext {
  /// Passes a warning of a library on under this stage's name.
  func warn(_ diagnostic: Diagnostic) {
    let isOwn = diagnostic.subject == "stage '\(job.stage)'"
    warn(
      isOwn ? diagnostic.message : "\(diagnostic.subject): \(diagnostic.message)",
      mend: diagnostic.mend)
  }
}
