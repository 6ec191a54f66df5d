internal import CTorch

/// −t · log σ(z) − (1 − t) · log(1 − σ(z)), element by element; both of one shape.
public func binaryCrossEntropies(
  _ logits: Tensor, _ targets: Tensor
) throws(TensorError) -> Tensor {
  try TorchCall.make("binaryCrossEntropies", [logits, targets]) {
    ct_binary_cross_entropy($0[0], $0[1], $1)
  }
}

/// The weighted mean of the cross entropies of all pixels whose class is not 255; 0 when all are.
///
/// - logits: `[batch, class, height, width]`
/// - classes: uint8 `[batch, height, width]`
/// - classWeights: `[class]`; all 1 when absent
/// - sampleWeights: `[batch]`; all 1 when absent
public func pixelCrossEntropy(
  _ logits: Tensor, _ classes: Tensor, classWeights: Tensor?, sampleWeights: Tensor?
) throws(TensorError) -> Tensor {
  let ofClasses = classWeights.map { [$0] } ?? []
  let ofSamples = sampleWeights.map { [$0] } ?? []
  return try TorchCall.make(
    "pixelCrossEntropy", [logits, classes] + ofClasses + ofSamples
  ) {
    ct_pixel_cross_entropy(
      $0[0], $0[1], ofClasses.isEmpty ? nil : $0[2],
      ofSamples.isEmpty ? nil : $0[2 + ofClasses.count], $1)
  }
}

/// The weighted mean of the cross entropies with single classes; 0 when none counts. Of a sample
/// `−(1 − smoothing) · w_y · log p_y − smoothing / C · Σ_c w_c · log p_c`, and the mean divides by the
/// sum of the right classes' weights, as `torch.nn.CrossEntropyLoss`.
///
/// - logits: `[n, class, …]`
/// - classes: int64 `[n, …]`
/// - classWeights: w, `[class]`; all 1 when absent
/// - sampleWeights: `[n]`; all 1 when absent
/// - ignored: the class that counts nowhere; `nil` when there is none
public func classCrossEntropy(
  _ logits: Tensor, _ classes: Tensor, classWeights: Tensor?, sampleWeights: Tensor?,
  smoothing: Double, ignored: Int? = nil
) throws(TensorError) -> Tensor {
  let ofClasses = classWeights.map { [$0] } ?? []
  let ofSamples = sampleWeights.map { [$0] } ?? []
  return try TorchCall.make(
    "classCrossEntropy", [logits, classes] + ofClasses + ofSamples
  ) {
    ct_cross_entropy(
      $0[0], $0[1], ofClasses.isEmpty ? nil : $0[2],
      ofSamples.isEmpty ? nil : $0[2 + ofClasses.count], smoothing,
      ignored.map(Int64.init) ?? .min, $1)
  }
}

/// −p · t · log σ(z) − (1 − t) · log(1 − σ(z)), element by element; `positiveWeights`, p, is one for
/// each element of the last axis (`pos_weight` of `torch.nn.BCEWithLogitsLoss`).
public func binaryCrossEntropies(
  _ logits: Tensor, _ targets: Tensor, positiveWeights: Tensor
) throws(TensorError) -> Tensor {
  try TorchCall.make("binaryCrossEntropies", [logits, targets, positiveWeights]) {
    ct_weighted_binary_cross_entropy($0[0], $0[1], $0[2], $1)
  }
}
