import Layers
import Recipes
import Tensors

/// From the feature maps of all modalities at several scales to one logit for each class and pixel:
/// a fusion at each scale, a decoder, 1 × 1 convolutions, and the way to the size of the picture.
struct SegmentationHead: Sendable {
  private let fusions: [Int: any Fusion]
  private let decoder: any PictureDecoder
  private let logits: Sequential
  private let coarsest: Int
  /// Height and width of the pictures.
  let height: Int
  let width: Int
  let activations: Int

  /// - Throws: `NetworkError` when the modalities' maps do not lie on each other.
  init(
    _ description: HeadDescription, fusion: FusionDescription, _ encoders: [any PictureEncoder],
    of modalities: [ModalityShape], classes: Int, stream: RandomStream
  ) throws {
    guard let first = encoders.first, let picture = modalities.first?.picture else {
      throw NetworkError("network", "it has no modality")
    }
    try Self.check(encoders, of: modalities)
    let activation = Activation(description.activation)
    let decoderKind = description.decoder ?? .unet
    let scales = first.scales.indices
    coarsest = scales.count - 1
    let needed: [Int] =
      switch decoderKind {
      case .unet: Array(scales)
      case .deepLabV3Plus:
        {
          let (coarse, fine) = DeepLabDecoder.needed(
            first.scales, pictureHeight: picture.height)
          return [fine, coarse].compactMap(\.self)
        }()
      }
    var fusions: [Int: any Fusion] = [:]
    var maps = first.scales
    var most = 0
    for scale in needed {
      let widths = encoders.map { $0.scales[scale].channels }
      guard
        let made = try fusion.fusion(of: modalities, widths: widths, .maps, stream: stream)
      else {
        throw NetworkError(
          "fusion", "'\(fusion.kind)' does not fuse the maps of a segmentation")
      }
      fusions[scale] = made
      maps[scale].channels = made.width
      most = max(most, made.activations * maps[scale].height * maps[scale].width)
    }
    switch decoderKind {
    case .unet:
      let own = scales.map { scale in encoders.map { $0.scales[scale].channels }.max() ?? 1 }
      decoder = try UNetDecoder(maps, own: own, activation, stream: stream)
    case .deepLabV3Plus(let settings):
      decoder = try DeepLabDecoder(
        settings, maps, pictureHeight: picture.height, activation, stream: stream)
    }
    var layers: [any Layer] = []
    var channels = decoder.output.channels
    for next in description.hidden {
      layers.append(try Conv2d(channels, next, kernelSize: 1, stream: stream))
      layers.append(activation)
      channels = next
    }
    layers.append(try Conv2d(channels, classes, kernelSize: 1, stream: stream))
    self.fusions = fusions
    logits = Sequential(layers)
    (height, width) = (picture.height, picture.width)
    let size = decoder.output
    let last = max(classes, description.hidden.max() ?? 1) * size.height * size.width
    activations = max(most, last, decoder.activations)
  }

  private static func check(
    _ encoders: [any PictureEncoder], of modalities: [ModalityShape]
  ) throws {
    for (encoder, modality) in zip(encoders, modalities) {
      guard modality.shape.count < 4 else {
        throw NetworkError(
          modality, "a segmentation is of pictures, and these samples are videos")
      }
      guard let own = modality.picture, let picture = modalities[0].picture, own == picture else {
        throw NetworkError(
          modality,
          "its pictures are \(modality.pictureText), those of '\(modalities[0].name)' "
            + "\(modalities[0].pictureText); a segmentation takes pictures that lie on each other")
      }
      let first = encoders[0].scales
      guard encoder.scales.map(\.height) == first.map(\.height),
        encoder.scales.map(\.width) == first.map(\.width)
      else {
        throw NetworkError(
          modality,
          "its encoder has other scales than that of '\(modalities[0].name)'; take as many "
            + "channels and the same 'pool' for both")
      }
    }
  }

  /// Logits `[batch, class, height, width]`.
  ///
  /// - maps: of each modality, finest first
  /// - disturb: acts on the fused maps of the coarsest scale
  func callAsFunction(
    _ maps: [[Tensor]], presence: Presence, mode: Mode,
    disturb: (Tensor) throws(TensorError) -> Tensor
  ) throws(TensorError) -> Tensor {
    var fused: [Int: Tensor] = [:]
    for (scale, fusion) in fusions.sorted(by: { $0.key > $1.key }) {
      let own = try fusion(maps.map { $0[scale] }, presence: presence, mode: mode)
      fused[scale] = scale == coarsest ? try disturb(own) : own
    }
    let scores = try logits(decoder(fused, mode: mode), mode: mode)
    let size = decoder.output
    if size.height == height, size.width == width { return scores }
    return try resizedBilinear(scores, height: height, width: width)
  }

  /// What the fusions are made of, by scale and name.
  var fusionParts: [(name: String, layer: any Layer)] {
    fusions.sorted { $0.key < $1.key }.flatMap { scale, fusion in
      fusion.parts.map { ("\(scale).\($0.name)", $0.layer) }
    }
  }

  /// What it is made of besides, by name.
  var parts: [(name: String, layer: any Layer)] { decoder.parts + [("logits", logits)] }
}
