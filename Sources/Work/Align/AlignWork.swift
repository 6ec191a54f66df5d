import Arrays
public import Dataflow
import Diagnostics
import Shards
public import Stages

/// Joins, cuts, standardises: two passes over the samples, one for the statistics, one to write.
public struct AlignWork: StageWork {
  public typealias Face = AlignStage

  private let configuration: AlignStage.Configuration

  public init(_ configuration: AlignStage.Configuration) { self.configuration = configuration }

  public func run(_ context: StageContext) async throws {
    let joined = try JoinedSamples(
      context.inputs(AlignStage.from), keeping: configuration.modalities)
    var report = AlignmentReport()
    let standardisers = try statistics(of: joined, context)
    let windows = try configuration.window.map {
      try Windows($0, joined.modalities.map(\.description))
    }
    let writer = try OutputWriter(
      context.outputDirectory, header: OutputHeader(context.job, .alignedSamples))
    let layout = Layout(
      joined, windows: windows, standardised: Set(standardisers.keys),
      keepsMissing: configuration.missing == .keep)
    for split in Split.allCases {
      try write(split, of: joined, windows, standardisers, layout, to: writer, &report, context)
    }
    guard report.aligned > 0 else {
      throw Diagnostic(
        "stage '\(context.job.stage)'",
        "not one of \(report.samples) samples is left: \(report.reasons)",
        mend: "look at 'missing' and 'window' of the stage")
    }
    let modalities = joined.modalities.map { modality in
      var description = modality.description
      description.type = .float32
      description.shape = layout.shape(of: description.name) ?? description.shape
      description.standardisation = standardisers[description.name]?.description(
        of: (configuration.standardise?.splits ?? []).map(\.rawValue))
      return description
    }
    _ = try writer.finish(
      classes: joined.classes, modalities: modalities, details: try JSON.details(report))
    report.tell(context)
  }

  // MARK: Statistics

  private func statistics(
    of joined: JoinedSamples, _ context: StageContext
  ) throws -> [String: Standardiser] {
    guard let standardise = configuration.standardise else { return [:] }
    let names = joined.modalities.map(\.description.name)
    var result: [String: Standardiser] = [:]
    for name in standardise.modalities.chosen(of: names) {
      guard let modality = joined.modalities.first(where: { $0.description.name == name }) else {
        continue
      }
      let columns = (modality.description.shape.last ?? nil) ?? 1
      result[name] = Standardiser(columns: columns)
    }
    for split in standardise.splits {
      try joined.forEach(split, threads: context.job.threads) { record in
        try Task.checkCancellation()
        if configuration.missing == .drop, !misses(record, joined).isEmpty { return }
        for name in result.keys {
          if let values = record.values[name] { result[name]?.add(values) }
        }
      }
    }
    for (name, standardiser) in result.sorted(by: { $0.key < $1.key }) {
      guard standardiser.count > 0 else {
        throw Diagnostic(
          "modality '\(name)'",
          "no sample of the splits \(standardise.splits.map(\.rawValue).joined(separator: ", ")) "
            + "has it, so that there is nothing to take statistics of",
          mend: "name other 'splits' under 'standardise'")
      }
      let constant = standardiser.constantColumns
      if !constant.isEmpty {
        context.warn(
          "modality '\(name)': column \(constant.map { "\($0 + 1)" }.joined(separator: ", ")) "
            + "never changes and is only centred",
          mend: "leave it out: it tells nothing")
      }
    }
    return result
  }

  private func misses(_ record: JoinedSamples.Record, _ joined: JoinedSamples) -> [String] {
    joined.modalities.map(\.description.name).filter { record.values[$0] == nil }
  }

  // MARK: Writing

  private func write(
    _ split: Split, of joined: JoinedSamples, _ windows: Windows?,
    _ standardisers: [String: Standardiser], _ layout: Layout, to writer: OutputWriter,
    _ report: inout AlignmentReport, _ context: StageContext
  ) throws {
    let total = try joined.count(split)
    guard total > 0 else { return }
    let labels = try joined.sources.map { try CarriedLabels($0, split) }
    var sink = SplitSink(
      split, layout: layout, labels: labels, classes: joined.classes, configuration.packing,
      to: writer)
    var done = 0
    try joined.forEach(split, threads: context.job.threads) { record in
      try Task.checkCancellation()
      report.samples += 1
      done += 1
      if done % 256 == 0 || done == total {
        context.progress(split.rawValue, done, of: total, unit: "samples")
      }
      let missing = misses(record, joined)
      if !missing.isEmpty {
        report.count(missing: missing, split, id: record.id)
        switch configuration.missing {
        case .drop: return
        case .keep: break
        case .error:
          throw Diagnostic(
            "sample '\(record.id)'",
            "it misses \(missing.map { "'\($0)'" }.joined(separator: " and "))",
            mend: "take 'missing: drop' or 'missing: keep' in stage '\(context.job.stage)'")
        }
      }
      var values = record.values
      for (name, standardiser) in standardisers {
        if var own = values.removeValue(forKey: name) {
          standardiser.apply(to: &own)
          values[name] = own
        }
      }
      let pieces =
        try windows?.cut(values, id: record.id)
        ?? [Windows.Piece(number: 0, start: 0, stop: 0, values: values, padded: 0)]
      if pieces.isEmpty { report.count(tooShort: record.id, split) }
      for piece in pieces {
        try sink.add(piece, of: record, isOnly: pieces.count == 1)
        report.aligned += 1
        report.padded += piece.padded
        report.splits[split.rawValue, default: 0] += 1
      }
    }
    try sink.close()
  }
}
