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
