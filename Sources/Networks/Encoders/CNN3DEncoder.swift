import Layers
import Recipes
import Tensors

/// Videos `[batch, time, height, width, channel]` through blocks of convolutions over time and
/// picture, each with batch normalisation and activation, and max pooling between the blocks; then the
/// mean over all.
struct CNN3DEncoder: Encoder {
  private let blocks: Sequential
  private let pool: MaxPool3d?
  let features: Int
  let activations: Int
  let tokens: Int

  /// - Precondition: the modality suits the description.
  init(
    _ cnn: CNN3DDescription, of modality: ModalityShape, stream: RandomStream
  ) throws(TensorError) {
    var size = Array(modality.shape[0..<3])
    var channels = modality.shape[3]
    var blocks: [any Layer] = []
    var activations = modality.width
    for (index, next) in cnn.channels.enumerated() {
      if index > 0 {
        size = [size[0] / cnn.timePool, size[1] / cnn.pool, size[2] / cnn.pool]
      }
      var layers: [any Layer] = []
      for convolution in 0..<cnn.convolutions {
        layers.append(
          try Conv3d(
            convolution == 0 ? channels : next, next, kernelSize: cnn.kernelSize,
            padding: cnn.kernelSize / 2, stream: stream))
        layers.append(try BatchNorm(next, device: stream.device))
        layers.append(Activation(cnn.activation))
      }
      blocks.append(Sequential(layers))
      channels = next
      activations = max(activations, size.reduce(channels, *))
    }
    self.blocks = Sequential(blocks)
    pool =
      cnn.pool > 1 || cnn.timePool > 1 ? MaxPool3d(depth: cnn.timePool, window: cnn.pool) : nil
    features = channels
    tokens = size.reduce(1, *)
    self.activations = activations
  }

  func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try GlobalAveragePool()(last(input, mode: mode), mode: mode)
  }

  func withTokens(
    _ input: Tensor, mode: Mode
  ) throws(TensorError) -> (features: Tensor, tokens: Tensor) {
    let last = try last(input, mode: mode)
    return (
      try GlobalAveragePool()(last, mode: mode),
      try last.permuted([0, 2, 3, 4, 1]).reshaped([-1, tokens, features])
    )
  }

  /// `[batch, channels, time, height, width]`
  private func last(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    var value = try input.permuted([0, 4, 1, 2, 3])
    for (index, block) in blocks.layers.enumerated() {
      if index > 0, let pool { value = try pool(value, mode: mode) }
      value = try block(value, mode: mode)
    }
    return value
  }

  var parameters: [NamedTensor] { blocks.parameters }
  var buffers: [NamedTensor] { blocks.buffers }
}
