import Alignment
import Arrays
public import Dataflow
import Diagnostics
import Shards
public import Stages
import Synchronization

/// Joins recordings, brings them to one clock and one grid and cuts samples out of them, in one pass.
///
/// A few recordings and the samples that come out of them are in memory at a time. Samples are
/// computed side by side and written in order, so that the same shards come out whatever the number
/// of threads. An attempt that was cut short is continued after its whole shards: what is in them is
/// looked at again, for statistics and report, and not written again.
public struct AlignWork: StageWork {
  public typealias Face = AlignStage

  /// Of the recordings and samples that are worked on at a time.
  private static let bytesAtOnce = 16 << 20
  private static let samplesAtOnce = 256
  /// Below this, threads cost more than they bring.
  private static let bytesWorthThreads = 1 << 18

  private let configuration: AlignStage.Configuration

  public init(_ configuration: AlignStage.Configuration) { self.configuration = configuration }

  public func run(_ context: StageContext) async throws {
    let joined = try JoinedSamples(
      context.inputs(AlignStage.from), keeping: configuration.modalities)
    let writer = try OutputWriter(
      context.outputDirectory, header: OutputHeader(context.job, .alignedSamples))
    let aligner = try RecordAligner(configuration, joined, stage: context.job.stage)
    let total = Split.allCases.reduce(0) { $0 + joined.count($1) }
    let presence = try configuration.labels.map { try ClassPresence($0, of: joined.classes ?? []) }
    var findings = AlignFindings(aligner)
    guard total > 0 else { throw nothingLeft(context, findings) }
    let shapes = try SampleShapes(
      aligner, joined, threads: context.job.threads, spillingTo: context.outputDirectory)
    var standardisers = standardisers(aligner, shapes)
    for split in Split.allCases where joined.count(split) > 0 {
      try await write(
        split, joined, aligner, shapes, presence, writer, &findings, &standardisers, context)
    }
    guard findings.report.aligned > 0 else { throw nothingLeft(context, findings) }
    try check(standardisers, &findings, context)
    findings.finish()
    let modalities = aligner.modalities.enumerated().map { index, modality in
      var description = modality.description
      description.shape = shapes.shapes[index]
      description.rate = modality.rate(window: configuration.window?.length)
      description.standardisation = standardisers[index]?.description(
        of: (configuration.standardise?.splits ?? []).map(\.rawValue))
      return description
    }
    _ = try writer.finish(
      task: presence == nil ? joined.task : .multiLabel,
      classes: presence?.names ?? joined.classes, units: joined.units, modalities: modalities,
      details: try JSON.details(Details(alignment: findings.report)))
    findings.tell(context)
  }

  private struct Details: Encodable {
    var alignment: AlignmentReport
  }

  private func nothingLeft(_ context: StageContext, _ findings: AlignFindings) -> Diagnostic {
    Diagnostic(
      "stage '\(context.job.stage)'",
      "not one of \(findings.report.samples) samples is left: \(findings.reasons)",
      mend: "look at 'missing' and 'window' of the stage")
  }

  // MARK: Statistics

  /// In the order of the modalities; `nil` of those that stay as they are.
  private func standardisers(_ aligner: RecordAligner, _ shapes: SampleShapes) -> [Standardiser?] {
    let names = aligner.modalities.map(\.name)
    let chosen = configuration.standardise?.modalities.chosen(of: names) ?? []
    return aligner.modalities.enumerated().map { index, modality in
      guard chosen.contains(modality.name) else { return nil }
      let shape = shapes.shapes[index]
      // Time alone is no axis of columns.
      let isTimeAlone = modality.course != .still && shape.count == 1
      return Standardiser(
        columns: isTimeAlone ? 1 : shape.last ?? 1, scale: modality.description.scale ?? 1,
        isPooled: configuration.standardise?.per == .modality)
    }
  }

  private func check(
    _ standardisers: [Standardiser?], _ findings: inout AlignFindings, _ context: StageContext
  ) throws {
    let splits = (configuration.standardise?.splits ?? []).map(\.rawValue)
    for (index, standardiser) in standardisers.enumerated() {
      guard let standardiser else { continue }
      let name = findings.report.modalities[index].name
      findings.count(notFinite: standardiser.notFinite, ofModality: index)
      guard standardiser.count > 0 else {
        throw Diagnostic(
          "modality '\(name)'",
          "no sample of the splits \(splits.joined(separator: ", ")) "
            + "has it, so that there is nothing to take statistics of",
          mend: "name other 'splits' under 'standardise'")
      }
      let constant = standardiser.constantColumns
      if !constant.isEmpty {
        let shown = constant.prefix(10).map { "\($0 + 1)" }.joined(separator: ", ")
        context.warn(
          "modality '\(name)': column \(shown)\(constant.count > 10 ? ", …" : "") "
            + "never changes and is only centred",
          mend: "leave it out: it tells nothing")
      }
    }
  }

