import Layers
import Recipes
import Tensors

/// From fused feature maps of several scales to maps of one.
protocol PictureDecoder: Sendable {
  /// Of what comes out, per sample.
  var output: FeatureMap { get }
  /// The most numbers that it makes of one sample.
  var activations: Int { get }
  /// - maps: the fused maps of the scales that it needs, by the place of the scale, finest first
  func callAsFunction(_ maps: [Int: Tensor], mode: Mode) throws(TensorError) -> Tensor
  /// What it is made of, by name.
  var parts: [(name: String, layer: any Layer)] { get }
}

/// On the way from the coarsest scale back up, the result is resized, set beside the maps of the finer
/// scale and goes through a block.
///
/// Source: Ronneberger et al., "U-Net", MICCAI 2015.
struct UNetDecoder: PictureDecoder {
  /// From the coarsest scale to the finest.
  private let blocks: Sequential
  let output: FeatureMap
  let activations: Int

  /// - Parameters:
  ///   - scales: of the fused maps, finest first.
  ///   - own: channels that come out of each scale's block.
  init(
    _ scales: [FeatureMap], own: [Int], _ activation: Activation, stream: RandomStream
  ) throws(TensorError) {
    var blocks: [any Layer] = []
    var activations = 0
    for (scale, map) in scales.enumerated().reversed() {
      let below = scale + 1 < scales.count ? own[scale + 1] : 0
      blocks.append(
        try pictureBlock(
          map.channels + below, own[scale], kernelSize: 3, convolutions: 1, activation,
          stream: stream))
      activations = max(activations, (map.channels + below) * map.height * map.width)
    }
    self.blocks = Sequential(blocks)
    self.activations = activations
    output = FeatureMap(channels: own[0], height: scales[0].height, width: scales[0].width)
  }

  func callAsFunction(_ maps: [Int: Tensor], mode: Mode) throws(TensorError) -> Tensor {
    var value: Tensor?
    for (place, block) in blocks.layers.enumerated() {
      guard var fused = maps[blocks.layers.count - 1 - place] else { continue }
      if let below = value {
        let shape = fused.shape
        let resized = try resizedBilinear(below, height: shape[2], width: shape[3])
        fused = try Tensor.concatenate([resized, fused], axis: 1)
      }
      value = try block(fused, mode: mode)
    }
    guard let value else {
      throw TensorError(operation: "segmentation", shapes: [], message: "has no scale")
    }
    return value
  }

  var parts: [(name: String, layer: any Layer)] { [("blocks", blocks)] }
}

/// Dilated convolutions of several rates, a 1 × 1 one and the mean over the picture, side by side at
/// the coarsest scale; resized and set beside one finer scale, two more convolutions.
///
/// The finer scale is the coarsest of the others that is no coarser than a quarter of the picture.
/// The mean over the picture, a single value a channel, goes without batch normalisation.
///
/// Source: Chen et al., "Encoder-Decoder with Atrous Separable Convolution for Semantic Image
/// Segmentation", ECCV 2018, with plain convolutions.
struct DeepLabDecoder: PictureDecoder {
  private let branches: [Sequential]
  private let image: Conv2d
  private let joint: Sequential
  private let lowLevel: Sequential?
  private let blocks: Sequential
  private let activation: Activation
  private let coarse: Int
  private let fine: Int?
  let output: FeatureMap
  let activations: Int

  /// The places of the scales that it needs: the coarsest, and one finer where there are others.
  static func needed(_ scales: [FeatureMap], pictureHeight: Int) -> (coarse: Int, fine: Int?) {
    let coarse = scales.count - 1
    // A factor of 4 of a height that came from a file may not fit.
    let isFine = { (scale: Int) in scales[scale].height >= (pictureHeight + 3) / 4 }
    return (coarse, (0..<max(0, coarse)).last(where: isFine) ?? (coarse > 0 ? 0 : nil))
  }

  /// - scales: of the fused maps, finest first
  init(
    _ description: DeepLabDescription, _ scales: [FeatureMap], pictureHeight: Int,
    _ activation: Activation, stream: RandomStream
  ) throws(TensorError) {
    (coarse, fine) = Self.needed(scales, pictureHeight: pictureHeight)
    self.activation = activation
    let (width, map) = (description.width, scales[coarse])
    func block(
      _ input: Int, _ output: Int, kernelSize: Int, dilation: Int = 1
    ) throws(TensorError) -> [any Layer] {
      [
        try Conv2d(
          input, output, kernelSize: kernelSize, padding: kernelSize / 2 * dilation,
          dilation: dilation, stream: stream),
        try BatchNorm(output, device: stream.device), activation,
      ]
    }
    var branches = [Sequential(try block(map.channels, width, kernelSize: 1))]
    for rate in description.rates {
      branches.append(
        Sequential(try block(map.channels, width, kernelSize: 3, dilation: rate)))
    }
    self.branches = branches
    image = try Conv2d(map.channels, width, kernelSize: 1, stream: stream)
    let side = (branches.count + 1) * width
    joint = Sequential(try block(side, width, kernelSize: 1))
    var input = width
    var size = map
    var activations = side * map.height * map.width
    if let fine {
      size = scales[fine]
      lowLevel = Sequential(
        try block(size.channels, description.lowLevelWidth, kernelSize: 1))
      input += description.lowLevelWidth
    } else {
      lowLevel = nil
    }
    blocks = Sequential(
      try block(input, width, kernelSize: 3) + block(width, width, kernelSize: 3))
    activations = max(
      activations, max(input, size.channels) * size.height * size.width)
    self.activations = activations
    output = FeatureMap(channels: width, height: size.height, width: size.width)
  }

  func callAsFunction(_ maps: [Int: Tensor], mode: Mode) throws(TensorError) -> Tensor {
    guard let input = maps[coarse] else {
      throw TensorError(operation: "segmentation", shapes: [], message: "has no scale")
    }
    var parts: [Tensor] = []
    for branch in branches { parts.append(try branch(input, mode: mode)) }
    let mean = try adaptiveAveragePool2d(input, height: 1, width: 1)
    parts.append(
      try activation(image(mean, mode: mode), mode: mode).expanded(like: parts[0]))
    var value = try joint(Tensor.concatenate(parts, axis: 1), mode: mode)
    if let fine, let lowLevel, let detail = maps[fine] {
      let shape = detail.shape
      let resized = try resizedBilinear(value, height: shape[2], width: shape[3])
      value = try Tensor.concatenate([resized, lowLevel(detail, mode: mode)], axis: 1)
    }
    return try blocks(value, mode: mode)
  }

  var parts: [(name: String, layer: any Layer)] {
    branches.enumerated().map { ("aspp.\($0)", $1 as any Layer) }
      + [("image", image), ("joint", joint)] + (lowLevel.map { [("low_level", $0)] } ?? [])
      + [("blocks", blocks)]
  }
}
