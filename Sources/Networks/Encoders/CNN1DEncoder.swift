import Layers
import Recipes
import Tensors

/// Series `[batch, time, channel]` through blocks of convolution, batch normalisation, activation
/// and, but in the last, max pooling; then the mean over time.
struct CNN1DEncoder: Encoder {
  private let layers: Sequential
  let features: Int
  let activations: Int
  let tokens: Int

  /// - Precondition: the modality suits the description.
  init(
    _ cnn: CNN1DDescription, of modality: ModalityShape, stream: RandomStream
  ) throws(TensorError) {
    var layers: [any Layer] = []
    var (time, channels) = (modality.shape[0], modality.shape[1])
    var activations = modality.width
    for (index, next) in cnn.channels.enumerated() {
      let stride = cnn.stride(of: index)
      layers.append(
        try Conv1d(
          channels, next, kernelSize: cnn.kernelSize, stride: stride, padding: cnn.kernelSize / 2,
          stream: stream))
      layers.append(try BatchNorm(next, device: stream.device))
      layers.append(Activation(cnn.activation))
      channels = next
      time = (time - 1) / stride + 1
      activations = max(activations, time * channels)
      guard cnn.pool > 1, index + 1 < cnn.channels.count else { continue }
      layers.append(MaxPool1d(window: cnn.pool))
      time /= cnn.pool
    }
    self.layers = Sequential(layers)
    features = channels
    tokens = time
    self.activations = activations
  }

  func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try GlobalAveragePool()(layers(input.transposed(1, 2), mode: mode), mode: mode)
  }

  func withTokens(
    _ input: Tensor, mode: Mode
  ) throws(TensorError) -> (features: Tensor, tokens: Tensor) {
    let last = try layers(input.transposed(1, 2), mode: mode)
    return (try GlobalAveragePool()(last, mode: mode), try last.transposed(1, 2))
  }

  var parameters: [NamedTensor] { layers.parameters }
  var buffers: [NamedTensor] { layers.buffers }
}