  // MARK: Writing

  private func write(
    _ split: Split, _ joined: JoinedSamples, _ aligner: RecordAligner, _ shapes: SampleShapes,
    _ presence: ClassPresence?, _ writer: OutputWriter, _ findings: inout AlignFindings,
    _ standardisers: inout [Standardiser?], _ context: StageContext
  ) async throws {
    let total = joined.count(split)
    let reader = try joined.read(
      split, threads: context.job.threads, spillingTo: context.outputDirectory
    ) { done, all in
      context.progress("\(split.rawValue), in one order", done, of: all, unit: "samples")
    }
    var labels = reader.labels
    try labels.look(for: presence)
    let mapSamplers = aligner.mapSamplers(labels)
    if let size = mapSamplers?.first?.output { labels.resize(to: size) }
    let takesStatistics =
      standardisers.contains { $0 != nil }
      && configuration.standardise?.splits.contains(split) ?? false
    var sink: SplitSink?
    var group = PieceGroup()
    var done = 0
    while let record = try reader.sample() {
      try Task.checkCancellation()
      let prepared = try aligner.prepare(record)
      findings.add(prepared, split)
      if prepared.pieces > 0 { try shapes.check(prepared, aligner) }
      group.add(prepared)
      for number in 0..<prepared.pieces {
        if sink == nil {
          sink = try SplitSink(
            split, aligner, shapes, labels, classes: presence?.names ?? joined.classes ?? [],
            hasGroups: joined.hasGroups, keepsMissing: configuration.missing == .keep,
            configuration.packing, to: writer)
        }
        let isKept = sink?.isKept(after: group.pieces.count) ?? false
        group.add(
          number, hasValues: !isKept || takesStatistics,
          bytes: shapes.sampleBytes + record.labels.byteCount)
        if group.bytes >= Self.bytesAtOnce || group.pieces.count == Self.samplesAtOnce {
          try await finish(
            &group, aligner, shapes, mapSamplers, labels, split, &sink, &findings,
            takesStatistics, &standardisers, context.job.threads)
          if number + 1 < prepared.pieces { group.add(prepared) }
        }
      }
      done += 1
      if done % 16 == 0 || done == total {
        context.progress(split.rawValue, done, of: total, unit: "samples")
      }
    }
    try await finish(
      &group, aligner, shapes, mapSamplers, labels, split, &sink, &findings, takesStatistics,
      &standardisers, context.job.threads)
    try sink?.close()
  }

  /// Samples that are computed side by side.
  private struct PieceGroup: Sendable {
    var recordings: [RecordAligner.Prepared] = []
    /// Which recording each comes from, and which of its samples it is.
    var pieces: [(recording: Int, number: Int, hasValues: Bool)] = []
    var bytes = 0

    mutating func add(_ prepared: RecordAligner.Prepared) {
      // A recording without samples is not kept.
      guard prepared.pieces > 0 else { return }
      recordings.append(prepared)
      bytes += prepared.record.byteCount
    }

    mutating func add(_ number: Int, hasValues: Bool, bytes: Int) {
      pieces.append((recordings.count - 1, number, hasValues))
      self.bytes += hasValues ? bytes : 0
    }
  }

  /// Computes the samples of a group and hands them on in their order.
  private func finish(
    _ group: inout PieceGroup, _ aligner: RecordAligner, _ shapes: SampleShapes,
    _ mapSamplers: [PictureSampler]?, _ labels: LabelFields, _ split: Split,
    _ sink: inout SplitSink?,
    _ findings: inout AlignFindings, _ takesStatistics: Bool,
    _ standardisers: inout [Standardiser?], _ threads: Int
  ) async throws {
    let whole = group
    group = PieceGroup()
    let results = Mutex([RecordAligner.Piece?](repeating: nil, count: whole.pieces.count))
    try await SideBySide.run(
      whole.pieces.count, threads: whole.bytes < Self.bytesWorthThreads ? 1 : threads
    ) { index, _ in
      let own = whole.pieces[index]
      let piece = aligner.piece(
        own.number, of: whole.recordings[own.recording], steps: shapes.steps,
        mapSamplers: mapSamplers, labels, hasValues: own.hasValues)
      results.withLock { $0[index] = piece }
    }
    for (index, piece) in results.withLock({ $0 }).enumerated() {
      guard let piece else { continue }
      findings.add(piece, of: whole.recordings[whole.pieces[index].recording].record.id, split)
      if takesStatistics {
        for modality in standardisers.indices {
          if let values = piece.values[modality] {
            standardisers[modality]?.add(values, valid: piece.valid[modality])
          }
        }
      }
      try sink?.add(piece)
    }
  }
}
