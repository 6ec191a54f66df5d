public import Configuration
public import Dataflow
public import Recipes

/// Trains the unimodal teacher on D_l with its true labels. METHOD: step 1,
/// θ_t* = argmin (1/N) Σ ℓ(y_i, f_t(x_i; θ_t)). Or takes a teacher that was trained elsewhere.
public enum TeacherStage: Stage {
  public struct Configuration: Decodable, Sendable {
    /// The labelled samples: `stage.labelled`; of a teacher from a file, samples that it can be
    /// checked on, or none.
    public var from: StageReference?
    /// What the teacher sees; usually one modality. Empty when `file` says it.
    public var modalities: [String]
    public var network: NetworkDescription
    public var transform: [TransformDescription]
    public var training: TrainingDescription
    /// A teacher that was trained elsewhere.
    public var file: TeacherFile?
    /// Keys that go with `file` and stand without it.
    var strayKeys: [String]

    private enum CodingKeys: String, CodingKey {
      case from, modalities, network, transform, file, declaration, classes, rename, merge
      case trainedOn = "trained-on"
    }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      from = try container.decodeIfPresent(StageReference.self, forKey: .from)
      modalities = try container.decodeIfPresent([String].self, forKey: .modalities) ?? []
      network = try container.decode(NetworkDescription.self, forKey: .network)
      transform = try container.decode([TransformDescription].self, forKey: .transform)
      training = try TrainingDescription(from: decoder)
      file = container.contains(.file) ? try TeacherFile(from: decoder) : nil
      let own: [CodingKeys] = [.declaration, .classes, .rename, .merge, .trainedOn]
      strayKeys = file == nil ? own.filter(container.contains).map(\.rawValue) : []
    }
  }

  public static let kind = "teacher"
  public static let documentation =
    "Trains a network on the labelled samples and their true labels, or takes one from a file."
  public static let from = Port(
    "from", .alignedSamples, count: .optional, selection: .split([.labelled]),
    "The labelled samples; with 'file', samples that it is checked on.")
  public static let inputs = [from]
  public static let output = PortType.model
  public static let keys =
    [
      Key("modalities", .nonEmptyList(.string), "The modalities that the network sees."),
      NetworkChecks.networkKey, NetworkChecks.transformKey,
    ] + TrainingDescription.keys + TeacherFile.keys
  public static let version = 2

  public static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription {
    let samples = inputs.first(from.name)?.description
    if let file = configuration.file {
      refuseTraining(configuration, report: report)
      return file.describe(
        samples: samples, origin: inputs.first(from.name)?.reference.stage, report: report)
    }
    for key in configuration.strayKeys {
      report(
        Complaint(
          [key], "'\(key)' goes with a teacher from a file", mend: "add 'file: NETWORK.pt'"))
    }
    if configuration.from == nil {
      report(
        Complaint(
          [], "nothing says what the teacher learns from",
          mend: "add 'from: STAGE.labelled', or 'file: NETWORK.pt' for one trained elsewhere"))
    }
    if configuration.modalities.isEmpty {
      report(
        Complaint(
          [], "nothing says what the teacher sees",
          mend: "add 'modalities: [NAME]': the modalities that the network sees"))
    }
    NetworkChecks.check(
      network: configuration.network, modalities: configuration.modalities,
      transforms: configuration.transform, on: samples, at: [], report: report)
    NetworkChecks.check(
      training: configuration.training, on: samples, head: configuration.network.head.kind, at: [],
      report: report)
    return OutputDescription(
      .model, modalities: configuration.modalities, splits: [.labelled],
      task: samples?.task ?? configuration.network.head.kind,
      classes: samples?.classes, origin: inputs.first(from.name)?.reference.stage)
  }

  /// What says how to train has no place beside a network that is trained.
  private static func refuseTraining(
    _ configuration: Configuration, report: (Complaint) -> Void
  ) {
    let given = [
      configuration.modalities.isEmpty ? nil : "modalities",
      configuration.training.epochs == nil ? nil : "epochs",
      configuration.training.steps == nil ? nil : "steps",
      configuration.transform.isEmpty ? nil : "transform",
      configuration.training.seeds == 1 ? nil : "seeds",
    ]
    for key in given.compactMap(\.self) {
      report(
        Complaint(
          [key], "'\(key)' goes with training a teacher, and 'file' brings one that is trained",
          mend: "remove it"))
    }
  }
}
