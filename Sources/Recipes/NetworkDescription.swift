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
      "How the encoders' features become one vector."),
    Key(
      "head", .object(HeadDescription.keys), default: .object([:]),
      "From fused features to one logit for each class."),
  ]
}

/// How one modality becomes a feature vector `[batch, features]`.
public enum EncoderDescription: Hashable, Sendable {
  /// The values themselves, flattened.
  case identity
  case mlp(MLPDescription)
  case cnn1d(CNN1DDescription)

  public static let shape = Shape.tagged([
    .init("identity", "The values themselves, flattened."),
    .init("mlp", "Linear layers, each followed by its activation.", keys: MLPDescription.keys),
    .init(
      "cnn1d",
      "Blocks of Conv1d, batch normalisation, activation and max pooling; then the mean over time.",
      keys: CNN1DDescription.keys),
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
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "no encoder is called '\(kind)'")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .identity:
      try container.encode("identity", forKey: .kind)
    case .mlp(let description):
      try container.encode("mlp", forKey: .kind)
      try description.encode(to: encoder)
    case .cnn1d(let description):
      try container.encode("cnn1d", forKey: .kind)
      try description.encode(to: encoder)
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

public enum FusionDescription: String, Codable, Hashable, Sendable, CaseIterable {
  /// The features of all modalities side by side.
  case concatenate
}

public struct HeadDescription: Codable, Hashable, Sendable {
  /// Widths of the hidden layers before the logits; none means a linear classifier.
  public var hidden: [Int]
  public var activation: ActivationDescription

  public init(hidden: [Int] = [], activation: ActivationDescription = .relu) {
    self.hidden = hidden
    self.activation = activation
  }

  static let keys: [Key] = [
    Key(
      "hidden", .list(.positiveInteger), default: .array([]),
      "Widths of the hidden layers before the logits; none means a linear classifier."),
    ActivationDescription.key,
  ]
}
