public import Recipes
public import Tensors

/// Several optimisers, each of which moves some of the parameters: the groups of PyTorch.
struct GroupedOptimizer: Optimizer {
  /// Places of the parameters that each one moves.
  private var groups: [(places: [Int], optimizer: any Optimizer)]

  init(_ groups: [(places: [Int], optimizer: any Optimizer)]) { self.groups = groups }

  mutating func step(_ gradients: [Tensor], learningRate: Double) throws(TensorError) {
    for index in groups.indices {
      try groups[index].optimizer.step(
        groups[index].places.map { gradients[$0] }, learningRate: learningRate)
    }
  }
}

extension OptimizerDescription {
  /// The same without weight decay.
  var withoutDecay: OptimizerDescription {
    switch self {
    case .sgd(let rate, let momentum, let nesterov, _):
      .sgd(learningRate: rate, momentum: momentum, nesterov: nesterov, weightDecay: 0)
    case .adam(let rate, let betas, let epsilon, _):
      .adam(learningRate: rate, betas: betas, epsilon: epsilon, weightDecay: 0)
    case .adamW(let rate, let betas, let epsilon, _):
      .adamW(learningRate: rate, betas: betas, epsilon: epsilon, weightDecay: 0)
    }
  }

  /// The optimiser that moves `parameters`; its weight decay leaves those alone that `isSpared` names.
  public func makeOptimizer(_ parameters: [Tensor], isSpared: [Bool]) throws -> any Optimizer {
    precondition(isSpared.count == parameters.count)
    guard weightDecay != 0, isSpared.contains(true) else { return try makeOptimizer(parameters) }
    let groups = try [false, true].map { wanted -> (places: [Int], optimizer: any Optimizer) in
      let places = parameters.indices.filter { isSpared[$0] == wanted }
      let optimizer = try (wanted ? withoutDecay : self).makeOptimizer(
        places.map { parameters[$0] })
      return (places, optimizer)
    }
    return GroupedOptimizer(groups.filter { !$0.places.isEmpty })
  }
}
