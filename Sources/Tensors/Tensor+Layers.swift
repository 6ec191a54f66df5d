internal import CTorch

/// Matrix product, as `torch.matmul`.
public func matmul(_ left: Tensor, _ right: Tensor) throws(TensorError) -> Tensor {
  try TorchCall.make("matmul", [left, right]) { ct_matmul($0[0], $0[1], $1) }
}

/// `y = x Wᵀ + b` with input `[…, in]`, weight `[out, in]`, bias `[out]`.
public func linear(
  _ input: Tensor, weight: Tensor, bias: Tensor?
) throws(TensorError) -> Tensor {
  try TorchCall.make("linear", [input, weight] + (bias.map { [$0] } ?? [])) {
    ct_linear($0[0], $0[1], bias == nil ? nil : $0[2], $1)
  }
}

/// Cross-correlation over time: input `[batch, in, time]`, weight `[out, in, kernel]`.
public func conv1d(
  _ input: Tensor, weight: Tensor, bias: Tensor?, stride: Int = 1, padding: Int = 0,
  dilation: Int = 1
) throws(TensorError) -> Tensor {
  try TorchCall.make("conv1d", [input, weight] + (bias.map { [$0] } ?? [])) {
    ct_conv1d(
      $0[0], $0[1], bias == nil ? nil : $0[2], Int64(stride), Int64(padding), Int64(dilation), $1)
  }
}

/// `y = (x − mean) / √(variance + ε) · weight + bias` for each channel of `[batch, channel, …]`, with
/// the running statistics.
public func batchNorm(
  _ input: Tensor, weight: Tensor, bias: Tensor, runningMean: Tensor, runningVariance: Tensor,
  epsilon: Double
) throws(TensorError) -> Tensor {
  try TorchCall.make("batchNorm", [input, weight, bias, runningMean, runningVariance]) {
    ct_batch_norm($0[0], $0[1], $0[2], $0[3], $0[4], false, 0, epsilon, $1)
  }
}

/// The same with the statistics of the batch; the `running` ones, when given, move in place by
/// `momentum` towards them.
///
/// - Throws: `TensorError` also when there is a single value a channel.
public func batchNorm(
  _ input: Tensor, weight: Tensor, bias: Tensor, moving running: (mean: Tensor, variance: Tensor)?,
  momentum: Double, epsilon: Double
) throws(TensorError) -> Tensor {
  let statistics = running.map { [$0.mean, $0.variance] } ?? []
  return try TorchCall.make("batchNorm", [input, weight, bias] + statistics) {
    ct_batch_norm(
      $0[0], $0[1], $0[2], running == nil ? nil : $0[3], running == nil ? nil : $0[4], true,
      momentum, epsilon, $1)
  }
}

/// `y = (x − mean) / √(variance + ε) · weight + bias` over the last axes, those of `weight`.
public func layerNorm(
  _ input: Tensor, weight: Tensor, bias: Tensor, epsilon: Double
) throws(TensorError) -> Tensor {
  try TorchCall.make("layerNorm", [input, weight, bias]) {
    ct_layer_norm($0[0], $0[1], $0[2], epsilon, $1)
  }
}

/// Greatest value of each window of the last axis.
public func maxPool1d(
  _ input: Tensor, window: Int, stride: Int
) throws(TensorError) -> Tensor {
  try TorchCall.make("maxPool1d", [input]) {
    ct_max_pool1d($0[0], Int64(window), Int64(stride), $1)
  }
}
