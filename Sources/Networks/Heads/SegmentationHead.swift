import Layers
import Recipes
import Tensors

/// From the feature maps of all modalities at all scales to one logit for each class and pixel.
///
/// At the coarsest scale the modalities' maps stand side by side and go through a block; on the way
/// back up the result is resized, set beside the maps of the finer scale and goes through a block
/// again. Source: Ronneberger et al., "U-Net", MICCAI 2015, with one fusion for each scale.
struct SegmentationHead: Sendable {
  /// From the coarsest scale to the finest.
  private let blocks: Sequential
  private let logits: Sequential
  private let size: FeatureMap
  /// Height and width of the pictures.
  let height: Int
  let width: Int
  let activations: Int

  /// - Throws: `NetworkError` when the modalities' maps do not lie on each other.
  init(
    _ description: HeadDescription, _ encoders: [any PictureEncoder],
    of modalities: [ModalityShape],
    classes: Int, stream: RandomStream
  ) throws {
    guard let first = encoders.first, let picture = modalities.first?.picture else {
      throw NetworkError("network", "it has no modality")
    }
    for (encoder, modality) in zip(encoders, modalities) {
      guard modality.shape.count < 4 else {
        throw NetworkError(
          modality, "a segmentation is of pictures, and these samples are videos")
      }
      guard let own = modality.picture, own == picture else {
        throw NetworkError(
          modality,
          "its pictures are \(modality.pictureText), those of '\(modalities[0].name)' "
            + "\(modalities[0].pictureText); a segmentation takes pictures that lie on each other")
      }
      guard encoder.scales.map(\.height) == first.scales.map(\.height),
        encoder.scales.map(\.width) == first.scales.map(\.width)
      else {
        throw NetworkError(
          modality,
          "its encoder has other scales than that of '\(modalities[0].name)'; take as many "
            + "channels and the same 'pool' for both")
      }
    }
    let activation = Activation(description.activation)
    let scales = first.scales.indices
    let fused = scales.map { scale in encoders.reduce(0) { $0 + $1.scales[scale].channels } }
    let own = scales.map { scale in encoders.map { $0.scales[scale].channels }.max() ?? 1 }
    var blocks: [any Layer] = []
    for scale in scales.reversed() {
      let below = scale + 1 < scales.count ? own[scale + 1] : 0
      blocks.append(
        try pictureBlock(
          fused[scale] + below, own[scale], kernelSize: 3, convolutions: 1, activation,
          stream: stream))
    }
    var layers: [any Layer] = []
    var channels = own.first ?? 1
    for next in description.hidden {
      layers.append(try Conv2d(channels, next, kernelSize: 1, stream: stream))
      layers.append(activation)
      channels = next
    }
    layers.append(try Conv2d(channels, classes, kernelSize: 1, stream: stream))
    self.blocks = Sequential(blocks)
    logits = Sequential(layers)
    size = first.scales[0]
    (height, width) = (picture.height, picture.width)
    let last = max(classes, description.hidden.max() ?? 1) * size.height * size.width
    activations = scales.reduce(last) { most, scale in
      let channels = fused[scale] + (scale + 1 < scales.count ? own[scale + 1] : 0)
      return max(most, channels * first.scales[scale].height * first.scales[scale].width)
    }
  }

  /// Logits `[batch, class, height, width]`.
  ///
  /// - maps: of each modality, finest first
  /// - disturb: acts on the fused maps of the coarsest scale
  func callAsFunction(
    _ maps: [[Tensor]], mode: Mode, disturb: (Tensor) throws(TensorError) -> Tensor
  ) throws(TensorError) -> Tensor {
    var value: Tensor?
    for (place, block) in blocks.layers.enumerated() {
      let scale = blocks.layers.count - 1 - place
      var parts: [Tensor] = []
      for own in maps { parts.append(own[scale]) }
      var fused = parts.count == 1 ? parts[0] : try Tensor.concatenate(parts, axis: 1)
      if let below = value {
        let shape = fused.shape
        let resized = try resizedBilinear(below, height: shape[2], width: shape[3])
        fused = try Tensor.concatenate([resized, fused], axis: 1)
      } else {
        fused = try disturb(fused)
      }
      value = try block(fused, mode: mode)
    }
    guard let value else {
      throw TensorError(operation: "segmentation", shapes: [], message: "has no scale")
    }
    let scores = try logits(value, mode: mode)
    if size.height == height, size.width == width { return scores }
    return try resizedBilinear(scores, height: height, width: width)
  }

  /// What it is made of, by name.
  var parts: [(name: String, layer: any Layer)] { [("blocks", blocks), ("logits", logits)] }
}
