public import Tensors

/// `KL(p ‖ q) = Σ_c p_c · (log p_c − log q_c)` with p and q the softmax of `logits` and of
/// `otherLogits`, both `[n, classes]`; the mean over samples. Of pixels
/// `[n, classes, height, width]` the mean over those that `weights`, `[n, height, width]`, counts.
public func klDivergence(
  _ logits: Tensor, _ otherLogits: Tensor, weights: Tensor? = nil
) throws(TensorError) -> Tensor {
  let logShares = try logits.logSoftmax(axis: 1)
  let difference = try logShares - otherLogits.logSoftmax(axis: 1)
  let divergences = try (logShares.exponential() * difference).sum(axis: 1)
  guard let weights else { return try divergences.mean() }
  return try weightedMean(divergences, weights)
}

/// The divergence of what two networks say of each label, `p log(p/q) + (1 − p) log((1 − p)/(1 − q))`
/// with p and q the sigmoid of `logits` and of `otherLogits`; the mean over samples and labels.
public func binaryKLDivergence(
  _ logits: Tensor, _ otherLogits: Tensor
) throws(TensorError) -> Tensor {
  let shares = try logits.sigmoid()
  let crossed = try binaryCrossEntropies(otherLogits, shares)
  return try (crossed - binaryCrossEntropies(logits, shares)).mean()
}
