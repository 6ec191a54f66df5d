public import Tensors

/// One block of a transformer's encoder, normalised before each of its two parts:
/// `x = x + attention(norm(x))`, then `x = x + mlp(norm(x))`.
///
/// Input and output `[batch, tokens, width]`. Parameters are named as those of
/// `torch.nn.TransformerEncoderLayer(norm_first=True)`; dropout acts on what either part adds.
///
/// Source: Xiong et al., "On Layer Normalization in the Transformer Architecture", ICML 2020.
public struct TransformerLayer: Layer {
  public var attention: MultiHeadAttention
  public var wide: Linear
  public var narrow: Linear
  public var attentionNorm: LayerNorm
  public var mlpNorm: LayerNorm
  public var activation: Activation
  public var dropout: Dropout

  /// A random start drawn from `stream`.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ width: Int, heads: Int, mlpWidth: Int, activation: Activation = .gelu, dropout: Double = 0,
    stream: RandomStream
  ) throws(TensorError) {
    attention = try MultiHeadAttention(width, heads: heads, stream: stream)
    wide = try Linear(width, mlpWidth, stream: stream)
    narrow = try Linear(mlpWidth, width, stream: stream)
    attentionNorm = try LayerNorm(width, device: stream.device)
    mlpNorm = try LayerNorm(width, device: stream.device)
    self.activation = activation
    self.dropout = Dropout(rate: dropout)
  }

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    let normalised = try attentionNorm(input, mode: mode)
    var value = try input + dropped(attention(normalised, keys: normalised), mode: mode)
    let hidden = try activation(wide(mlpNorm(value, mode: mode), mode: mode), mode: mode)
    value = try value + dropped(narrow(dropped(hidden, mode: mode), mode: mode), mode: mode)
    return value
  }

  private func dropped(_ value: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    dropout.rate == 0 ? value : try dropout(value, mode: mode)
  }

  public var parameters: [NamedTensor] {
    func named(_ name: String, _ tensors: [NamedTensor]) -> [NamedTensor] {
      tensors.map { NamedTensor("\(name).\($0.name)", $0.tensor) }
    }
    return named("self_attn", attention.parameters) + named("linear1", wide.parameters)
      + named("linear2", narrow.parameters) + named("norm1", attentionNorm.parameters)
      + named("norm2", mlpNorm.parameters)
  }
}
