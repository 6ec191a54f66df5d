public import Configuration

/// How one modality becomes a feature vector `[batch, features]`; of pictures also feature maps.
public enum EncoderDescription: Hashable, Sendable {
  /// The values themselves, flattened.
  case identity
  case mlp(MLPDescription)
  case cnn1d(CNN1DDescription)
  case cnn2d(CNN2DDescription)
  case cnn3d(CNN3DDescription)
  case resnet(ResNetDescription)
  case transformer(TransformerDescription)

  /// The word after `kind:`.
  public var kind: String {
    switch self {
    case .identity: "identity"
    case .mlp: "mlp"
    case .cnn1d: "cnn1d"
    case .cnn2d: "cnn2d"
    case .cnn3d: "cnn3d"
    case .resnet: "resnet"
    case .transformer: "transformer"
    }
  }

  /// What it says of itself; `nil` of one without layers.
  public var settings: (any EncoderSettings)? {
    switch self {
    case .identity: nil
    case .mlp(let settings): settings
    case .cnn1d(let settings): settings
    case .cnn2d(let settings): settings
    case .cnn3d(let settings): settings
    case .resnet(let settings): settings
    case .transformer(let settings): settings
    }
  }

  /// Whether it keeps where in a picture its features are, as a segmentation needs.
  public var keepsPlaces: Bool { settings?.scales(of: 1) != nil }

  /// Why samples with so many axes do not suit it; `nil` when they do.
  public func fault(ofAxes count: Int) -> String? { settings?.fault(ofAxes: count) }

  /// What is wrong with its numbers, and with them for samples of a shape whose axes suit it.
  public func faults(of shape: [Int?]) -> [DescriptionFault] { settings?.faults(of: shape) ?? [] }

  /// The file of parameters that it starts from.
  public var weights: String? { settings?.weights }

  /// The same from a random start: what a model says of itself whose parameters are with it.
  public var withoutWeights: EncoderDescription {
    func bare<Settings: EncoderSettings>(_ settings: Settings) -> Settings {
      var settings = settings
      settings.weights = nil
      return settings
    }
    return switch self {
    case .identity: self
    case .mlp(let settings): .mlp(bare(settings))
    case .cnn1d(let settings): .cnn1d(bare(settings))
    case .cnn2d(let settings): .cnn2d(bare(settings))
    case .cnn3d(let settings): .cnn3d(bare(settings))
    case .resnet(let settings): .resnet(bare(settings))
    case .transformer(let settings): .transformer(bare(settings))
    }
  }

  public static let shape = Shape.tagged([
    .init("identity", "The values themselves, flattened."),
    .init("mlp", "Linear layers, each followed by its activation.", keys: MLPDescription.keys),
    .init(
      "cnn1d",
      "Blocks of Conv1d, batch normalisation, activation and max pooling; then the mean over time.",
      keys: CNN1DDescription.keys),
    .init(
      "cnn2d",
      "Blocks of Conv2d, batch normalisation and activation with max pooling between them; then the "
        + "mean over the picture, and over the frames of a video.",
      keys: CNN2DDescription.keys),
    .init(
      "cnn3d",
      "Videos: blocks of Conv3d, batch normalisation and activation with max pooling between them; "
        + "then the mean over all.",
      keys: CNN3DDescription.keys),
    .init(
      "resnet",
      "ResNet-18, -34 or -50 over pictures, planes or the frames of videos; its parameters have the "
        + "names of torchvision's.",
      keys: ResNetDescription.keys),
    .init(
      "transformer",
      "A small transformer over the steps of a series, or over the patches of pictures.",
      keys: TransformerDescription.keys),
  ])
}

extension EncoderDescription: Codable {
  private enum CodingKeys: String, CodingKey { case kind }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try container.decode(String.self, forKey: .kind)
    switch kind {
    case "identity": self = .identity
    case "mlp": self = .mlp(try MLPDescription(from: decoder))
    case "cnn1d": self = .cnn1d(try CNN1DDescription(from: decoder))
    case "cnn2d": self = .cnn2d(try CNN2DDescription(from: decoder))
    case "cnn3d": self = .cnn3d(try CNN3DDescription(from: decoder))
    case "resnet": self = .resnet(try ResNetDescription(from: decoder))
    case "transformer": self = .transformer(try TransformerDescription(from: decoder))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "no encoder is called '\(kind)'")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try settings?.encode(to: encoder)
  }
}
