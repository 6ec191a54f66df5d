public import Configuration

/// A network as the pipeline file describes it: one encoder for each modality, their fusion, a head.
///
/// Stored with every checkpoint, so that a model can be built again from its own file.
public struct NetworkDescription: Codable, Hashable, Sendable {
  /// The encoder of every modality that `encoders` does not name.
  public var encoder: EncoderDescription
  /// Encoders of single modalities.
  public var encoders: [String: EncoderDescription]
  public var fusion: FusionDescription
  public var head: HeadDescription

  public init(
    encoder: EncoderDescription = .identity, encoders: [String: EncoderDescription] = [:],
    fusion: FusionDescription = .concatenate, head: HeadDescription = HeadDescription()
  ) {
    self.encoder = encoder
    self.encoders = encoders
    self.fusion = fusion
    self.head = head
  }

  /// The encoder that `modality` goes through.
  public func encoder(of modality: String) -> EncoderDescription { encoders[modality] ?? encoder }

  public static let keys: [Key] = [
    Key(
      "encoder", EncoderDescription.shape, default: .object(["kind": .string("identity")]),
      "The encoder of every modality that 'encoders' does not name."),
    Key(
      "encoders", .map(EncoderDescription.shape), default: .object([:]),
      "Encoders of single modalities, by name."),
    Key(
      "fusion", .choice(FusionDescription.allCases.map(\.rawValue)), default: "concatenate",
      "How the encoders' features become one."),
    Key(
      "head", .object(HeadDescription.keys), default: .object([:]),
      "From fused features to one logit for each class, of the sample or of each pixel."),
  ]
}

/// How one modality becomes a feature vector `[batch, features]`; of pictures also feature maps.
public enum EncoderDescription: Hashable, Sendable {
  /// The values themselves, flattened.
  case identity
  case mlp(MLPDescription)
  case cnn1d(CNN1DDescription)
  case cnn2d(CNN2DDescription)

  /// The word after `kind:`.
  public var kind: String {
    switch self {
    case .identity: "identity"
    case .mlp: "mlp"
    case .cnn1d: "cnn1d"
    case .cnn2d: "cnn2d"
    }
  }

  /// Whether it keeps where in a picture its features are, as a segmentation needs.
  public var keepsPlaces: Bool {
    if case .cnn2d = self { true } else { false }
  }

  /// Why samples with so many axes do not suit it; `nil` when they do.
  public func fault(ofAxes count: Int) -> String? {
    switch self {
    case .identity, .mlp: nil
    case .cnn1d: count == 2 ? nil : "a 1-D CNN takes samples of shape [time, channel]"
    case .cnn2d:
      (2...4).contains(count)
        ? nil
        : "a 2-D CNN takes pictures [height, width, channel], videos [time, height, width, channel] "
          + "or planes [time, band]"
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
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "no encoder is called '\(kind)'")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    switch self {
    case .identity: break
    case .mlp(let description): try description.encode(to: encoder)
    case .cnn1d(let description): try description.encode(to: encoder)
    case .cnn2d(let description): try description.encode(to: encoder)
    }
  }
}

public enum ActivationDescription: String, Codable, Hashable, Sendable, CaseIterable {
  case relu, gelu, tanh, sigmoid

  static let key = Key(
    "activation", .choice(allCases.map(\.rawValue)), default: "relu", "After every hidden layer.")
}

public struct MLPDescription: Codable, Hashable, Sendable {
  /// Widths of the layers, first to last.
  public var hidden: [Int]
  public var activation: ActivationDescription

  public init(hidden: [Int], activation: ActivationDescription = .relu) {
    self.hidden = hidden
    self.activation = activation
  }

  static let keys: [Key] = [
    .required("hidden", .nonEmptyList(.positiveInteger), "Widths of the layers, first to last."),
    ActivationDescription.key,
  ]
}

public struct CNN1DDescription: Codable, Hashable, Sendable {
  /// Output channels of the blocks, first to last.
  public var channels: [Int]
  /// Odd, so that padding keeps the length.
  public var kernelSize: Int
  /// Window and stride of the max pooling of each block but the last; 1 means none.
  public var pool: Int
  public var activation: ActivationDescription

  public init(
    channels: [Int], kernelSize: Int = 5, pool: Int = 2, activation: ActivationDescription = .relu
  ) {
    self.channels = channels
    self.kernelSize = kernelSize
    self.pool = pool
    self.activation = activation
  }

  static let keys: [Key] = [
    .required(
      "channels", .nonEmptyList(.positiveInteger), "Output channels of the blocks, first to last."),
    Key(
      "kernel-size", .integer(1...1023), default: 5,
      "Time steps that a convolution sees; odd, so that padding keeps the length."),
    Key(
      "pool", .positiveInteger, default: 2,
      "Window and stride of the max pooling of each block but the last; 1 means none."),
    ActivationDescription.key,
  ]
}

public struct CNN2DDescription: Codable, Hashable, Sendable {
  /// Output channels of the blocks, first to last: one scale each.
  public var channels: [Int]
  /// Odd, so that padding keeps the size.
  public var kernelSize: Int
  /// Window and stride of the max pooling between two blocks; 1 means none.
  public var pool: Int
  /// Convolutions in each block, each with batch normalisation and activation.
  public var convolutions: Int
  public var activation: ActivationDescription

  public init(
    channels: [Int], kernelSize: Int = 3, pool: Int = 2, convolutions: Int = 1,
    activation: ActivationDescription = .relu
  ) {
    self.channels = channels
    self.kernelSize = kernelSize
    self.pool = pool
    self.convolutions = convolutions
    self.activation = activation
  }

  static let keys: [Key] = [
    .required(
      "channels", .nonEmptyList(.positiveInteger), "Output channels of the blocks, first to last."),
    Key(
      "kernel-size", .integer(1...1023), default: 3,
      "Pixels that a convolution sees either way; odd, so that padding keeps the size."),
    Key(
      "pool", .positiveInteger, default: 2,
      "Window and stride of the max pooling between two blocks; 1 means none."),
    Key("convolutions", .integer(1...64), default: 1, "Convolutions in each block."),
    ActivationDescription.key,
  ]
}

public enum FusionDescription: String, Codable, Hashable, Sendable, CaseIterable {
  /// The features of all modalities side by side; of a segmentation at each scale.
  case concatenate
}

public struct HeadDescription: Codable, Hashable, Sendable {
  /// What the logits stand for; `nil` means what the samples ask for.
  public var kind: LearningTask?
  /// Widths of the hidden layers before the logits, which are 1 × 1 convolutions in a segmentation;
  /// none means a linear classifier.
  public var hidden: [Int]
  public var activation: ActivationDescription

  public init(
    kind: LearningTask? = nil, hidden: [Int] = [], activation: ActivationDescription = .relu
  ) {
    self.kind = kind
    self.hidden = hidden
    self.activation = activation
  }

  static let keys: [Key] = [
    Key(
      "kind", .choice(LearningTask.allCases.map(\.rawValue)),
      "What the logits stand for; what the samples ask for when absent."),
    Key(
      "hidden", .list(.positiveInteger), default: .array([]),
      "Widths of the hidden layers before the logits; none means a linear classifier."),
    ActivationDescription.key,
  ]
}
