import Dataflow
import Diagnostics
public import Readers

extension IngestStage.Configuration {
  /// What reads the samples that the configuration describes.
  ///
  /// - Throws: `Diagnostic` for what `describe` complains of already.
  public func reader() throws -> any IngestSource {
    switch source {
    case .twoMoons(let moons):
      TwoMoonsSource(
        samples: moons.samples, noise: moons.noise, seed: UInt64(moons.seed),
        classes: classes ?? TwoMoonsDescription.classes, split: try splitRule())
    case .table(let table):
      TableSource(
        try table.files.map { .perSplit($0.readers) }
          ?? .one(table.path ?? "", split: splitRule()),
        id: table.id, label: table.label, classes: classes, values: table.target?.columns ?? [],
        modalities: table.modalities.sorted { $0.key < $1.key }.map { name, modality in
          .init(name: name, columns: modality.columns, unit: modality.unit)
        }, delimiter: table.delimiter?.character)
    case .series(let series):
      SeriesSource(
        manifest: series.manifest, root: series.root, id: series.id, label: series.label,
        classes: classes, split: try splitRule(),
        modalities: try series.modalities.sorted { $0.key < $1.key }.map { name, modality in
          .init(
            name: name, columns: try modality.columnIndices(), names: modality.names,
            unit: modality.unit, rate: modality.rate, file: modality.file ?? series.file)
        }, delimiter: series.delimiter?.character, skipLines: series.skipLines,
        allowsOutside: series.allowOutside)
    default:
      throw Diagnostic(
        "source", "the samples are recordings, which no reader of tables reads",
        mend: "take them from 'recordings'")
    }
  }

  /// Which recordings there are, and how each of their modalities is decoded, in the order of the
  /// layout's parts; `nil` where `reader` reads the samples.
  ///
  /// - Throws: `Diagnostic` for what `describe` complains of already.
  public func recordings() throws -> (
    layout: any RecordingLayout, modalities: [(name: String, RecordedModality)],
    target: MapDescription?
  )? {
    guard let source = source.recordings else { return nil }
    return (
      try source.layout(split, classes: source.classes(given: classes)), source.ordered,
      source.target
    )
  }

  private func splitRule() throws -> SplitRule {
    guard let rule = split?.readersRule else {
      throw Diagnostic(
        "split", "nothing says how the samples are split",
        mend: "add 'split: {test: 0.4, labelled: 0.1}'")
    }
    return rule
  }
}

extension SplitFiles {
  var readers: [SplitFile] { paths.map { SplitFile(split: $0.split.rawValue, path: $0.path) } }
}
