public import Tensors

/// The weighted mean over pixels of `−Σ_c t_c · log softmax(z)_c`; 0 when no pixel is known.
///
/// - logits: `[n, classes, height, width]`
/// - shares: distributions `[n, classes, height, width]`; less than 0 where unknown
/// - classWeights: `[classes]`: a pixel weighs as its distribution expects; all 1 when absent
/// - weights: `[n]`; all 1 when absent
/// - labelSmoothing: how much of each distribution is spread evenly over the classes
public func softPixelCrossEntropy(
  _ logits: Tensor, _ shares: Tensor, classWeights: Tensor? = nil, weights: Tensor? = nil,
  labelSmoothing: Double = 0
) throws(TensorError) -> Tensor {
  let type = logits.type ?? .float32
  let known = try shares.sliced(0..<1, axis: 1).isAtLeast(0).converted(to: type)
  let given = try shares.converted(to: type).relu()
  func weighted(_ shares: Tensor) throws(TensorError) -> Tensor {
    guard let classWeights else { return shares }
    return try shares * classWeights.reshaped([1, -1, 1, 1])
  }
  let shares = try weighted(given)
  var weight = known
  if let weights { weight = try weight * weights.reshaped([-1, 1, 1, 1]) }
  let wanted =
    labelSmoothing > 0 ? try weighted(smoothed(given, by: labelSmoothing)) : shares
  let losses = try (logits.logSoftmax(axis: 1) * wanted * weight).sum() * -1
  // What the pixels weigh together, as their classes do in the mean of hard labels.
  let total = try classWeights == nil ? weight.sum() : (shares * weight).sum()
  if try total.item() == 0 { return try losses * 0 }
  return try losses / total
}
