public import Tensors

/// The mean over all axes behind the channels: input `[batch, channels, …]`, output
/// `[batch, channels]`.
public struct GlobalAveragePool: Layer {
  public init() {}

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    if input.rank == 3 { return try input.mean(axis: -1) }
    return try input.reshaped(Array(input.shape.prefix(2)) + [-1]).mean(axis: -1)
  }
}
