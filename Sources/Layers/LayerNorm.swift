public import Tensors

/// Layer normalisation over the last axis: `y = (x − E[x]) / √(Var[x] + ε) · weight + bias`.
///
/// Input and output `[…, features]`.
///
/// Source: Ba, Kiros and Hinton, arXiv 1607.06450.
public struct LayerNorm: Layer {
  public var weight: Tensor
  public var bias: Tensor
  public var epsilon: Double

  public init(_ features: Int, epsilon: Double = 1e-5, device: Device = .cpu) throws(TensorError) {
    weight = try Tensor.full(1, shape: [features], device: device).asParameter()
    bias = try Tensor.zeros([features], device: device).asParameter()
    self.epsilon = epsilon
  }

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try layerNorm(input, weight: weight, bias: bias, epsilon: epsilon)
  }

  public var parameters: [NamedTensor] {
    [NamedTensor("weight", weight), NamedTensor("bias", bias)]
  }
}
