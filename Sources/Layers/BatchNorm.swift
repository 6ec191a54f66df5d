public import Tensors

/// Batch normalisation `y = (x − E[x]) / √(Var[x] + ε) · weight + bias`, for each channel.
///
/// Input and output `[batch, channels, …]`: of features, series or pictures. In training the statistics are
/// those of the batch and the running ones move by `momentum` towards them (the variance with n − 1);
/// in evaluation the running ones are used.
///
/// Source: Ioffe and Szegedy, ICML 2015.
public struct BatchNorm: Layer {
  public var weight: Tensor
  public var bias: Tensor
  public var runningMean: Tensor
  public var runningVariance: Tensor
  public var momentum: Double
  public var epsilon: Double

  public init(
    _ channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5, device: Device = .cpu
  ) throws(TensorError) {
    weight = try Tensor.full(1, shape: [channels], device: device).asParameter()
    bias = try Tensor.zeros([channels], device: device).asParameter()
    runningMean = try Tensor.zeros([channels], device: device)
    runningVariance = try Tensor.full(1, shape: [channels], device: device)
    self.momentum = momentum
    self.epsilon = epsilon
  }

  /// - Throws: `TensorError` also when training meets a single value a channel.
  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    switch mode {
    case .evaluation:
      try batchNorm(
        input, weight: weight, bias: bias, runningMean: runningMean,
        runningVariance: runningVariance, epsilon: epsilon)
    case .training(_, let movesStatistics):
      try batchNorm(
        input, weight: weight, bias: bias,
        moving: movesStatistics ? (runningMean, runningVariance) : nil, momentum: momentum,
        epsilon: epsilon)
    }
  }

  public var parameters: [NamedTensor] {
    [NamedTensor("weight", weight), NamedTensor("bias", bias)]
  }

  public var buffers: [NamedTensor] {
    [NamedTensor("running_mean", runningMean), NamedTensor("running_var", runningVariance)]
  }
}
