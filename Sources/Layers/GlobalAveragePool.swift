public import Tensors

/// The mean over all axes behind the channels: input `[batch, channels, …]`, output
/// `[batch, channels]`.
public struct GlobalAveragePool: Layer {
  public init() {}

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    if input.rank == 3 { return try input.mean(axis: -1) }
    let shape = input.shape
    return try input.reshaped([-1, shape[1], shape.dropFirst(2).reduce(1, *)]).mean(axis: -1)
  }
}
