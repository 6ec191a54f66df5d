import Foundation
import Layers
import Recipes
import Tensors

/// Steps of a series, or patches of a picture, through a small transformer; then the mean over the
/// tokens, or what becomes of a class token.
struct TransformerEncoder: Encoder {
  private let patches: PictureForm?
  private let embedding: any Layer
  /// `[1, tokens, width]`
  private let positions: Tensor
  private let learnsPositions: Bool
  /// `[1, 1, width]`
  private let classToken: Tensor?
  private let layers: [TransformerLayer]
  private let norm: LayerNorm
  let features: Int
  let activations: Int
  let tokens: Int

  /// - Precondition: the modality suits the description.
  init(
    _ transformer: TransformerDescription, of modality: ModalityShape, stream: RandomStream
  ) throws(TensorError) {
    let width = transformer.width
    features = width
    var tokens: Int
    if let patch = transformer.patch {
      let form = PictureForm(modality)
      patches = form
      embedding = try Conv2d(
        form.channels, width, kernelSize: patch, stride: patch, stream: stream)
      tokens = (form.height / patch) * (form.width / patch)
    } else {
      patches = nil
      embedding = try Linear(modality.shape[1], width, stream: stream)
      tokens = modality.shape[0]
    }
    if transformer.pool == .classToken {
      tokens += 1
      classToken = try (stream.normal([1, 1, width]) * 0.02).asParameter()
    } else {
      classToken = nil
    }
    self.tokens = tokens
    learnsPositions = transformer.positions == .learned
    positions =
      learnsPositions
      ? try (stream.normal([1, tokens, width]) * 0.02).asParameter()
      : try Self.sinusoids(tokens, width).moved(to: stream.device)
    let mlpWidth = transformer.mlpWidth ?? 4 * width
    var layers: [TransformerLayer] = []
    for _ in 0..<transformer.layers {
      layers.append(
        try TransformerLayer(
          width, heads: transformer.heads, mlpWidth: mlpWidth,
          activation: Activation(transformer.activation), dropout: transformer.dropout,
          stream: stream))
    }
    self.layers = layers
    norm = try LayerNorm(width, device: stream.device)
    activations = max(modality.width, tokens * max(3 * width, mlpWidth))
  }

  func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try withTokens(input, mode: mode).features
  }

  func withTokens(
    _ input: Tensor, mode: Mode
  ) throws(TensorError) -> (features: Tensor, tokens: Tensor) {
    var value: Tensor  // [batch, tokens, width]
    if let patches {
      let maps = try embedding(patches.pictures(input), mode: mode)
      value = try patches.tokens(maps)
    } else {
      value = try embedding(input, mode: mode)
    }
    if let classToken {
      let first = try classToken.expanded(like: value.sliced(0..<1, axis: 1))
      value = try Tensor.concatenate([first, value], axis: 1)
    }
    value = try value + positions
    for layer in layers { value = try layer(value, mode: mode) }
    value = try norm(value, mode: mode)
    let features =
      classToken == nil
      ? try value.mean(axis: 1)
      : try value.sliced(0..<1, axis: 1).reshaped([-1, self.features])
    return (features, value)
  }

  /// `[1, tokens, width]`: sin(place / 10000^(2i / width)) at 2i, cos of the same at 2i + 1.
  ///
  /// Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3.5.
  private static func sinusoids(_ tokens: Int, _ width: Int) throws(TensorError) -> Tensor {
    var values: [Float] = []
    values.reserveCapacity(tokens * width)
    for place in 0..<tokens {
      for index in 0..<width {
        let angle = Double(place) / pow(10_000, Double(index / 2 * 2) / Double(width))
        values.append(Float(index % 2 == 0 ? sin(angle) : cos(angle)))
      }
    }
    return try Tensor(values, shape: [1, tokens, width])
  }

  var parameters: [NamedTensor] {
    var result = embedding.parameters.map { NamedTensor("embedding.\($0.name)", $0.tensor) }
    if let classToken { result.append(NamedTensor("class_token", classToken)) }
    if learnsPositions { result.append(NamedTensor("positions", positions)) }
    for (index, layer) in layers.enumerated() {
      result += layer.parameters.map { NamedTensor("layers.\(index).\($0.name)", $0.tensor) }
    }
    return result + norm.parameters.map { NamedTensor("norm.\($0.name)", $0.tensor) }
  }
}
