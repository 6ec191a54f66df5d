public import Tensors

/// `Σᵢ wᵢ · Σ_c (−t_ic · log σ(z_ic) − (1 − t_ic) · log(1 − σ(z_ic)))` over the known labels, divided
/// by the sum of their weights; 0 when none is known.
///
/// - logits: `[n, classes]`
/// - labels: probabilities `[n, classes]`; less than 0 where unknown
/// - weights: `[n]`; all 1 when absent
/// - positiveWeights: `[classes]`, factors of the first term (`pos_weight` of
///   `torch.nn.BCEWithLogitsLoss`); all 1 when absent
/// - labelSmoothing: ε of `(1 − ε) · t + ε / 2`, which stands for t: of each label's two outcomes what
///   `torch.nn.CrossEntropyLoss` makes of its classes
public func binaryCrossEntropy(
  _ logits: Tensor, _ labels: Tensor, weights: Tensor? = nil, positiveWeights: Tensor? = nil,
  labelSmoothing: Double = 0
) throws(TensorError) -> Tensor {
  let known = try labels.isAtLeast(0)
  var weight = try known.converted(to: logits.type ?? .float32)
  if let weights { weight = try weight * weights.reshaped([-1, 1]) }
  var wanted = try labels.relu()
  if labelSmoothing > 0 { wanted = try wanted * (1 - labelSmoothing) + labelSmoothing / 2 }
  let losses =
    if let positiveWeights {
      try binaryCrossEntropies(logits, wanted, positiveWeights: positiveWeights)
    } else {
      try binaryCrossEntropies(logits, wanted)
    }
  return try weightedMean(losses, weight)
}

/// `Σ w · x / Σ w`; 0, with a gradient of zeros, when all weights are.
func weightedMean(_ values: Tensor, _ weights: Tensor) throws(TensorError) -> Tensor {
  let total = try weights.sum()
  if try total.item() == 0 { return try values.sum() * 0 }
  return try (values * weights).sum() / total
}
