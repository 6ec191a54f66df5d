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
        id: table.id, label: table.label, classes: classes,
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
    }
  }

  private func splitRule() throws -> SplitRule {
    switch split?.rule {
    case .shares(let test, let labelled, let seed):
      .shares(test: test, labelled: labelled, seed: UInt64(seed))
    case .files(let files, let id): .files(files.readers, id: id)
    case .column(let name): .column(name)
    case nil:
      throw Diagnostic(
        "split", "nothing says how the samples are split",
        mend: "add 'split: {test: 0.4, labelled: 0.1}'")
    }
  }
}

extension SplitFiles {
  var readers: [SplitFile] { paths.map { SplitFile(split: $0.split.rawValue, path: $0.path) } }
}
