public import Configuration
public import Dataflow
public import Recipes

/// Trains students on D_u. METHOD: step 3,
/// θ_s* = argmin (1/M) Σ [ℓ_pl(ỹ_i, T(f_s(x_i))) + γ · ℓ_reg(f_s(x_i), T(f_s(x_i)))].
///
/// Every row of METHOD's comparison is a variant of this stage: other modalities, other labels,
/// another T. Seed i of a student learns from seed i (modulo their number) of its teacher.
public enum DistillStage: Stage {
  /// What a student learns from.
  public enum Labels: Hashable, Sendable, Decodable {
    case pseudo(StageReference)
    /// The true labels of D_u: the upper bound, by name alone.
    case truth

    public init(from decoder: any Decoder) throws {
      let text = try decoder.singleValueContainer().decode(String.self)
      self = text == DistillStage.truth ? .truth : .pseudo(StageReference(text))
    }
  }

  public struct Variant: Decodable, Sendable {
    public var from: StageReference
    public var labels: Labels
    /// D_l with its true labels, beside D_u (Xie et al. 2020, the noisy student).
    public var alsoLabelled: StageReference?
    public var modalities: [String]
    public var network: NetworkDescription
    public var transform: [TransformDescription]
    public var consistency: ConsistencyDescription?
    public var training: TrainingDescription

    private enum CodingKeys: String, CodingKey {
      case from, labels, alsoLabelled, modalities, network, transform, consistency
    }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      from = try container.decode(StageReference.self, forKey: .from)
      labels = try container.decode(Labels.self, forKey: .labels)
      alsoLabelled = try container.decodeIfPresent(StageReference.self, forKey: .alsoLabelled)
      modalities = try container.decode([String].self, forKey: .modalities)
      network = try container.decode(NetworkDescription.self, forKey: .network)
      transform = try container.decode([TransformDescription].self, forKey: .transform)
      consistency = try container.decodeIfPresent(ConsistencyDescription.self, forKey: .consistency)
      training = try TrainingDescription(from: decoder)
    }
  }

  public typealias Configuration = VariantSet<Variant>

  static let truth = "truth"
  public static let kind = "distill"
  public static let documentation =
    "Trains students on the unlabelled samples and their pseudo-labels."
  public static let from = Port(
    "from", .alignedSamples, selection: .split([.unlabelled]), "The unlabelled samples.")
  public static let labels = Port(
    "labels", .pseudoLabels, words: [truth],
    "The pseudo-labels; 'truth' for the supervised upper bound.")
  public static let alsoLabelled = Port(
    "also-labelled", .alignedSamples, count: .optional, selection: .split([.labelled]),
    "Labelled samples to train on as well, with their true labels.")
  public static let inputs = [from, labels, alsoLabelled]
  public static let output = PortType.model
  public static let hasVariants = true
  public static let keys =
    [
      NetworkChecks.modalitiesKey, NetworkChecks.networkKey, NetworkChecks.transformKey,
      Key(
        "consistency", .object(ConsistencyDescription.keys),
        "The term γ · D(f(x), f(T(x))); absent means none."),
    ] + TrainingDescription.keys
  public static let version = 2

  public static func readsTruth(_ configuration: Configuration) -> Bool {
    configuration.variants.values.contains { $0.labels == .truth }
  }

  public static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription {
    var modalities: [String] = []
    var classes: [String]?
    var task: LearningTask?
    for (name, variant) in configuration.ordered {
      let path = ["variants", name]
      let samples = inputs.first(from.name, variant: name)?.description
      classes = classes ?? samples?.classes
      task = task ?? samples?.task ?? variant.network.head.kind
      NetworkChecks.check(
        network: variant.network, modalities: variant.modalities, transforms: variant.transform,
        on: samples, at: path, report: report)
      NetworkChecks.check(
        training: variant.training, on: samples, head: variant.network.head.kind, at: path,
        report: report)
      if variant.consistency?.divergence == .kl,
        (samples?.task ?? variant.network.head.kind) == .regression
      {
        report(
          Complaint(
            path + ["consistency", "divergence"],
            "'kl' compares class distributions, and a regression has none",
            mend: "write 'squared-error', or leave it out"))
      }
      if let consistency = variant.consistency, consistency.weight > 0, variant.transform.isEmpty {
        report(
          Complaint(
            path + ["consistency"],
            "without a transform the clean and the transformed student are the same",
            mend: "add a transform, or remove 'consistency'", isWarning: true))
      }
      if case .pseudo(let reference) = variant.labels {
        let description = inputs.first(labels.name, variant: name)?.description
        if let known = description?.task, let wanted = samples?.task, known != wanted {
          report(
            Complaint(
              path + [labels.name],
              "'\(reference)' are labels for '\(known.rawValue)', and the samples ask for "
                + "'\(wanted.rawValue)'",
              mend: "label them by a teacher that was trained for '\(wanted.rawValue)'"))
        }
        let origin = description?.origin
        if let origin, origin != variant.from.stage {
          report(
            Complaint(
              path + [labels.name],
              "'\(reference)' labels the samples of '\(origin)', not those of "
                + "'\(variant.from.stage)'",
              mend: "train 'from: \(origin).unlabelled', or label '\(variant.from)'"))
        }
      }
      modalities += variant.modalities.filter { !modalities.contains($0) }
    }
    return OutputDescription(
      .model, modalities: modalities, splits: [.unlabelled], task: task, classes: classes,
      variants: configuration.names, origin: configuration.ordered.first?.configuration.from.stage)
  }
}
