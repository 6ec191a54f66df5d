public import Tensors

/// The mean over time: input `[batch, channels, time]`, output `[batch, channels]`.
public struct GlobalAveragePool1d: Layer {
  public init() {}

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try input.mean(axis: -1)
  }
}
