internal import CTorch

/// Cross-correlation over pictures: input `[batch, in, height, width]`, weight
/// `[out, in / groups, kernel, kernel]`.
public func conv2d(
  _ input: Tensor, weight: Tensor, bias: Tensor?, stride: Int = 1, padding: Int = 0,
  dilation: Int = 1, groups: Int = 1
) throws(TensorError) -> Tensor {
  try TorchCall.make("conv2d", [input, weight] + (bias.map { [$0] } ?? [])) {
    ct_conv2d(
      $0[0], $0[1], bias == nil ? nil : $0[2], Int64(stride), Int64(padding), Int64(dilation),
      Int64(groups), $1)
  }
}

/// Greatest value of each square window of `[batch, channel, height, width]`.
public func maxPool2d(
  _ input: Tensor, window: Int, stride: Int, padding: Int = 0
) throws(TensorError) -> Tensor {
  try TorchCall.make("maxPool2d", [input]) {
    ct_max_pool2d($0[0], Int64(window), Int64(stride), Int64(padding), $1)
  }
}

/// Mean of each square window of `[batch, channel, height, width]`; what the padding adds counts as
/// zeros.
public func averagePool2d(
  _ input: Tensor, window: Int, stride: Int, padding: Int = 0
) throws(TensorError) -> Tensor {
  try TorchCall.make("averagePool2d", [input]) {
    ct_average_pool2d($0[0], Int64(window), Int64(stride), Int64(padding), $1)
  }
}

/// Means over `height` × `width` windows that share `[batch, channel, …]` out evenly.
public func adaptiveAveragePool2d(
  _ input: Tensor, height: Int, width: Int
) throws(TensorError) -> Tensor {
  try TorchCall.make("adaptiveAveragePool2d", [input]) {
    ct_adaptive_average_pool2d($0[0], Int64(height), Int64(width), $1)
  }
}

/// Pictures `[batch, channel, …]` at another size, bilinear: `torch.nn.functional.interpolate` with
/// `align_corners=False` and no antialiasing.
public func resizedBilinear(
  _ input: Tensor, height: Int, width: Int
) throws(TensorError) -> Tensor {
  try TorchCall.make("resizedBilinear", [input]) {
    ct_resize_bilinear($0[0], Int64(height), Int64(width), $1)
  }
}

extension Tensor {
  /// Pictures, each mirrored left to right where `mirrored` says so and then moved; pixels that come
  /// from outside are `fill`. The first axis is the batch.
  ///
  /// - mirrored: uint8 `[batch]`
  /// - down, right: pixels, int64 `[batch]`
  /// - rows, columns: the axes along which a picture's rows and columns stand
  public func movingPictures(
    mirrored: Tensor, down: Tensor, right: Tensor, rows: Int, columns: Int, fill: Double
  ) throws(TensorError) -> Tensor {
    try TorchCall.make("movingPictures", [self, mirrored, down, right]) {
      ct_move_pictures($0[0], $0[1], $0[2], $0[3], Int64(rows), Int64(columns), fill, $1)
    }
  }
}
