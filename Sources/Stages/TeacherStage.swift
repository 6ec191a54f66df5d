public import Configuration
public import Dataflow
public import Recipes

/// Trains the unimodal teacher on D_l with its true labels. METHOD: step 1,
/// θ_t* = argmin (1/N) Σ ℓ(y_i, f_t(x_i; θ_t)).
public enum TeacherStage: Stage {
  public struct Configuration: Decodable, Sendable {
    /// The labelled samples: `stage.labelled`.
    public var from: StageReference
    /// What the teacher sees; usually one modality.
    public var modalities: [String]
    public var network: NetworkDescription
    public var transform: [TransformDescription]
    public var training: TrainingDescription

    private enum CodingKeys: String, CodingKey { case from, modalities, network, transform }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      from = try container.decode(StageReference.self, forKey: .from)
      modalities = try container.decode([String].self, forKey: .modalities)
      network = try container.decode(NetworkDescription.self, forKey: .network)
      transform = try container.decode([TransformDescription].self, forKey: .transform)
      training = try TrainingDescription(from: decoder)
    }
  }

  public static let kind = "teacher"
  public static let documentation =
    "Trains a network on the labelled samples and their true labels."
  public static let from = Port(
    "from", .alignedSamples, selection: .split([.labelled]), "The labelled samples.")
  public static let inputs = [from]
  public static let output = PortType.model
  public static let keys =
    [NetworkChecks.modalitiesKey, NetworkChecks.networkKey, NetworkChecks.transformKey]
    + TrainingDescription.keys
  public static let version = 1

  public static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription {
    let samples = inputs.first(from.name)?.description
    NetworkChecks.check(
      network: configuration.network, modalities: configuration.modalities,
      transforms: configuration.transform, on: samples, at: [], report: report)
    NetworkChecks.check(
      training: configuration.training, on: samples, at: [], report: report)
    return OutputDescription(
      .model, modalities: configuration.modalities, splits: [.labelled],
      task: samples?.task ?? configuration.network.head.kind,
      classes: samples?.classes, origin: inputs.first(from.name)?.reference.stage)
  }
}
