public import Configuration

/// A stochastic transformation T on the student's side. METHOD: the regulariser.
public enum TransformDescription: Codable, Hashable, Sendable {
  /// T(x) = x + scale · mean|x| · ε, ε ~ N(0, 1); the mean is over the batch.
  case multiplicativeNoise(
    scale: Double, modalities: [String]?, magnitude: Magnitude = .ofModality)
  /// T(x) = x + std · ε, ε ~ N(0, 1).
  case additiveNoise(std: Double, modalities: [String]?)
  /// Each channel of each sample times exp(std · ε): a sensor of another gain.
  case scaling(std: Double, modalities: [String]?)
  /// Each sample moved in a circle by up to `steps` time steps: a window cut elsewhere.
  case timeShift(steps: Int, modalities: [String]?)
  /// The channels, in triples of x, y and z, of each sample turned about a random axis by an angle
  /// ~ N(0, degrees): a sensor worn differently.
  case rotation(degrees: Double, modalities: [String]?)
  /// Each picture mirrored left to right with this probability.
  case flip(probability: Double, modalities: [String]?)
  /// Each picture moved by up to `pixels` either way in both directions; what comes in is zero.
  case cropShift(pixels: Int, modalities: [String]?)
  /// Each modality of each sample zeroed with probability `rate`, but never all that the network
  /// sees: a sensor that failed.
  case modalityDropout(rate: Double, modalities: [String]?)
  /// x + std · ε on the fused features.
  case featureNoise(std: Double)
  /// Fused features are zeroed with probability `rate`, the others scaled by 1 / (1 − rate).
  case dropout(rate: Double)

  /// Over what mean|x| is taken.
  public enum Magnitude: String, Codable, Hashable, Sendable, CaseIterable {
    /// Each modality for itself.
    case ofModality = "modality"
    /// All touched modalities together, as in the authors' notebook, where they are the columns of
    /// one tensor. Only where they share a scale.
    case ofAll = "all"
  }

  /// Whether T acts on the input, before any layer.
  public var actsOnInput: Bool {
    switch self {
    case .featureNoise, .dropout: false
    default: true
    }
  }

  /// Whether T moves pixels: then all pictures that it touches, and the label map, share one draw.
  public var movesPixels: Bool {
    switch self {
    case .flip, .cropShift: true
    default: false
    }
  }

  /// The modalities that T is told to touch; `nil` means all, of those that move pixels all pictures.
  public var modalities: [String]? {
    switch self {
    case .multiplicativeNoise(_, let modalities, _), .additiveNoise(_, let modalities),
      .scaling(_, let modalities), .timeShift(_, let modalities), .rotation(_, let modalities),
      .modalityDropout(_, let modalities), .flip(_, let modalities),
      .cropShift(_, let modalities):
      modalities
    case .featureNoise, .dropout: nil
    }
  }

  private static let modalitiesKey = Key(
    "modalities", .nonEmptyList(.string), "The modalities to touch; all when absent.")

  private static let picturesKey = Key(
    "modalities", .nonEmptyList(.string), "The modalities to touch; all pictures when absent.")

