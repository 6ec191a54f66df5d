import Alignment
import Arrays
import Crypto
import Diagnostics
import Foundation
import Shards
import Stages

/// Brings recordings to the common clock and cuts aligned samples out of them.
struct RecordAligner: Sendable {
  let modalities: [AlignedModality]
  let window: AlignStage.Window?
  private let pictures: Pictures?
  private let missing: AlignStage.Missing
  private let stage: String

  init(
    _ configuration: AlignStage.Configuration, _ joined: JoinedSamples, stage: String
  ) throws {
    self.stage = stage
    window = configuration.window
    missing = configuration.missing
    let pictures = try configuration.space.map { try Pictures($0, joined.modalities) }
    self.pictures = pictures
    for name in Array(configuration.time.keys) + configuration.clock.keys
    where !joined.modalities.contains(where: { $0.description.name == name }) {
      throw Diagnostic(
        "modality '\(name)'", "none of the inputs has it",
        mend: Suggestions.mend(
          name, among: joined.modalities.map(\.description.name), called: "modalities"))
    }
    modalities = try joined.modalities.map { modality in
      try AlignedModality(
        modality, configuration,
        pictures: pictures?.sampler(of: modality.description))
    }
    if window != nil, !modalities.contains(where: { $0.course != .still }) {
      throw Diagnostic(
        "window", "none of the modalities is a series", mend: "remove 'window'")
    }
  }

  /// What is done to label maps, one for each tile; `nil` where they stay as they are.
  func mapSamplers(_ labels: LabelFields) -> [PictureSampler]? {
    guard let pictures, let size = labels.mapSize else { return nil }
    return pictures.samplers(ofMaps: size)
  }

  /// Whether pictures are cut into samples of their own.
  var hasTiles: Bool { pictures?.isCut ?? false }

  /// What is in no tile of any picture; `nil` where none is cut.
  var tileRest: PictureSize? { hasTiles ? pictures?.rest : nil }

  // MARK: One recording

  /// Why a recording gives no sample.
  enum Refusal: Sendable, Equatable {
    case missing([String])
    case tooShort
    case noCommonTime

    /// As the report counts it.
    var reasons: [String] {
      switch self {
      case .missing(let names): names.map { "lacks \($0)" }
      case .tooShort: ["shorter than a window"]
      case .noCommonTime: ["no time in common"]
      }
    }
  }

  /// A recording with its streams on the common clock, ready to be cut.
  struct Prepared: Sendable {
    var record: JoinedSamples.Record
    /// In the order of the modalities; `nil` of what is no stream, and what is missing.
    var streams: [AlignedModality.Stream?]
    /// Modalities that it lacks.
    var missing: [String]
    /// `nil` where times play no part.
    var clip: Clip?
    var cut: WindowCut?
    /// Windows that are cut out of it.
    var windows: Int
    /// Tiles that each of them is cut into.
    var tiles: Int
    /// Samples that come out of it.
    var pieces: Int { windows * tiles }
    /// Why there are none.
    var refusal: Refusal?
    /// s of the clip after its last window.
    var rest = 0.0
  }

  /// - Throws: `Diagnostic` for what is an error of one recording.
  func prepare(_ record: JoinedSamples.Record) throws -> Prepared {
    var record = record
    var streams: [AlignedModality.Stream?] = []
    for (index, modality) in modalities.enumerated() {
      let stream = try record.recordings[index].flatMap {
        try modality.stream(of: $0, id: record.id)
      }
      // A stream without a time is none.
      if stream == nil, modality.course != .still { record.recordings[index] = nil }
      streams.append(stream)
    }
    let lacking = modalities.indices.filter { record.recordings[$0] == nil }
      .map { modalities[$0].name }
    var prepared = Prepared(
      record: record, streams: streams, missing: lacking, clip: nil, cut: nil, windows: 1,
      tiles: pictures?.tiles.count ?? 1)
    if !lacking.isEmpty {
      switch missing {
      case .keep: break
      case .drop:
        prepared.refusal = .missing(lacking)
        prepared.windows = 0
        return prepared
      case .error:
        throw Diagnostic(
          "sample '\(record.id)'",
          "it misses \(lacking.map { "'\($0)'" }.joined(separator: " and "))",
          mend: "take 'missing: drop' or 'missing: keep' in stage '\(stage)'")
      }
    }
    let timelines = zip(modalities, streams).compactMap { modality, stream -> Timeline? in
      if case .timed = modality.course { stream?.timeline } else { nil }
    }
    // All streams are missing, and the sample is kept with a mask.
    guard !timelines.isEmpty else { return prepared }
    guard let clip = Clip(overlapOf: timelines) else {
      prepared.refusal = .noCommonTime
      prepared.windows = 0
      return prepared
    }
    prepared.clip = clip
    if let window { try cut(&prepared, window, timelines) }
    return prepared
  }

