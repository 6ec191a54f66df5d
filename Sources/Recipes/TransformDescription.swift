public import Configuration

/// A stochastic transformation T on the student's side. METHOD: the regulariser.
public enum TransformDescription: Codable, Hashable, Sendable {
  /// T(x) = x + scale · mean|x| · ε, ε ~ N(0, 1); the mean is over the modality's batch.
  case multiplicativeNoise(scale: Double, modalities: [String]?)
  /// T(x) = x + std · ε, ε ~ N(0, 1).
  case additiveNoise(std: Double, modalities: [String]?)
  /// The same on the fused features.
  case featureNoise(std: Double)
  /// Fused features are zeroed with probability `rate`, the others scaled by 1 / (1 − rate).
  case dropout(rate: Double)

  /// Whether T acts on the input, before any layer.
  public var actsOnInput: Bool {
    switch self {
    case .multiplicativeNoise, .additiveNoise: true
    case .featureNoise, .dropout: false
    }
  }

  /// The modalities that T is told to touch; `nil` means all.
  public var modalities: [String]? {
    switch self {
    case .multiplicativeNoise(_, let modalities), .additiveNoise(_, let modalities): modalities
    case .featureNoise, .dropout: nil
    }
  }

  private static let modalitiesKey = Key(
    "modalities", .nonEmptyList(.string), "The modalities to touch; all when absent.")

  public static let shape = Shape.tagged([
    .init(
      "multiplicative-noise", "T(x) = x + scale · mean|x| · ε with ε from N(0, 1).",
      keys: [
        Key("scale", .nonNegativeNumber, default: 1, "The paper's a; 1 suits two moons."),
        modalitiesKey,
      ]),
    .init(
      "additive-noise", "T(x) = x + std · ε with ε from N(0, 1).",
      keys: [
        .required("std", .nonNegativeNumber, "Standard deviation, in the modality's own unit."),
        modalitiesKey,
      ]),
    .init(
      "feature-noise", "Gaussian noise on the fused features.",
      keys: [.required("std", .nonNegativeNumber, "Standard deviation of the noise.")]),
    .init(
      "dropout", "Zeroes fused features at random and scales the others up.",
      keys: [
        .required(
          "rate", .number(.init(0, 1, isUpperOpen: true)), "Probability that a feature is zeroed.")
      ]),
  ])

  private enum CodingKeys: String, CodingKey { case kind, scale, std, rate, modalities }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let modalities = try container.decodeIfPresent([String].self, forKey: .modalities)
    let kind = try container.decode(String.self, forKey: .kind)
    switch kind {
    case "multiplicative-noise":
      self = .multiplicativeNoise(
        scale: try container.decode(Double.self, forKey: .scale), modalities: modalities)
    case "additive-noise":
      self = .additiveNoise(
        std: try container.decode(Double.self, forKey: .std), modalities: modalities)
    case "feature-noise":
      self = .featureNoise(std: try container.decode(Double.self, forKey: .std))
    case "dropout":
      self = .dropout(rate: try container.decode(Double.self, forKey: .rate))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "no transform is called '\(kind)'")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .multiplicativeNoise(let scale, let modalities):
      try container.encode("multiplicative-noise", forKey: .kind)
      try container.encode(scale, forKey: .scale)
      try container.encodeIfPresent(modalities, forKey: .modalities)
    case .additiveNoise(let std, let modalities):
      try container.encode("additive-noise", forKey: .kind)
      try container.encode(std, forKey: .std)
      try container.encodeIfPresent(modalities, forKey: .modalities)
    case .featureNoise(let std):
      try container.encode("feature-noise", forKey: .kind)
      try container.encode(std, forKey: .std)
    case .dropout(let rate):
      try container.encode("dropout", forKey: .kind)
      try container.encode(rate, forKey: .rate)
    }
  }
}

/// γ · D(f(x), f(T(x))): the student's clean output and its output under T. METHOD: ℓ_reg.
public struct ConsistencyDescription: Codable, Hashable, Sendable {
  public enum Divergence: String, Codable, Hashable, Sendable, CaseIterable {
    /// KL(f(x) ‖ f(T(x))) of the class distributions.
    case kl = "kl"
    /// Mean squared difference of the class distributions.
    case squaredError = "squared-error"
  }

  public enum CleanSide: String, Codable, Hashable, Sendable, CaseIterable {
    /// The gradient flows through the clean output too.
    case gradient
    /// The clean output is a constant target.
    case stopped
  }

  /// γ
  public var weight: Double
  public var divergence: Divergence
  public var clean: CleanSide

  public init(weight: Double, divergence: Divergence = .kl, clean: CleanSide = .gradient) {
    self.weight = weight
    self.divergence = divergence
    self.clean = clean
  }

  public static let keys: [Key] = [
    .required("weight", .nonNegativeNumber, "The paper's γ."),
    Key(
      "divergence", .choice(Divergence.allCases.map(\.rawValue)), default: "kl",
      "Between the class distributions of the clean and the transformed student."),
    Key(
      "clean", .choice(CleanSide.allCases.map(\.rawValue)), default: "gradient",
      "Whether the gradient flows through the clean side too."),
  ]
}
