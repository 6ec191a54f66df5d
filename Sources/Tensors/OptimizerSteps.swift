internal import CTorch

/// One step of stochastic gradient descent, in place (`torch.optim.SGD`, dampening 0).
///
/// - momenta: as many as parameters, kept by the caller; unused when `momentum` is 0
/// - isFirst: the momenta start as the gradients
public func stepSGD(
  _ parameters: [Tensor], gradients: [Tensor], momenta: [Tensor], learningRate: Double,
  momentum: Double, nesterov: Bool, weightDecay: Double, isFirst: Bool
) throws(TensorError) {
  let count = parameters.count
  precondition(gradients.count == count && momenta.count == (momentum == 0 ? 0 : count))
  try TorchCall.run("sgd", parameters + gradients + momenta) { operands in
    ct_sgd(
      operands, operands + count, operands + 2 * count, count, learningRate, momentum, nesterov,
      weightDecay, isFirst)
  }
}

/// One step of Adam, in place; of AdamW when `isDecoupled` (`torch.optim.Adam`, `AdamW`).
///
/// - means, squares: as many as parameters and of their shapes, first zero, kept by the caller
/// - counters: as many float32 scalars, first zero
public func stepAdam(
  _ parameters: [Tensor], gradients: [Tensor], means: [Tensor], squares: [Tensor],
  counters: [Tensor], learningRate: Double, betas: (Double, Double), epsilon: Double,
  weightDecay: Double, isDecoupled: Bool
) throws(TensorError) {
  let count = parameters.count
  precondition([gradients, means, squares, counters].allSatisfy { $0.count == count })
  let operands = parameters + gradients + means + squares + counters
  try TorchCall.run(isDecoupled ? "adamW" : "adam", operands) { operands in
    ct_adam(
      operands, operands + count, operands + 2 * count, operands + 3 * count,
      operands + 4 * count, count, learningRate, betas.0, betas.1, epsilon, weightDecay,
      isDecoupled)
  }
}

/// Gradients whose Euclidean norm, of all together, is `most` at most, and what the norm was: each
/// one times `most / (norm + 1e-6)`, or 1 where that is more (`torch.nn.utils.clip_grad_norm_`).
public func clippedGradients(
  _ gradients: [Tensor], to most: Double
) throws(TensorError) -> (gradients: [Tensor], norm: Double) {
  var norm = 0.0
  var results = [OpaquePointer?](repeating: nil, count: gradients.count)
  try TorchCall.run("clipGradients", gradients) { operands in
    ct_clip_gradients(operands, gradients.count, most, &norm, &results)
  }
  return (results.compactMap { $0.map { Tensor(TensorHandle(owning: $0)) } }, norm)
}

/// `averages ← averages + share · (values − averages)`, in place.
public func moveAverages(
  _ averages: [Tensor], towards values: [Tensor], share: Double
) throws(TensorError) {
  precondition(averages.count == values.count)
  try TorchCall.run("average", averages + values) { operands in
    ct_average(operands, operands + averages.count, averages.count, share)
  }
}
