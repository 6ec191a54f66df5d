public import Tensors

/// The cross entropy of what a network answers with what it should, a scalar.
///
/// Of single classes `Σᵢ uᵢ · (−Σ_c w_c · t_ic · log softmax(logits_i)_c)` over `Σᵢ uᵢ · w_yᵢ`, or, where
/// targets are distributions, over `Σᵢ uᵢ`: `torch.nn.CrossEntropyLoss`. Of labels and pixels see
/// `binaryCrossEntropy`, `pixelCrossEntropy` and `softPixelCrossEntropy`.
///
/// - logits: `[n, classes]`; of pixels `[n, classes, height, width]`
/// - weights: u, `[n]`; all 1 when absent
/// - classWeights: w, `[classes]`, those of labels for the samples that have them; all 1 when absent
/// - labelSmoothing: ε of `(1 − ε) · t + ε / classes`, which stands for the targets t
public func crossEntropy(
  _ logits: Tensor, _ targets: Targets, weights: Tensor? = nil, classWeights: Tensor? = nil,
  labelSmoothing: Double = 0
) throws(TensorError) -> Tensor {
  let isPlain = classWeights == nil && labelSmoothing == 0
  let agreed: Tensor
  switch targets {
  case .hard(let classes) where isPlain:
    let logShares = try logits.logSoftmax(axis: 1)
    agreed = try logShares.gathering(classes.reshaped([-1, 1]), axis: 1).reshaped([-1])
  case .hard(let classes):
    return try classCrossEntropy(
      logits, classes, classWeights: classWeights, sampleWeights: weights,
      smoothing: labelSmoothing)
  case .soft(var shares):
    if labelSmoothing > 0 { shares = try smoothed(shares, by: labelSmoothing) }
    if let classWeights { shares = try shares * classWeights }
    agreed = try (logits.logSoftmax(axis: 1) * shares).sum(axis: 1)
  case .labels(let labels):
    return try binaryCrossEntropy(
      logits, labels, weights: weights, positiveWeights: classWeights,
      labelSmoothing: labelSmoothing)
  case .maps(let classes) where labelSmoothing == 0:
    return try pixelCrossEntropy(
      logits, classes, classWeights: classWeights, sampleWeights: weights)
  case .maps(let classes):
    return try classCrossEntropy(
      logits, classes.converted(to: .int64), classWeights: classWeights, sampleWeights: weights,
      smoothing: labelSmoothing, ignored: Targets.ignored)
  case .softMaps(let shares):
    return try softPixelCrossEntropy(
      logits, shares, classWeights: classWeights, weights: weights,
      labelSmoothing: labelSmoothing)
  case .values(let values):
    throw TensorError(
      operation: "crossEntropy", shapes: [logits.shape, values.shape],
      message: "of values, which are no classes")
  }
  guard let weights else { return try agreed.mean() * -1 }
  return try (agreed * weights).sum() / weights.sum() * -1
}

/// `(1 − ε) · t + ε / classes`; classes stand on axis 1.
func smoothed(_ shares: Tensor, by smoothing: Double) throws(TensorError) -> Tensor {
  try shares * (1 - smoothing) + smoothing / Double(max(1, shares.shape[1]))
}