  private func cut(
    _ prepared: inout Prepared, _ window: AlignStage.Window, _ timelines: [Timeline]
  ) throws {
    guard let clip = prepared.clip else { return }
    let cut = WindowCut(
      duration: clip.duration, length: window.length, hop: window.step,
      take: WindowCut.Take(rawValue: window.take.rawValue) ?? .all,
      step: timelines.map(\.interval).max() ?? 0)
    guard let cut else {
      throw Diagnostic(
        "sample '\(prepared.record.id)'",
        "a hop of \(window.step) s gives more than ten million windows in \(clip.duration) s",
        mend: "take a longer 'hop'")
    }
    if cut.hasRest, window.partial == .error {
      throw Diagnostic(
        "sample '\(prepared.record.id)'",
        "its length is no whole number of windows of \(window.length) s",
        mend: "take 'partial: drop' or 'partial: pad' in the align stage")
    }
    prepared.cut = cut
    let isPadded = cut.hasRest && window.partial == .pad
    prepared.windows = cut.whole + (isPadded ? 1 : 0)
    if prepared.windows == 0 { prepared.refusal = .tooShort }
    if cut.hasRest, !isPadded, window.take == .all {
      let covered = cut.whole == 0 ? 0 : cut.start(cut.whole - 1) + window.length
      prepared.rest = clip.duration - covered
    }
  }

  // MARK: Steps

  /// Steps of a modality in the samples of a recording; `nil` of what is no stream or missing.
  func steps(_ prepared: Prepared, _ index: Int) throws -> Int? {
    let modality = modalities[index]
    guard modality.course != .still, let recording = prepared.record.recordings[index],
      let stream = prepared.streams[index]
    else { return nil }
    if let steps = modality.windowSteps { return steps }
    let recorded = recording.array.shape.first ?? 0
    guard let steps = modality.steps(of: stream, recorded: recorded, in: prepared.clip) else {
      throw Diagnostic(
        "sample '\(prepared.record.id)'",
        "modality '\(modality.name)' would have more steps than there is memory for",
        mend: "take a lower 'rate'")
    }
    return steps
  }

  // MARK: Pieces

  /// One aligned sample.
  struct Piece: Sendable {
    var id: String
    var content: String
    var group: String?
    /// Seconds from the start of what the streams have in common.
    var start: Double
    var stop: Double
    /// Where its pictures are in those of the recording; `nil` where none is cut.
    var tile: PictureRectangle?
    /// In the order of the modalities; `nil` where it is missing.
    var values: [NumberArray?]
    /// 1 for every valid step; `nil` of what is no stream.
    var valid: [[UInt8]?]
    var labels: CarriedLabels
    var modalities: [Findings?]
  }

  /// What was found while a modality was brought to its grid.
  struct Findings: Sendable, Equatable {
    var errors: TimeErrors
    var padded: Int
    var outOfTolerance: Int
  }

  /// Sample `number` of a recording: window by window, and in each tile by tile.
  ///
  /// - Parameters:
  ///   - steps: of each modality; `nil` of what is no stream.
  ///   - hasValues: whether the values are needed, not only what is found on the way.
  func piece(
    _ number: Int, of prepared: Prepared, steps: [Int?], mapSamplers: [PictureSampler]?,
    _ labelFields: LabelFields, hasValues: Bool
  ) -> Piece {
    let record = prepared.record
    let suffix = prepared.pieces == 1 ? "" : "#\(number)"
    let (window, tile) = number.quotientAndRemainder(dividingBy: prepared.tiles)
    let start = prepared.cut?.start(window) ?? 0
    let duration = self.window?.length ?? prepared.clip?.duration ?? 0
    var piece = Piece(
      id: record.id + suffix, content: Self.content(record.content, suffix), group: record.group,
      start: start, stop: start + duration, tile: hasTiles ? pictures?.tiles[tile] : nil,
      values: [],
      valid: [], labels: record.labels, modalities: [])
    for (index, modality) in modalities.enumerated() {
      guard let recording = record.recordings[index] else {
        piece.values.append(nil)
        piece.valid.append(steps[index].map { [UInt8](repeating: 0, count: $0) })
        piece.modalities.append(nil)
        continue
      }
      let plan = plan(window, start, duration, modality, index, prepared, steps[index])
      piece.modalities.append(
        plan.map {
          Findings(errors: $0.errors, padded: $0.padded, outOfTolerance: $0.outOfTolerance)
        })
      piece.valid.append(modality.canBeInvalid ? plan?.valid : nil)
      guard hasValues else {
        piece.values.append(nil)
        continue
      }
      var values = recording.array
      if let plan, modality.course != .whole { values = plan.apply(to: values) }
      if let pictures = modality.pictures {
        values = pictures.samplers[tile].apply(to: values, at: pictures.axis)
      }
      piece.values.append(values)
    }
    if hasValues { piece.labels.convert(sampler: mapSamplers?[tile], labelFields) }
    return piece
  }

  private func plan(
    _ window: Int, _ start: Double, _ duration: Double, _ modality: AlignedModality, _ index: Int,
    _ prepared: Prepared, _ steps: Int?
  ) -> StepPlan? {
    guard let stream = prepared.streams[index], let steps else { return nil }
    guard case .timed(let policy) = modality.course, let clip = prepared.clip else {
      return .whole(steps)
    }
    return StepPlan(
      policy, of: stream.timeline, steps: stream.steps, in: clip, start: start, duration: duration,
      count: steps, rate: modality.description.rate,
      isWhole: prepared.cut.map { window < $0.whole } ?? true)
  }

  /// One input's hash stays; of several inputs or windows it is a hash of the hashes.
  private static func content(_ joined: String, _ suffix: String) -> String {
    if joined.count == 32, suffix.isEmpty { return joined }
    let digest = SHA256.hash(data: Data((joined + suffix).utf8))
    return digest.prefix(16).map { String(format: "%02x", $0) }.joined()
  }
}
