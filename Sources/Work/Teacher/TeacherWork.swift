public import Dataflow
import Diagnostics
public import Stages
import Tensors
import Training

/// Trains the teacher, one network for each seed, on the labelled samples; or brings one in.
public struct TeacherWork: StageWork {
  public typealias Face = TeacherStage

  private let configuration: TeacherStage.Configuration

  public init(_ configuration: TeacherStage.Configuration) { self.configuration = configuration }

  public func run(_ context: StageContext) async throws {
    if let file = configuration.file {
      try ExternalTeacher(file, context).run()
      return
    }
    let samples = try SampleSet(try context.input(TeacherStage.from))
    let classes = try samples.classes()
    let labels = try samples.openLabels()
    try check(labels, of: samples)
    let inputs = try samples.inputs(configuration.modalities)
    let lesson = try labels.lesson(picture: inputs.first?.shape.picture)
    if lesson.rows.count < samples.count {
      context.warn(
        "\(samples.count - lesson.rows.count) of \(samples.count) labelled samples have no label "
          + "and are left out")
    }
    let source = try MemorySource(
      inputs, rows: lesson.rows.count == samples.count ? nil : lesson.rows,
      targets: lesson.targets)
    let trainer = Trainer(
      network: try samples.network(configuration.network), classes: classes.count,
      training: configuration.training, transforms: configuration.transform,
      classWeights: try lesson.weights(
        configuration.training.classWeights, classes: classes,
        of: "stage '\(context.job.stage)'"),
      device: try Device(context.job.device))
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
      writer, checkpoints, task: samples.output.manifest.task,
      units: samples.output.manifest.units,
      modalities: try configuration.modalities.map(samples.modality))
    context.summarise(
      "\(checkpoints.count) network\(checkpoints.count == 1 ? "" : "s") of "
        + "\(checkpoints[0].network.parameterCount) parameters on \(lesson.rows.count) labelled samples;"
        + " loss \(Figures.mean(checkpoints.map(\.report.finalLoss))), "
        + (samples.task == .regression ? "explains " : "fits ")
        + "\(Figures.percent(checkpoints.map(\.report.agreement))) of "
        + (samples.task == .regression ? "their variance" : "them"))
  }

  /// Whether the labels can teach anything.
  private func check(_ labels: LabelColumn, of samples: SampleSet) throws {
    let subject = "input '\(samples.input.reference)'"
    let counts = labels.histogram()
    switch samples.task {
    case .singleLabel:
      let missing = (0..<labels.count).count { !labels.isKnown($0) }
      guard counts.count(where: { $0 > 0 }) + (missing > 0 ? 1 : 0) > 1 else {
        throw Diagnostic(
          subject, "all labelled samples are of one class",
          mend: "label samples of at least two classes")
      }
      guard missing == 0 else {
        throw Diagnostic(
          subject, "\(missing) labelled samples have no label",
          mend: "give each of them a label, or take them out of the labelled split")
      }
    case .multiLabel:
      guard counts.contains(where: { $0 > 0 }), counts.contains(where: { $0 < labels.count })
      else {
        throw Diagnostic(
          subject, "no labelled sample has a label that another one lacks",
          mend: "label samples that differ")
      }
    case .regression:
      let classes = try samples.classes()
      if let unknown = zip(classes, counts).first(where: { $0.1 == 0 }) {
        throw Diagnostic(
          subject, "not one labelled sample has a value of '\(unknown.0)'",
          mend: "fill it in for some, or take it out of 'columns'")
      }
    case .segmentation:
      guard counts.count(where: { $0 > 0 }) > 1 else {
        throw Diagnostic(
          subject, "all labelled pixels are of one class",
          mend: "label pixels of at least two classes")
      }
    }
  }
}