  public static let shape = Shape.tagged([
    .init(
      "multiplicative-noise", "T(x) = x + scale · mean|x| · ε with ε from N(0, 1).",
      keys: [
        Key("scale", .nonNegativeNumber, default: 1, "The paper's a; 1 suits two moons."),
        Key(
          "magnitude", .choice(Magnitude.allCases.map(\.rawValue)), default: "modality",
          "Whether mean|x| is each modality's own, or that of all touched ones together."),
        modalitiesKey,
      ]),
    .init(
      "additive-noise", "T(x) = x + std · ε with ε from N(0, 1).",
      keys: [
        .required("std", .nonNegativeNumber, "Standard deviation, in the modality's own unit."),
        modalitiesKey,
      ]),
    .init(
      "scaling", "Multiplies each channel of each sample by exp(std · ε) with ε from N(0, 1).",
      keys: [
        .required("std", .nonNegativeNumber, "Standard deviation of the factor's logarithm."),
        modalitiesKey,
      ]),
    .init(
      "time-shift",
      "Moves each sample of a series or video in a circle by a random number of time steps.",
      keys: [
        .required("steps", .positiveInteger, "The most steps, either way."),
        modalitiesKey,
      ]),
    .init(
      "rotation", "Turns the channels of each sample, in triples of x, y and z, in space.",
      keys: [
        .required(
          "degrees", .number(.init(0, 180)),
          "Standard deviation of the angle about a random axis."),
        modalitiesKey,
      ]),
    .init(
      "flip",
      "Mirrors pictures left to right: all modalities of a sample, and its label map, alike.",
      keys: [
        Key("probability", .share, default: 0.5, "How likely a sample is mirrored."),
        picturesKey,
      ]),
    .init(
      "crop-shift",
      "Moves pictures by a random number of pixels: all modalities of a sample, and its label map, "
        + "alike; what comes in from outside is zero and has no label.",
      keys: [
        .required("pixels", .positiveInteger, "The most pixels, either way in both directions."),
        picturesKey,
      ]),
    .init(
      "modality-dropout",
      "Zeroes whole modalities of samples at random, but never all of a sample.",
      keys: [
        .required(
          "rate", .number(.init(0, 1, isUpperOpen: true)), "Probability that one is zeroed."),
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

  private enum CodingKeys: String, CodingKey {
    case kind, scale, magnitude, std, steps, degrees, rate, probability, pixels, modalities
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let modalities = try container.decodeIfPresent([String].self, forKey: .modalities)
    func number(_ key: CodingKeys) throws -> Double {
      try container.decode(Double.self, forKey: key)
    }
    let kind = try container.decode(String.self, forKey: .kind)
    switch kind {
    case "multiplicative-noise":
      self = .multiplicativeNoise(
        scale: try number(.scale), modalities: modalities,
        magnitude: try container.decodeIfPresent(Magnitude.self, forKey: .magnitude) ?? .ofModality)
    case "additive-noise":
      self = .additiveNoise(std: try number(.std), modalities: modalities)
    case "scaling":
      self = .scaling(std: try number(.std), modalities: modalities)
    case "time-shift":
      self = .timeShift(
        steps: try container.decode(Int.self, forKey: .steps), modalities: modalities)
    case "rotation":
      self = .rotation(degrees: try number(.degrees), modalities: modalities)
    case "flip":
      self = .flip(probability: try number(.probability), modalities: modalities)
    case "crop-shift":
      self = .cropShift(
        pixels: try container.decode(Int.self, forKey: .pixels), modalities: modalities)
    case "modality-dropout":
      self = .modalityDropout(rate: try number(.rate), modalities: modalities)
    case "feature-noise":
      self = .featureNoise(std: try number(.std))
    case "dropout":
      self = .dropout(rate: try number(.rate))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "no transform is called '\(kind)'")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let kind: String
    switch self {
    case .multiplicativeNoise(let scale, _, let magnitude):
      kind = "multiplicative-noise"
      try container.encode(scale, forKey: .scale)
      try container.encode(magnitude, forKey: .magnitude)
    case .additiveNoise(let std, _):
      kind = "additive-noise"
      try container.encode(std, forKey: .std)
    case .scaling(let std, _):
      kind = "scaling"
      try container.encode(std, forKey: .std)
    case .timeShift(let steps, _):
      kind = "time-shift"
      try container.encode(steps, forKey: .steps)
    case .rotation(let degrees, _):
      kind = "rotation"
      try container.encode(degrees, forKey: .degrees)
    case .flip(let probability, _):
      kind = "flip"
      try container.encode(probability, forKey: .probability)
    case .cropShift(let pixels, _):
      kind = "crop-shift"
      try container.encode(pixels, forKey: .pixels)
    case .modalityDropout(let rate, _):
      kind = "modality-dropout"
      try container.encode(rate, forKey: .rate)
    case .featureNoise(let std):
      kind = "feature-noise"
      try container.encode(std, forKey: .std)
    case .dropout(let rate):
      kind = "dropout"
      try container.encode(rate, forKey: .rate)
    }
    try container.encode(kind, forKey: .kind)
    try container.encodeIfPresent(modalities, forKey: .modalities)
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
