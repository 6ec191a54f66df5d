public import Configuration
public import Dataflow
import Diagnostics

/// Runs a model over samples and keeps its logits, one column for each of the model's seeds.
/// METHOD: step 2, f_t(x_i; θ_t*) on the clean input.
public enum InferStage: Stage {
  public struct Configuration: Decodable, Sendable {
    /// The model, or one variant of it.
    public var model: StageReference
    /// The samples: `stage.split`.
    public var from: StageReference
    public var precision: Precision
    /// Samples a forward pass.
    public var batchSize: Int
  }

  /// The type of the logits' numbers.
  public enum Precision: String, Decodable, Sendable, CaseIterable { case float32, float16 }

  public static let kind = "infer"
  public static let documentation = "Runs a model over samples and keeps its logits, or values."
  public static let model = Port("model", .model, selection: .variant, "The model to run.")
  public static let from = Port(
    "from", .alignedSamples, selection: .split(Split.allCases), "The samples to run it over.")
  public static let inputs = [model, from]
  public static let output = PortType.predictions
  public static let keys = [
    Key(
      "precision", .choice(Precision.allCases.map(\.rawValue)), default: "float32",
      "The type of the logits' numbers; float16 takes half the room, which tells in segmentations."),
    Key("batch-size", .integer(1...1_048_576), default: 256, "Samples a forward pass.")
      .keptOutOfFingerprint,
  ]
  public static let version = 1

  public static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription {
    let model = inputs.first(Self.model.name)
    let samples = inputs.first(from.name)
    if let variants = model?.description?.variants, variants.count > 1,
      configuration.model.selection == nil
    {
      report(
        Complaint(
          [Self.model.name], "'\(configuration.model)' has several variants, and one must be named",
          mend: variants.map { "'\(configuration.model.stage).\($0)'" }
            .joined(separator: " or ")))
    }
    let task = samples?.description?.task ?? model?.description?.task
    if task == .regression, configuration.precision == .float16 {
      report(
        Complaint(
          ["precision"], "'float16' would round values of any size", mend: "remove 'precision'"))
    }
    ModelChecks.check(model, runsOn: samples, at: [Self.model.name], report: report)
    return OutputDescription(
      .predictions, modalities: model?.description?.modalities,
      splits: configuration.from.selection.flatMap(Split.init(rawValue:)).map { [$0] } ?? [],
      task: model?.description?.task ?? samples?.description?.task,
      classes: model?.description?.classes ?? samples?.description?.classes,
      origin: configuration.from.stage)
  }
}
