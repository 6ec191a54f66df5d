public import Recipes
public import Tensors

/// Moves parameters, in place, against their gradients.
public protocol Optimizer {
  /// One step; `gradients` are in the order of the parameters.
  mutating func step(_ gradients: [Tensor], learningRate: Double) throws(TensorError)
}

extension OptimizerDescription {
  /// The optimiser that moves `parameters`; its learning rate is given step by step.
  public func makeOptimizer(_ parameters: [Tensor]) throws -> any Optimizer {
    switch self {
    case .sgd(_, let momentum, let nesterov, let weightDecay):
      if nesterov, momentum == 0 {
        throw TrainingError.settings("nesterov looks ahead along the momentum, which is 0")
      }
      return try SGD(
        parameters, momentum: momentum, nesterov: nesterov, weightDecay: weightDecay)
    case .adam(_, let betas, let epsilon, let weightDecay):
      return try Adam(
        parameters, betas: Self.pair(betas), epsilon: epsilon, weightDecay: weightDecay,
        isDecoupled: false)
    case .adamW(_, let betas, let epsilon, let weightDecay):
      return try Adam(
        parameters, betas: Self.pair(betas), epsilon: epsilon, weightDecay: weightDecay,
        isDecoupled: true)
    }
  }

  private static func pair(_ betas: [Double]) throws -> (Double, Double) {
    guard betas.count == 2 else {
      throw TrainingError.settings("betas must be two numbers, not \(betas.count)")
    }
    return (betas[0], betas[1])
  }
}
