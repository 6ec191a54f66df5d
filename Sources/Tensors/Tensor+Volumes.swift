internal import CTorch

/// Cross-correlation over volumes: input `[batch, in, depth, height, width]`, weight
/// `[out, in, depth, height, width]`.
///
/// - stride, padding: of depth, height and width
public func conv3d(
  _ input: Tensor, weight: Tensor, bias: Tensor?, stride: [Int] = [1, 1, 1],
  padding: [Int] = [0, 0, 0]
) throws(TensorError) -> Tensor {
  precondition(stride.count == 3 && padding.count == 3, "a volume has three axes")
  return try TorchCall.make("conv3d", [input, weight] + (bias.map { [$0] } ?? [])) {
    ct_conv3d(
      $0[0], $0[1], bias == nil ? nil : $0[2], stride.map(Int64.init), padding.map(Int64.init), $1)
  }
}

/// Greatest value of each window of `[batch, channel, depth, height, width]`; windows lie beside each
/// other.
///
/// - window: of depth, height and width
public func maxPool3d(_ input: Tensor, window: [Int]) throws(TensorError) -> Tensor {
  precondition(window.count == 3, "a volume has three axes")
  return try TorchCall.make("maxPool3d", [input]) {
    ct_max_pool3d($0[0], window.map(Int64.init), $1)
  }
}
