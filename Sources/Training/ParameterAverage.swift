import Tensors

/// An exponential moving average of parameters, `a ← decay · a + (1 − decay) · θ` after every step
/// but the first, which it starts as.
///
/// Source: Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992.
/// Reference: `torch.optim.swa_utils.AveragedModel` with `get_ema_multi_avg_fn`; running statistics
/// are those of the network.
struct ParameterAverage {
  private let parameters: [Tensor]
  private let decay: Double
  /// In the order of the parameters.
  let values: [Tensor]
  private var isFirst = true

  /// - Throws: `TrainingError` for a decay outside 0..<1.
  init(of parameters: [Tensor], decay: Double) throws {
    guard (0..<1).contains(decay) else {
      throw TrainingError.settings("an average decays by 0 or more and less than 1, not \(decay)")
    }
    self.parameters = parameters
    self.decay = decay
    values = try parameters.map { try $0.copied() }
  }

  /// Takes the parameters in, as they now are.
  mutating func update() throws(TensorError) {
    if isFirst {
      for (value, parameter) in zip(values, parameters) { try value.assign(parameter) }
    } else {
      try moveAverages(values, towards: parameters, share: 1 - decay)
    }
    isFirst = false
  }
}
