public import Tensors

/// Affine map `y = x Wᵀ + b`.
///
/// Input `[batch, inputFeatures]`, output `[batch, outputFeatures]`.
public struct Linear: Layer {
  /// `[outputFeatures, inputFeatures]`
  public var weight: Tensor
  /// `[outputFeatures]`
  public var bias: Tensor?

  public init(weight: Tensor, bias: Tensor? = nil) {
    self.weight = weight
    self.bias = bias
  }

  /// A random start drawn from `stream`, weight before bias.
  public init(_ inputFeatures: Int, _ outputFeatures: Int, stream: RandomStream) throws(TensorError)
  {
    weight = try Initialization.parameter(
      [outputFeatures, inputFeatures], fanIn: inputFeatures, stream: stream)
    bias = try Initialization.parameter([outputFeatures], fanIn: inputFeatures, stream: stream)
  }

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try linear(input, weight: weight, bias: bias)
  }

  public var parameters: [NamedTensor] {
    [NamedTensor("weight", weight)] + (bias.map { [NamedTensor("bias", $0)] } ?? [])
  }
}
