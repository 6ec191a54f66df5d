import Configuration
import Dataflow
import Shards
import Training

/// The output of the stages that train: one shard for each network, and what became of them.
enum ModelOutput {
  static func writer(_ context: StageContext) throws -> OutputWriter {
    try OutputWriter(context.outputDirectory, header: OutputHeader(context.job, .model))
  }

  static func finish(
    _ writer: OutputWriter, _ checkpoints: [ModelCheckpoint], lights: [StudentLight] = [],
    task: LearningTask?, units: [String]? = nil, modalities: [ModalityDescription]
  ) throws {
    let details = ModelDetails(
      networks: checkpoints.map {
        ModelDetails.Entry(
          variant: $0.variant, seed: $0.seed, file: ModelCheckpoint.file($0.variant, $0.seed),
          report: $0.report)
      }, lights: lights)
    _ = try writer.finish(
      task: task, classes: checkpoints.first?.classes, units: units, modalities: modalities,
      details: try JSON.details(details))
  }
}

extension OutputHeader {
  /// What every output says of its origin.
  init(_ job: Job, _ type: PortType) {
    self.init(
      pipeline: job.pipeline, stage: job.stage, kind: job.kind, schema: type.rawValue,
      fingerprint: job.fingerprint, tool: job.toolVersion)
  }
}
