public import Tensors

/// The mean over all axes behind the channels: input `[batch, channels, …]`, output
/// `[batch, channels]`.
public struct GlobalAveragePool: Layer {
  public init() {}

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    if input.rank == 3 { return try input.mean(axis: -1) }
    // The batch is the axis that is worked out: a traced network takes any.
    let shape = input.shape
    let places = shape.dropFirst(2).reduce(1, *)
    return try input.reshaped([-1, shape[1], places]).mean(axis: -1)
  }
}
