public import Tensors

/// The cross entropy of what a network answers with what it should, a scalar.
///
/// Of single classes `Σᵢ wᵢ · (−Σ_c t_ic · log softmax(logits_i)_c) / Σᵢ wᵢ`; of labels and pixels see
/// `binaryCrossEntropy` and `pixelCrossEntropy`.
///
/// - logits: `[n, classes]`; of pixels `[n, classes, height, width]`
/// - weights: `[n]`; all 1 when absent
/// - classWeights: `[classes]`, of pixels alone; all 1 when absent
public func crossEntropy(
  _ logits: Tensor, _ targets: Targets, weights: Tensor? = nil, classWeights: Tensor? = nil
) throws(TensorError) -> Tensor {
  let agreed: Tensor
  switch targets {
  case .hard(let classes):
    let logShares = try logits.logSoftmax(axis: 1)
    agreed = try logShares.gathering(classes.reshaped([-1, 1]), axis: 1).reshaped([-1])
  case .soft(let shares):
    agreed = try (logits.logSoftmax(axis: 1) * shares).sum(axis: 1)
  case .labels(let labels):
    return try binaryCrossEntropy(logits, labels, weights: weights)
  case .maps(let classes):
    return try pixelCrossEntropy(
      logits, classes, classWeights: classWeights, sampleWeights: weights)
  case .softMaps(let shares):
    return try softPixelCrossEntropy(
      logits, shares, classWeights: classWeights, weights: weights)
  }
  guard let weights else { return try agreed.mean() * -1 }
  return try (agreed * weights).sum() / weights.sum() * -1
}
