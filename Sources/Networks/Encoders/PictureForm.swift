import Layers
import Tensors

/// What an encoder of pictures makes pictures of: a picture `[height, width, channel]`; a plane
/// `[time, band]`, such as a spectrogram, as a picture of one channel; each frame of a video
/// `[time, height, width, channel]`.
struct PictureForm: Sendable {
  private let shape: [Int]

  /// - Precondition: the modality has two to four axes.
  init(_ modality: ModalityShape) {
    shape = modality.shape
  }

  /// Pictures in one sample.
  var frames: Int { shape.count == 4 ? shape[0] : 1 }
  var channels: Int { shape.count == 2 ? 1 : shape[shape.count - 1] }
  var height: Int { shape.count == 4 ? shape[1] : shape[0] }
  var width: Int { shape.count == 4 ? shape[2] : shape[1] }

  /// `[batch, channels, height, width]`, of a video `[batch · time, channels, height, width]`.
  ///
  /// The batch is the axis that is worked out, here as everywhere: a traced network takes any.
  func pictures(_ batch: Tensor) throws(TensorError) -> Tensor {
    switch shape.count {
    case 2: try batch.reshaped([-1, 1, shape[0], shape[1]])
    case 3: try batch.permuted([0, 3, 1, 2])
    default: try batch.reshaped([-1] + shape.dropFirst()).permuted([0, 3, 1, 2])
    }
  }

  /// Features `[batch, channels]`: means over the maps `[batch · time, channels, …]`, and over time.
  func features(_ maps: Tensor) throws(TensorError) -> Tensor {
    let features = try GlobalAveragePool()(maps)
    guard shape.count == 4 else { return features }
    return try features.reshaped([-1, frames, maps.shape[1]]).mean(axis: 1)
  }

  /// Tokens `[batch, time · places, channels]` of maps `[batch · time, channels, height, width]`.
  func tokens(_ maps: Tensor) throws(TensorError) -> Tensor {
    let shape = maps.shape
    return try maps.permuted([0, 2, 3, 1]).reshaped([-1, frames * shape[2] * shape[3], shape[1]])
  }
}
