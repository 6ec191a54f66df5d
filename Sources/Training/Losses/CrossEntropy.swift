public import Tensors

/// What a network should answer.
public enum Targets: Sendable {
  /// The class of each sample, int64 `[n]`.
  case hard(Tensor)
  /// The distribution over classes of each sample, float32 `[n, classes]`.
  case soft(Tensor)

  public var tensor: Tensor {
    switch self {
    case .hard(let tensor), .soft(let tensor): tensor
    }
  }

  /// The class of each sample, the likeliest one when targets are soft: int64 `[n]`.
  public func classes() throws(TensorError) -> Tensor {
    switch self {
    case .hard(let tensor): tensor
    case .soft(let tensor): try tensor.argmax(axis: 1)
    }
  }

  func map(_ change: (Tensor) throws(TensorError) -> Tensor) throws(TensorError) -> Targets {
    switch self {
    case .hard(let tensor): .hard(try change(tensor))
    case .soft(let tensor): .soft(try change(tensor))
    }
  }
}

/// Cross entropy `Σᵢ wᵢ · (−Σ_c t_ic · log softmax(logits_i)_c) / Σᵢ wᵢ`, a scalar.
///
/// - logits: `[n, classes]`
/// - weights: `[n]`; all 1 when absent
public func crossEntropy(
  _ logits: Tensor, _ targets: Targets, weights: Tensor? = nil
) throws(TensorError) -> Tensor {
  let logShares = try logits.logSoftmax(axis: 1)
  let agreed: Tensor
  switch targets {
  case .hard(let classes):
    agreed = try logShares.gathering(classes.reshaped([-1, 1]), axis: 1).reshaped([-1])
  case .soft(let shares):
    agreed = try (logShares * shares).sum(axis: 1)
  }
  guard let weights else { return try agreed.mean() * -1 }
  return try (agreed * weights).sum() / weights.sum() * -1
}
