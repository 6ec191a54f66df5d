import Layers
import Recipes
import Tensors

/// Pictures, planes or the frames of videos through blocks of convolutions, each with batch
/// normalisation and activation, and max pooling between the blocks; then the mean over the picture
/// and over time.
struct CNN2DEncoder: PictureEncoder {
  private let form: PictureForm
  private let blocks: Sequential
  private let pool: MaxPool2d?
  let scales: [FeatureMap]
  let activations: Int

  var features: Int { scales.last?.channels ?? 0 }
  var tokens: Int { form.frames * (scales.last.map { $0.height * $0.width } ?? 0) }

  /// - Precondition: the modality suits the description.
  init(
    _ cnn: CNN2DDescription, of modality: ModalityShape, stream: RandomStream
  ) throws(TensorError) {
    form = PictureForm(modality)
    var map = FeatureMap(channels: form.channels, height: form.height, width: form.width)
    var (blocks, scales): ([any Layer], [FeatureMap]) = ([], [])
    var activations = modality.width
    for (index, channels) in cnn.channels.enumerated() {
      if index > 0, cnn.pool > 1 {
        map.height /= cnn.pool
        map.width /= cnn.pool
      }
      blocks.append(
        try pictureBlock(
          map.channels, channels, kernelSize: cnn.kernelSize, convolutions: cnn.convolutions,
          Activation(cnn.activation), stream: stream))
      map.channels = channels
      scales.append(map)
      activations = max(activations, form.frames * channels * map.height * map.width)
    }
    self.blocks = Sequential(blocks)
    pool = cnn.pool > 1 ? MaxPool2d(window: cnn.pool) : nil
    self.scales = scales
    self.activations = activations
  }

  func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try form.features(last(input, mode: mode))
  }

  func withTokens(
    _ input: Tensor, mode: Mode
  ) throws(TensorError) -> (features: Tensor, tokens: Tensor) {
    let last = try last(input, mode: mode)
    return (try form.features(last), try form.tokens(last))
  }

  /// Of a video `[batch · time, channels, height, width]`.
  func maps(_ batch: Tensor, mode: Mode) throws(TensorError) -> [Tensor] {
    var value = try form.pictures(batch)
    var maps: [Tensor] = []
    for (index, block) in blocks.layers.enumerated() {
      if index > 0, let pool { value = try pool(value, mode: mode) }
      value = try block(value, mode: mode)
      maps.append(value)
    }
    return maps
  }

  private func last(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    guard let last = try maps(input, mode: mode).last else { return try form.pictures(input) }
    return last
  }

  var parameters: [NamedTensor] { blocks.parameters }
  var buffers: [NamedTensor] { blocks.buffers }
}

/// Convolutions that keep the size, each followed by batch normalisation and activation.
func pictureBlock(
  _ inputChannels: Int, _ outputChannels: Int, kernelSize: Int, convolutions: Int,
  _ activation: Activation, stream: RandomStream
) throws(TensorError) -> Sequential {
  var layers: [any Layer] = []
  for index in 0..<convolutions {
    layers.append(
      try Conv2d(
        index == 0 ? inputChannels : outputChannels, outputChannels, kernelSize: kernelSize,
        padding: kernelSize / 2, stream: stream))
    layers.append(try BatchNorm(outputChannels, device: stream.device))
    layers.append(activation)
  }
  return Sequential(layers)
}
