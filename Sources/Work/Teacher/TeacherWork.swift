public import Dataflow
import Diagnostics
public import Stages
import Tensors
import Training

/// Trains the teacher, one network for each seed, on the labelled samples.
public struct TeacherWork: StageWork {
  public typealias Face = TeacherStage

  private let configuration: TeacherStage.Configuration

  public init(_ configuration: TeacherStage.Configuration) { self.configuration = configuration }

  public func run(_ context: StageContext) async throws {
    let samples = try SampleSet(try context.input(TeacherStage.from))
    let classes = try samples.classes()
    let labels = try samples.openLabels()
    guard let labelled = labels.first, labels.contains(where: { $0 != labelled }) else {
      throw Diagnostic(
        "input '\(samples.input.reference)'", "all labelled samples are of one class",
        mend: "label samples of at least two classes")
    }
    guard labels.allSatisfy({ $0 >= 0 }) else {
      throw Diagnostic(
        "input '\(samples.input.reference)'",
        "\(labels.count { $0 < 0 }) labelled samples have no label",
        mend: "give each of them a label, or take them out of the labelled split")
    }
    let source = try MemorySource(
      try samples.tensors(configuration.modalities), targets: .hard(try Tensor(classes: labels)))
    let trainer = Trainer(
      network: configuration.network, classes: classes.count, training: configuration.training,
      transforms: configuration.transform, device: try Device(context.job.device))
    let provenance = ModelCheckpoint.Provenance(
      samples: samples.input.reference.description, fingerprint: samples.input.fingerprint,
      labels: "truth")
    let study = Study(
      items: configuration.training.seedList.map { seed in
        Study.Item(
          variant: context.job.stage, seed: seed, trainer: trainer, source: source,
          classes: classes, provenance: provenance)
      })
    let writer = try ModelOutput.writer(context)
    let checkpoints = try await study.run(into: writer, context)
    try TrainedOn.write([samples], to: writer)
    try ModelOutput.finish(
      writer, checkpoints, modalities: try configuration.modalities.map(samples.modality))
    context.summarise(
      "\(checkpoints.count) network\(checkpoints.count == 1 ? "" : "s") of "
        + "\(checkpoints[0].network.parameterCount) parameters on \(labels.count) labelled samples;"
        + " loss \(Figures.mean(checkpoints.map(\.report.finalLoss))), fits "
        + "\(Figures.percent(checkpoints.map(\.report.agreement))) of them")
  }
}
