public import Configuration

/// From fused features to one logit for each class, of the sample or of each pixel; or to one number
/// for each value of a regression.
public struct HeadDescription: Codable, Hashable, Sendable {
  /// What the logits stand for; `nil` means what the samples ask for.
  public var kind: LearningTask?
  /// Widths of the hidden layers before the logits, which are 1 × 1 convolutions in a segmentation;
  /// none means a linear classifier.
  public var hidden: [Int]
  public var activation: ActivationDescription
  /// How the maps of a segmentation come back to the size of the picture; a U-Net's way when absent.
  public var decoder: DecoderDescription?

  public init(
    kind: LearningTask? = nil, hidden: [Int] = [], activation: ActivationDescription = .relu,
    decoder: DecoderDescription? = nil
  ) {
    self.kind = kind
    self.hidden = hidden
    self.activation = activation
    self.decoder = decoder
  }

  static let keys: [Key] = [
    Key(
      "kind", .choice(LearningTask.allCases.map(\.rawValue)),
      "What the logits stand for; what the samples ask for when absent."),
    Key(
      "hidden", .list(.positiveInteger), default: .array([]),
      "Widths of the hidden layers before the logits; none means a linear classifier."),
    ActivationDescription.key,
    Key(
      "decoder", DecoderDescription.shape,
      "How the maps of a segmentation come back to the size of the picture; 'unet' when absent."),
  ]
}

/// From the fused feature maps of a segmentation to maps that know the picture's details again.
public enum DecoderDescription: Hashable, Sendable {
  /// Scale by scale, each set beside the one below: Ronneberger et al., MICCAI 2015.
  case unet
  case deepLabV3Plus(DeepLabDescription)

  /// The word after `kind:`.
  public var kind: String {
    switch self {
    case .unet: "unet"
    case .deepLabV3Plus: "deeplabv3+"
    }
  }

  public static let shape = Shape.either([
    .choice(["unet", "deeplabv3+"]),
    .tagged([
      .init("unet", "Scale by scale from the coarsest to the finest, each beside the one below."),
      .init(
        "deeplabv3+",
        "Dilated convolutions of several rates and the mean over the picture at the coarsest scale, "
          + "then one finer scale beside them.",
        keys: DeepLabDescription.keys),
    ]),
  ])
}

/// Chen et al., "Encoder-Decoder with Atrous Separable Convolution for Semantic Image Segmentation",
/// ECCV 2018, with plain convolutions.
public struct DeepLabDescription: Codable, Hashable, Sendable {
  /// Channels of each branch and of the maps that come out.
  public var width: Int
  /// Dilations of the 3 × 3 branches at the coarsest scale.
  public var rates: [Int]
  /// Channels that the finer scale is brought to.
  public var lowLevelWidth: Int

  public init(width: Int = 256, rates: [Int] = [6, 12, 18], lowLevelWidth: Int = 48) {
    self.width = width
    self.rates = rates
    self.lowLevelWidth = lowLevelWidth
  }

  static let keys: [Key] = [
    Key("width", .integer(1...65_536), default: 256, "Channels of each branch."),
    Key(
      "rates", .nonEmptyList(.integer(1...4096)), default: .array([6, 12, 18]),
      "Dilations of the 3 × 3 branches, in pixels of the coarsest scale."),
    Key(
      "low-level-width", .integer(1...65_536), default: 48,
      "Channels that the finer scale is brought to."),
  ]

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let standard = DeepLabDescription()
    width = try container.decodeIfPresent(Int.self, forKey: .width) ?? standard.width
    rates = try container.decodeIfPresent([Int].self, forKey: .rates) ?? standard.rates
    lowLevelWidth =
      try container.decodeIfPresent(Int.self, forKey: .lowLevelWidth) ?? standard.lowLevelWidth
  }
}

extension DecoderDescription: Codable {
  private enum CodingKeys: String, CodingKey { case kind }

  /// A word alone, or a mapping with a `kind`.
  public init(from decoder: any Decoder) throws {
    let word = try? decoder.singleValueContainer().decode(String.self)
    let kind =
      try word
      ?? decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .kind)
    switch kind {
    case "unet": self = .unet
    case "deeplabv3+":
      self = .deepLabV3Plus(
        word == nil ? try DeepLabDescription(from: decoder) : DeepLabDescription())
    default:
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath, debugDescription: "no decoder is called '\(kind)'"))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    if case .deepLabV3Plus(let settings) = self { try settings.encode(to: encoder) }
  }
}
