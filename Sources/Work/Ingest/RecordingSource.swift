import Arrays
import Diagnostics
import Readers
import Stages

/// Samples that are recordings: files that a layout lists, decoded on several threads.
///
/// What cannot be decoded is reported sample by sample; the others are not touched by it.
struct RecordingSource: IngestSource {
  struct Modality: Sendable {
    var name: String
    var decoder: any PartDecoder
  }

  private let set: RecordingSet
  private let modalities: [Modality]
  private let labelMaps: LabelMapDecoder?
  private let threads: Int

  /// - Parameters:
  ///   - modalities: in the order of the set's parts.
  ///   - target: where label maps stand in files of arrays.
  ///   - threads: files that are decoded at the same time.
  /// - Throws: `Diagnostic` when what modalities ask for does not go together.
  init(
    _ set: RecordingSet, modalities: [(name: String, RecordedModality)],
    target: MapDescription? = nil, threads: Int
  ) throws {
    self.set = set
    self.modalities = try modalities.map { name, description in
      Modality(name: name, decoder: try description.decoder(name))
    }
    labelMaps = set.mapValues.map { LabelMapDecoder(values: $0, name: target?.name) }
    self.threads = threads
  }

  func index() -> SampleIndex { set.index }

  /// The form of the first sample that can be read.
  func forms(of index: SampleIndex) throws -> [ModalityForm] {
    try modalities.enumerated().map { place, modality in
      try first(place, modality, of: index).form
    }
  }

  private func first(
    _ place: Int, _ modality: Modality, of index: SampleIndex
  ) throws -> DecodedPart {
    var fault: Diagnostic?
    for entry in index.entries {
      guard let part = set.parts[entry.row][place] else { continue }
      do {
        return try modality.decoder.read(part)
      } catch {
        fault = fault ?? Diagnostic.all(of: error, subject: part.file.path).first
      }
    }
    if let fault {
      throw Diagnostic(
        "modality '\(modality.name)'",
        "not one of its files can be read; the first: \(fault.subject): \(fault.message)",
        mend: fault.mend)
    }
    throw Diagnostic(
      "modality '\(modality.name)'", "no sample has it",
      mend: "look at 'file' of the modality, or take it out")
  }

  /// Height and width of the label maps; `nil` when there are none.
  func mapSize(of index: SampleIndex) throws -> (height: Int, width: Int)? {
    guard let labelMaps else { return nil }
    var fault: Diagnostic?
    for entry in index.entries {
      guard let part = set.labelMaps[entry.row] else { continue }
      do {
        let map = try labelMaps.read(part)
        return (map.shape[0], map.shape[1])
      } catch {
        fault = fault ?? Diagnostic.all(of: error, subject: part.file.path).first
      }
    }
    throw fault
      ?? Diagnostic(
        "target", "no sample has a label map", mend: "look at 'file' of the target")
  }

  func read(
    _ index: SampleIndex, as forms: [ModalityForm], _ body: (SampleOutcome) throws -> Void
  ) throws {
    let size = try mapSize(of: index)
    let example = index.entries.first?.id ?? ""
    let entries = index.entries
    try OrderedDecoding.run(
      entries.count, threads: threads, size: \.byteCount,
      work: { place in outcome(entries[place], as: forms, mapSize: size, example: example) },
      body: body)
  }

  // MARK: One sample

  private func outcome(
    _ entry: SampleIndex.Entry, as forms: [ModalityForm], mapSize: (height: Int, width: Int)?,
    example: String
  ) -> SampleOutcome {
    var values: [SampleRecord.Values?] = []
    for (place, modality) in modalities.enumerated() {
      guard let part = set.parts[entry.row][place] else {
        values.append(nil)
        continue
      }
      do {
        let decoded = try modality.decoder.read(part)
        if let difference = forms[place].difference(to: decoded.form, example: example) {
          throw difference
        }
        values.append(Self.converted(decoded.values, to: forms[place].type))
      } catch {
        return .unreadable(Self.sample(entry, modality.name, part, error))
      }
    }
    var map: NumberArray?
    if let labelMaps, let part = set.labelMaps[entry.row] {
      do {
        let found = try labelMaps.read(part)
        if let mapSize, found.shape != [mapSize.height, mapSize.width] {
          throw Diagnostic(
            part.file.path,
            "is a label map of \(found.shape[0]) × \(found.shape[1]) pixels; "
              + "'\(example)' has \(mapSize.height) × \(mapSize.width)",
            mend: "give all label maps one size")
        }
        map = found
      } catch {
        return .unreadable(Self.sample(entry, nil, part, error))
      }
    }
    return .sample(SampleRecord(entry: entry, modalities: values, labelMap: map))
  }

  private static func converted(
    _ values: SampleRecord.Values, to type: ElementType
  ) -> SampleRecord.Values {
    guard values.array.type != type else { return values }
    return .init(values.array.converted(to: type), times: values.times, start: values.start)
  }

  private static func sample(
    _ entry: SampleIndex.Entry, _ modality: String?, _ part: RecordingPart, _ error: any Error
  ) -> UnreadableSample {
    let fault =
      Diagnostic.all(of: error, subject: part.file.path).first
      ?? Diagnostic(part.file.path, "\(error)")
    // A subject below the file's path says where in the file.
    let path = part.file.path
    let place =
      fault.subject.hasPrefix(path + ":") ? String(fault.subject.dropFirst(path.count + 1)) : nil
    return UnreadableSample(
      entry: entry, modality: modality, path: part.file.name, place: place, reason: fault.message)
  }
}

extension SampleOutcome {
  /// Bytes of the values in memory.
  var byteCount: Int {
    guard case .sample(let record) = self else { return 0 }
    return record.modalities.reduce(record.labelMap?.bytes.count ?? 0) {
      $0 + ($1?.array.bytes.count ?? 0) + ($1?.times?.count ?? 0) * 8
    }
  }
}

extension RecordedModality {
  /// What decodes the parts of the modality `name`.
  fileprivate func decoder(_ name: String) throws -> any PartDecoder {
    switch self {
    case .audio(let description): try SoundDecoder(name, description)
    case .video(let description): VideoDecoder(name: name, description: description)
    case .image(let description): ImageDecoder(name: name, description: description)
    case .series(let description): try SeriesDecoder(name, description)
    case .array(let description): ArrayDecoder(name: name, description: description)
    case .table(let description): try TableDecoder(name, description)
    }
  }
}
