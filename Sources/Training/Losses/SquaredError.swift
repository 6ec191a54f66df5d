public import Tensors

/// The mean over all elements of `(a − b)²`.
public func squaredError(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
  try (a - b).squared().mean()
}
