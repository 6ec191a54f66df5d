public import Tensors

/// Adam: `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`, `θ ← θ − rate · m̂ / (√v̂ + ε)` with the
/// bias-corrected `m̂ = m / (1 − β₁ᵗ)`, `v̂ = v / (1 − β₂ᵗ)`.
///
/// Weight decay is added to the gradient, or, when decoupled (AdamW), takes `rate · decay · θ` away
/// first. Sources: Kingma and Ba, ICLR 2015; Loshchilov and Hutter, ICLR 2019. References:
/// `torch.optim.Adam`, `torch.optim.AdamW`.
public struct Adam: Optimizer {
  private let parameters: [Tensor]
  private let betas: (Double, Double)
  private let epsilon: Double
  private let weightDecay: Double
  private let isDecoupled: Bool
  private let means: [Tensor]
  private let squares: [Tensor]
  private let counters: [Tensor]

  public init(
    _ parameters: [Tensor], betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8,
    weightDecay: Double = 0, isDecoupled: Bool = false
  ) throws(TensorError) {
    self.parameters = parameters
    self.betas = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.isDecoupled = isDecoupled
    means = try zeros(like: parameters)
    squares = try zeros(like: parameters)
    var counters: [Tensor] = []
    for parameter in parameters {
      counters.append(try Tensor.zeros([], device: parameter.device))
    }
    self.counters = counters
  }

  public mutating func step(_ gradients: [Tensor], learningRate: Double) throws(TensorError) {
    try stepAdam(
      parameters, gradients: gradients, means: means, squares: squares, counters: counters,
      learningRate: learningRate, betas: betas, epsilon: epsilon, weightDecay: weightDecay,
      isDecoupled: isDecoupled)
  }
}
