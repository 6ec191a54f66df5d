import Layers
import Recipes
import Tensors

/// The features of each modality look at the tokens (time steps, places of a picture) of the others:
/// y = x + attention(norm(x), norm(t)), x and t being brought to one width by one linear map for each
/// modality; then the mean of y over the modalities that a sample has.
///
/// One more token of zeros stands beside the others', so that a modality may also look at nothing, as
/// it must where a sample lacks all others.
///
/// Source: Tsai et al., "Multimodal Transformer for Unaligned Multimodal Language Sequences", ACL
/// 2019, with one query for each modality.
struct CrossAttention: Sendable {
  let width: Int
  let activations: Int
  private let modalities: [ModalityShape]
  private let tokens: [Int]
  private let blocks: [Block]

  private struct Block: Layer {
    let projection: Linear
    let norm: LayerNorm
    let attention: MultiHeadAttention

    func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
      try projection(input, mode: mode)
    }

    var parameters: [NamedTensor] {
      func named(_ name: String, _ tensors: [NamedTensor]) -> [NamedTensor] {
        tensors.map { NamedTensor("\(name).\($0.name)", $0.tensor) }
      }
      return named("projection", projection.parameters) + named("norm", norm.parameters)
        + named("attention", attention.parameters)
    }
  }

  /// - Throws: `NetworkError` when the heads do not divide the width.
  init(
    _ description: CrossAttentionDescription, _ encoders: [any Encoder],
    of modalities: [ModalityShape], stream: RandomStream
  ) throws {
    width = description.width ?? encoders.map(\.features).max() ?? 1
    guard description.heads > 0, width % description.heads == 0 else {
      throw NetworkError(
        "fusion", "\(description.heads) heads do not divide a width of \(width); set its 'width'")
    }
    self.modalities = modalities
    tokens = encoders.map(\.tokens)
    activations = (tokens.reduce(1, +)) * 3 * width
    var blocks: [Block] = []
    for encoder in encoders {
      blocks.append(
        Block(
          projection: try Linear(encoder.features, width, stream: stream),
          norm: try LayerNorm(width, device: stream.device),
          attention: try MultiHeadAttention(width, heads: description.heads, stream: stream)))
    }
    self.blocks = blocks
  }

  /// `[batch, width]`
  func callAsFunction(
    _ answers: [(features: Tensor, tokens: Tensor)], presence: Presence, mode: Mode
  ) throws(TensorError) -> Tensor {
    var seen: [Tensor] = []
    var masks: [Tensor] = []
    for (place, answer) in answers.enumerated() {
      let block = blocks[place]
      seen.append(try block.norm(block.projection(answer.tokens, mode: mode), mode: mode))
      if let mask = try presence.seen(place, tokens: tokens[place]) { masks.append(mask) }
    }
    var values: [Tensor] = []
    for (place, answer) in answers.enumerated() {
      let block = blocks[place]
      let others = answers.indices.filter { $0 != place }
      let query = try block.projection(answer.features, mode: mode).reshaped([-1, 1, width])
      let found = try block.attention(
        block.norm(query, mode: mode),
        keys: Tensor.concatenate(others.map { seen[$0] }, axis: 1),
        mask: masks.isEmpty ? nil : Tensor.concatenate(others.map { masks[$0] }, axis: 1),
        seesNothing: true)
      values.append(try (query + found).reshaped([-1, width]))
    }
    return try presence.mean(values)
  }

  var parts: [(name: String, layer: any Layer)] {
    zip(modalities, blocks).map { ($0.name, $1) }
  }
}
