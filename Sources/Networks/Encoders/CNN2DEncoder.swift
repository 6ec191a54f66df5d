import Layers
import Recipes
import Tensors

/// Pictures through blocks of convolutions, each with batch normalisation and activation, and max
/// pooling between the blocks; then the mean over the picture.
///
/// A picture is `[height, width, channel]`; a plane `[time, band]`, such as a spectrogram, is a
/// picture of one channel; of a video `[time, height, width, channel]` every frame goes through, and
/// the mean over time follows.
struct CNN2DEncoder: PictureEncoder {
  private enum Input {
    case plane, picture, video
  }

  private let input: Input
  private let blocks: Sequential
  private let pool: MaxPool2d?
  let scales: [FeatureMap]
  let activations: Int

  var features: Int { scales.last?.channels ?? 0 }

  /// - Precondition: the modality has two to four axes, and the description a channel.
  init(
    _ cnn: CNN2DDescription, of modality: ModalityShape, stream: RandomStream
  ) throws {
    guard cnn.kernelSize % 2 == 1 else {
      throw NetworkError(
        modality, "kernel size \(cnn.kernelSize) is even; padding needs an odd one")
    }
    let shape = modality.shape
    let frames = shape.count == 4 ? shape[0] : 1
    input = shape.count == 2 ? .plane : shape.count == 3 ? .picture : .video
    let size = shape.count == 4 ? Array(shape[1...2]) : Array(shape[0...1])
    var map = FeatureMap(
      channels: shape.count == 2 ? 1 : shape[shape.count - 1], height: size[0], width: size[1])
    var (blocks, scales): ([any Layer], [FeatureMap]) = ([], [])
    var activations = modality.width
    for (index, channels) in cnn.channels.enumerated() {
      if index > 0, cnn.pool > 1 {
        guard map.height >= cnn.pool, map.width >= cnn.pool else {
          throw NetworkError(
            modality,
            "pictures of \(size[0]) × \(size[1]) are too small for \(cnn.channels.count) blocks"
              + " that pool by \(cnn.pool)")
        }
        map.height /= cnn.pool
        map.width /= cnn.pool
      }
      blocks.append(
        try pictureBlock(
          map.channels, channels, kernelSize: cnn.kernelSize, convolutions: cnn.convolutions,
          Activation(cnn.activation), stream: stream))
      map.channels = channels
      scales.append(map)
      activations = max(activations, frames * channels * map.height * map.width)
    }
    self.blocks = Sequential(blocks)
    pool = cnn.pool > 1 ? MaxPool2d(window: cnn.pool) : nil
    self.scales = scales
    self.activations = activations
  }

  /// The features of a video are the means over its frames.
  func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    guard let last = try maps(input, mode: mode).last else { return input }
    let features = try GlobalAveragePool()(last, mode: mode)
    guard case .video = self.input else { return features }
    return try features.reshaped([-1, input.shape[1], features.shape[1]]).mean(axis: 1)
  }

  /// Of a video `[batch · time, channels, height, width]`.
  func maps(_ batch: Tensor, mode: Mode) throws(TensorError) -> [Tensor] {
    let shape = batch.shape
    var value =
      switch input {
      case .plane: try batch.reshaped([-1, 1, shape[1], shape[2]])
      case .picture: try batch.permuted([0, 3, 1, 2])
      case .video:
        try batch.reshaped([-1, shape[2], shape[3], shape[4]])
          .permuted([0, 3, 1, 2])
      }
    var maps: [Tensor] = []
    for (index, block) in blocks.layers.enumerated() {
      if index > 0, let pool { value = try pool(value, mode: mode) }
      value = try block(value, mode: mode)
      maps.append(value)
    }
    return maps
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
