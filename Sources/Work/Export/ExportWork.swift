public import Dataflow
import Diagnostics
import Foundation
import Metrics
import Shards
public import Stages
import Tensors

/// Writes networks of a model as files for other programs: `NAME.pt`, `NAME.json`,
/// `NAME.safetensors`, `NAME.card.json` and `NAME.md`, and `trained-on.csv` for all of them.
public struct ExportWork: StageWork {
  public typealias Face = ExportStage

  private let configuration: ExportStage.Configuration

  public init(_ configuration: ExportStage.Configuration) { self.configuration = configuration }

  public func run(_ context: StageContext) async throws {
    let input = try context.input(ExportStage.model)
    let output = try Output(opening: input.directory, schema: PortType.model.rawValue)
    let entries = try chosen(
      ModelDetails.entries(of: output, selectedBy: input.reference), of: input.reference)
    var document = MetricsDocument()
    for evaluation in context.inputs(ExportStage.evaluations) {
      let path = "\(evaluation.directory)/metrics.json"
      if let data = FileManager.default.contents(atPath: path) {
        document.rows += try MetricsDocument(json: String(decoding: data, as: UTF8.self)).rows
      }
    }
    do {
      try FileManager.default.createDirectory(
        atPath: context.outputDirectory, withIntermediateDirectories: true)
    } catch {
      throw Diagnostic(context.outputDirectory, "the folder cannot be made: \(error)")
    }
    // Names of samples and hashes over their values: what the next pipeline's leak check needs.
    if let known = FileManager.default.contents(
      atPath: "\(output.directory)/\(TrainedOn.file)")
    {
      try write([UInt8](known), "\(context.outputDirectory)/\(TrainedOn.file)")
    }
    for (place, entry) in entries.enumerated() {
      try Task.checkCancellation()
      try export(entry, of: output, document, context)
      context.progress(
        "\(entry.variant) seed \(entry.seed)", place + 1, of: entries.count, unit: "networks")
    }
  }

  private func chosen(
    _ entries: [ModelDetails.Entry], of reference: StageReference
  ) throws -> [ModelDetails.Entry] {
    if configuration.isEverySeed { return entries }
    let seeds = configuration.seeds.isEmpty ? entries.prefix(1).map(\.seed) : configuration.seeds
    return try seeds.map { seed in
      guard let entry = entries.first(where: { $0.seed == seed }) else {
        throw Diagnostic(
          "model '\(reference)'", "it has no seed \(seed)",
          mend: "seeds: \(entries.map { "\($0.seed)" }.joined(separator: ", "))")
      }
      return entry
    }
  }

  private func export(
    _ entry: ModelDetails.Entry, of output: Output, _ document: MetricsDocument,
    _ context: StageContext
  ) throws {
    guard entry.script == nil else {
      throw Diagnostic(
        "\(output.directory)/\(entry.file)", "this network is TorchScript from elsewhere already",
        mend: "copy this file and \(ExternalTeacher.declarationFile) beside it")
    }
    let checkpoint = try ModelCheckpoint(entry.file, of: output, device: .cpu)
    let name = "\(entry.variant)-seed-\(entry.seed)"
    let subject = "\(output.directory)/\(entry.file)"
    let modalities = output.manifest.modalities
    let traced = try TracedNetwork(checkpoint, modalities: modalities, subject: subject)
    let network = checkpoint.network
    let arguments = TracedNetwork.arguments(network.modalities.map(\.name))
    let manifest = output.manifest
    var declaration = traced.declaration
    declaration.about =
      "\(manifest.pipeline), \(manifest.stage), \(entry.variant), seed \(entry.seed), "
      + manifest.fingerprint
    let rows = document.rows.filter {
      $0.stage == manifest.stage && $0.variant == entry.variant
    }
    let card = ModelCard(
      name: name, pipeline: manifest.pipeline, stage: manifest.stage, variant: entry.variant,
      seed: entry.seed, fingerprint: manifest.fingerprint, tool: manifest.tool,
      task: network.task.rawValue, classes: checkpoint.classes,
      units: manifest.units,
      modalities: zip(network.modalities, arguments).map { shape, argument in
        let known = modalities.first { $0.name == shape.name }
        return ModelCard.Modality(
          name: shape.name, argument: argument, shape: shape.shape, axes: known?.axes ?? [],
          type: known?.type.rawValue ?? "float32", unit: known?.unit, rate: known?.rate,
          scale: known?.scale, columns: known?.columns)
      }, parameters: network.parameterCount,
      network: try JSON.details(network.description),
      samples: checkpoint.provenance.samples, labels: checkpoint.provenance.labels,
      steps: checkpoint.report.steps, agreement: checkpoint.report.agreement,
      metrics: MetricsDocument(rows: rows).aggregates(),
      ownMetrics: rows.filter { $0.seed == entry.seed }, notes: configuration.notes,
      files: ["\(name).pt", "\(name).json", "\(name).safetensors"])
    let folder = context.outputDirectory
    let tensors = (network.parameters + network.buffers).map { ($0.name, $0.tensor) }
    try write(try traced.script.bytes(), "\(folder)/\(name).pt")
    try write(
      Array((try JSON.details(declaration).indentedJSON + "\n").utf8), "\(folder)/\(name).json")
    try write(
      try Safetensors.bytes(
        tensors,
        metadata: [
          "format": "pt", "pipeline": manifest.pipeline, "stage": manifest.stage,
          "variant": entry.variant, "seed": "\(entry.seed)", "fingerprint": manifest.fingerprint,
          "network": try JSON.text(network.description), "classes": try JSON.text(card.classes),
        ]), "\(folder)/\(name).safetensors")
    try write(
      Array((try JSON.details(card).indentedJSON + "\n").utf8), "\(folder)/\(name).card.json")
    try write(Array(card.markdown.utf8), "\(folder)/\(name).md")
    context.summarise(
      "\(name): \(network.parameterCount) parameters, takes \(arguments.joined(separator: ", "))")
  }

  private func write(_ bytes: [UInt8], _ path: String) throws {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw Diagnostic(path, "it cannot be written: \(error.localizedDescription)")
    }
  }
}
