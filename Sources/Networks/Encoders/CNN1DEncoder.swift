import Layers
import Recipes
import Tensors

/// Series `[batch, time, channel]` through blocks of convolution, batch normalisation, activation
/// and, but in the last, max pooling; then the mean over time.
struct CNN1DEncoder: Encoder {
  let layers: Sequential
  let features: Int
  let activations: Int

  init(
    _ cnn: CNN1DDescription, of modality: ModalityShape, stream: RandomStream
  ) throws {
    guard cnn.kernelSize % 2 == 1 else {
      throw NetworkError(
        modality, "kernel size \(cnn.kernelSize) is even; padding needs an odd one")
    }
    var layers: [any Layer] = []
    var (time, channels) = (modality.shape[0], modality.shape[1])
    var activations = modality.width
    for (index, next) in cnn.channels.enumerated() {
      layers.append(
        try Conv1d(
          channels, next, kernelSize: cnn.kernelSize, padding: cnn.kernelSize / 2, stream: stream))
      layers.append(try BatchNorm(next, device: stream.device))
      layers.append(Activation(cnn.activation))
      channels = next
      activations = max(activations, time * channels)
      guard cnn.pool > 1, index + 1 < cnn.channels.count else { continue }
      guard time >= cnn.pool else {
        throw NetworkError(
          modality,
          "\(modality.shape[0]) time steps are too few for \(cnn.channels.count) blocks that pool"
            + " by \(cnn.pool)")
      }
      layers.append(MaxPool1d(window: cnn.pool))
      time /= cnn.pool
    }
    layers.append(GlobalAveragePool())
    self.layers = Sequential(layers)
    features = channels
    self.activations = activations
  }

  func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try layers(input.transposed(1, 2), mode: mode)
  }

  var parameters: [NamedTensor] { layers.parameters }
  var buffers: [NamedTensor] { layers.buffers }
}
