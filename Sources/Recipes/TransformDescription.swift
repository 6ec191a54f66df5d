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
  /// Each picture mirrored with this probability.
  case flip(
    probability: Double, modalities: [String]?, axis: Axis = .horizontal, joint: Bool = true)
  /// Each picture moved by up to `pixels` either way in both directions; what comes in is zero.
  case cropShift(pixels: Int, modalities: [String]?, joint: Bool = true)
  case resizedCrop(ResizedCrop)
  case colorJitter(ColorJitter)
  case blur(Blur)
  case erasing(Erasing)
  /// Along the time of series and videos.
  case timeMask(SpanMask)
  /// Along the channels of series.
  case frequencyMask(SpanMask)
  case gain(GainChange)
  case set(TransformSet)
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

  /// Along what a picture is mirrored.
  public enum Axis: String, Codable, Hashable, Sendable, CaseIterable {
    /// Left to right.
    case horizontal
    /// Top to bottom.
    case vertical
  }

  /// Whether T acts on the input, before any layer.
  public var actsOnInput: Bool {
    switch self {
    case .featureNoise, .dropout: false
    default: true
    }
  }

  /// Whether T moves pixels.
  public var movesPixels: Bool {
    switch self {
    case .flip, .cropShift, .resizedCrop: true
    case .set(let set): set.sort == .pictures
    default: false
    }
  }

  /// Whether all pictures that T moves, and the label map, share one draw.
  public var isJoint: Bool {
    switch self {
    case .flip(_, _, _, let joint), .cropShift(_, _, let joint): joint
    case .resizedCrop(let crop): crop.joint
    default: true
    }
  }

  /// Whether T is of pictures and videos alone.
  public var takesPictures: Bool {
    switch self {
    case .colorJitter, .blur, .erasing: true
    default: movesPixels
    }
  }

  /// The modalities that T is told to touch; `nil` means all, of transforms of pictures all pictures.
  public var modalities: [String]? {
    switch self {
    case .multiplicativeNoise(_, let modalities, _), .additiveNoise(_, let modalities),
      .scaling(_, let modalities), .timeShift(_, let modalities), .rotation(_, let modalities),
      .modalityDropout(_, let modalities), .flip(_, let modalities, _, _),
      .cropShift(_, let modalities, _):
      modalities
    case .resizedCrop(let crop): crop.modalities
    case .colorJitter(let jitter): jitter.modalities
    case .blur(let blur): blur.modalities
    case .erasing(let erasing): erasing.modalities
    case .timeMask(let mask), .frequencyMask(let mask): mask.modalities
    case .gain(let gain): gain.modalities
    case .set(let set): set.modalities
    case .featureNoise, .dropout: nil
    }
  }

  /// What the bounds of T get wrong, each as the key and a sentence.
  public var faults: [(key: String, fault: String)] {
    let bounds: [(String, Interval)] =
      switch self {
      case .resizedCrop(let crop): [("area", crop.area), ("ratio", crop.ratio)]
      case .erasing(let erasing): [("area", erasing.area), ("ratio", erasing.ratio)]
      case .blur(let blur): [("std", blur.std)]
      default: []
      }
    return bounds.filter { $0.1.range == nil }.map { key, bounds in
      (key, "the smallest '\(key)' \(bounds.low) is above the largest \(bounds.high)")
    }
  }

  private static let modalitiesKey = Key(
    "modalities", .nonEmptyList(.string), "The modalities to touch; all when absent.")

  private static let picturesKey = Key(
    "modalities", .nonEmptyList(.string), "The modalities to touch; all pictures when absent.")

  private static let jointKey = Key(
    "joint", .bool, default: true,
    "false: each modality is moved by a draw of its own, and label maps stay where they are.")

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
      "Mirrors pictures: all modalities of a sample, and its label map, alike.",
      keys: [
        Key("probability", .share, default: 0.5, "How likely a sample is mirrored."),
        Key(
          "axis", .choice(Axis.allCases.map(\.rawValue)), default: "horizontal",
          "horizontal: left to right; vertical: top to bottom."),
        jointKey, picturesKey,
      ]),
    .init(
      "crop-shift",
      "Moves pictures by a random number of pixels: all modalities of a sample, and its label map, "
        + "alike; what comes in from outside is zero and has no label.",
      keys: [
        .required("pixels", .positiveInteger, "The most pixels, either way in both directions."),
        jointKey, picturesKey,
      ]),
    .init(
      "random-resized-crop",
      "Cuts a random box out of pictures and resizes it to their size: all modalities of a sample, "
        + "and its label map, alike.",
      keys: ResizedCrop.keys + [jointKey, picturesKey]),
    .init(
      "color-jitter",
      "Changes brightness, contrast and saturation of standardised pictures, in this order.",
      keys: ColorJitter.keys + [picturesKey]),
    .init("blur", "Blurs pictures by a Gaussian.", keys: Blur.keys + [picturesKey]),
    .init(
      "erasing", "Wipes a random box out of pictures; label maps stay as they are.",
      keys: Erasing.keys + [picturesKey]),
    .init(
      "time-mask", "Zeroes random spans of time of series and videos, as SpecAugment does.",
      keys: SpanMask.keys("time steps") + [modalitiesKey]),
    .init(
      "frequency-mask", "Zeroes random bands of the channels of series, as SpecAugment does.",
      keys: SpanMask.keys("channels") + [modalitiesKey]),
    .init(
      "gain", "Multiplies each sample by a factor, uniform in decibels.",
      keys: GainChange.keys + [modalitiesKey]),
    .init("set", TransformSet.documentation, keys: TransformSet.keys + [modalitiesKey]),
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
    case kind, scale, magnitude, std, steps, degrees, rate, probability, pixels, axis, joint
    case modalities
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
      self = .flip(
        probability: try number(.probability), modalities: modalities,
        axis: try container.decodeIfPresent(Axis.self, forKey: .axis) ?? .horizontal,
        joint: try container.decodeIfPresent(Bool.self, forKey: .joint) ?? true)
    case "crop-shift":
      self = .cropShift(
        pixels: try container.decode(Int.self, forKey: .pixels), modalities: modalities,
        joint: try container.decodeIfPresent(Bool.self, forKey: .joint) ?? true)
    case "random-resized-crop": self = .resizedCrop(try ResizedCrop(from: decoder))
    case "color-jitter": self = .colorJitter(try ColorJitter(from: decoder))
    case "blur": self = .blur(try Blur(from: decoder))
    case "erasing": self = .erasing(try Erasing(from: decoder))
    case "time-mask": self = .timeMask(try SpanMask(from: decoder))
    case "frequency-mask": self = .frequencyMask(try SpanMask(from: decoder))
    case "gain": self = .gain(try GainChange(from: decoder))
    case "set": self = .set(try TransformSet(from: decoder))
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
    case .flip(let probability, _, let axis, let joint):
      kind = "flip"
      try container.encode(probability, forKey: .probability)
      try container.encode(axis, forKey: .axis)
      try container.encode(joint, forKey: .joint)
    case .cropShift(let pixels, _, let joint):
      kind = "crop-shift"
      try container.encode(pixels, forKey: .pixels)
      try container.encode(joint, forKey: .joint)
    case .resizedCrop(let crop):
      kind = "random-resized-crop"
      try crop.encode(to: encoder)
    case .colorJitter(let jitter):
      kind = "color-jitter"
      try jitter.encode(to: encoder)
    case .blur(let blur):
      kind = "blur"
      try blur.encode(to: encoder)
    case .erasing(let erasing):
      kind = "erasing"
      try erasing.encode(to: encoder)
    case .timeMask(let mask):
      kind = "time-mask"
      try mask.encode(to: encoder)
    case .frequencyMask(let mask):
      kind = "frequency-mask"
      try mask.encode(to: encoder)
    case .gain(let gain):
      kind = "gain"
      try gain.encode(to: encoder)
    case .set(let set):
      kind = "set"
      try set.encode(to: encoder)
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
    /// KL(f(x) ‖ f(T(x))) of the class distributions; none of a regression.
    case kl = "kl"
    /// Mean squared difference of the class distributions, or of the values of a regression in their
    /// standard deviations.
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
  /// `nil` means KL, and the squared error of a regression.
  public var divergence: Divergence?
  public var clean: CleanSide

  public init(weight: Double, divergence: Divergence? = nil, clean: CleanSide = .gradient) {
    self.weight = weight
    self.divergence = divergence
    self.clean = clean
  }

  public static let keys: [Key] = [
    .required("weight", .nonNegativeNumber, "The paper's γ."),
    Key(
      "divergence", .choice(Divergence.allCases.map(\.rawValue)),
      "Between the answers of the clean and the transformed student; when absent, 'kl' of class "
        + "distributions and 'squared-error' of a regression."),
    Key(
      "clean", .choice(CleanSide.allCases.map(\.rawValue)), default: "gradient",
      "Whether the gradient flows through the clean side too."),
  ]
}
