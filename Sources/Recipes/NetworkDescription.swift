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

  /// The same from a random start: what a model says of itself whose parameters are with it.
  public var withoutWeights: NetworkDescription {
    NetworkDescription(
      encoder: encoder.withoutWeights, encoders: encoders.mapValues(\.withoutWeights),
      fusion: fusion, head: head)
  }

  public static let keys: [Key] = [
    Key(
      "encoder", EncoderDescription.shape, default: .object(["kind": .string("identity")]),
      "The encoder of every modality that 'encoders' does not name."),
    Key(
      "encoders", .map(EncoderDescription.shape), default: .object([:]),
      "Encoders of single modalities, by name."),
    Key(
      "fusion", FusionDescription.shape, default: "concatenate",
      "How the encoders' features become one."),
    Key(
      "head", .object(HeadDescription.keys), default: .object([:]),
      "From fused features to one logit for each class, of the sample or of each pixel."),
  ]
}
