public import Tensors

/// Stochastic gradient descent with momentum:
/// `g ← ∇ + decay · θ`, `v ← momentum · v + g`, `θ ← θ − rate · v` (or `g + momentum · v` with
/// Nesterov's look ahead); v starts as the first g.
///
/// Reference: `torch.optim.SGD` with dampening 0.
public struct SGD: Optimizer {
  private let parameters: [Tensor]
  private let momentum: Double
  private let nesterov: Bool
  private let weightDecay: Double
  private let momenta: [Tensor]
  private var isFirst = true

  public init(
    _ parameters: [Tensor], momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0
  ) throws(TensorError) {
    self.parameters = parameters
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    momenta = momentum == 0 ? [] : try zeros(like: parameters)
  }

  public mutating func step(_ gradients: [Tensor], learningRate: Double) throws(TensorError) {
    try stepSGD(
      parameters, gradients: gradients, momenta: momenta, learningRate: learningRate,
      momentum: momentum, nesterov: nesterov, weightDecay: weightDecay, isFirst: isFirst)
    isFirst = false
  }
}

/// A tensor of zeros for each one, of its shape and on its device.
func zeros(like tensors: [Tensor]) throws(TensorError) -> [Tensor] {
  var result: [Tensor] = []
  for tensor in tensors {
    result.append(
      try Tensor.zeros(tensor.shape, type: tensor.type ?? .float32, device: tensor.device))
  }
  return result
}
