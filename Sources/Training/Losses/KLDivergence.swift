public import Tensors

/// `KL(p ‖ q) = Σ_c p_c · (log p_c − log q_c)` with p and q the softmax of `logits` and of
/// `otherLogits`, both `[n, classes]`; the mean over samples.
public func klDivergence(_ logits: Tensor, _ otherLogits: Tensor) throws(TensorError) -> Tensor {
  let logShares = try logits.logSoftmax(axis: 1)
  let difference = try logShares - otherLogits.logSoftmax(axis: 1)
  return try (logShares.exponential() * difference).sum(axis: 1).mean()
}
