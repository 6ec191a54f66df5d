import Layers
import Recipes
import Tensors

/// Pictures, planes or the frames of videos through a residual network; then the mean over the
/// picture and over time. Parameters and running statistics have the names of torchvision's.
///
/// Source: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016; strides and start as
/// in torchvision.
struct ResNetEncoder: PictureEncoder {
  private let form: PictureForm
  private let convolution: Conv2d
  private let norm: BatchNorm
  private let pool: MaxPool2d?
  private let stages: [[ResidualBlock]]
  let scales: [FeatureMap]
  let activations: Int

  var features: Int { scales.last?.channels ?? 0 }
  var tokens: Int { form.frames * (scales.last.map { $0.height * $0.width } ?? 0) }

  /// - Precondition: the modality suits the description.
  init(
    _ resnet: ResNetDescription, of modality: ModalityShape, stream: RandomStream
  ) throws(TensorError) {
    form = PictureForm(modality)
    let isLarge = resnet.stem == .large
    convolution = try residualConvolution(
      form.channels, resnet.width, kernelSize: isLarge ? 7 : 3, stride: isLarge ? 2 : 1,
      stream: stream)
    norm = try BatchNorm(resnet.width, device: stream.device)
    pool = isLarge ? MaxPool2d(window: 3, stride: 2, padding: 1) : nil
    var stages: [[ResidualBlock]] = []
    var channels = [Int]()
    if isLarge { channels.append(resnet.width) }
    var input = resnet.width
    for (stage, count) in resnet.blocks.enumerated() {
      var blocks: [ResidualBlock] = []
      for index in 0..<count {
        let block = try ResidualBlock(
          input, resnet.channels(of: stage), expansion: resnet.expansion,
          stride: stage > 0 && index == 0 ? 2 : 1, isBottleneck: resnet.hasBottlenecks,
          stream: stream)
        blocks.append(block)
        input = resnet.channels(of: stage) * resnet.expansion
      }
      stages.append(blocks)
      channels.append(input)
    }
    self.stages = stages
    let heights = resnet.scales(of: form.height) ?? []
    let widths = resnet.scales(of: form.width) ?? []
    scales = channels.indices.map {
      FeatureMap(channels: channels[$0], height: heights[$0], width: widths[$0])
    }
    let frames = form.frames
    activations = scales.reduce(modality.width) {
      max($0, frames * $1.channels * $1.height * $1.width)
    }
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
    var value = try norm(convolution(form.pictures(batch), mode: mode), mode: mode).relu()
    var maps: [Tensor] = []
    if let pool {
      maps.append(value)
      value = try pool(value, mode: mode)
    }
    for stage in stages {
      for block in stage { value = try block(value, mode: mode) }
      maps.append(value)
    }
    return maps
  }

  private func last(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    guard let last = try maps(input, mode: mode).last else { return try form.pictures(input) }
    return last
  }

  var parameters: [NamedTensor] { named(\.parameters) }
  var buffers: [NamedTensor] { named(\.buffers) }

  private func named(_ tensors: (any Layer) -> [NamedTensor]) -> [NamedTensor] {
    var parts: [(String, any Layer)] = [("conv1", convolution), ("bn1", norm)]
    for (stage, blocks) in stages.enumerated() {
      for (index, block) in blocks.enumerated() {
        parts.append(("layer\(stage + 1).\(index)", block))
      }
    }
    return parts.flatMap { name, layer in
      tensors(layer).map { NamedTensor("\(name).\($0.name)", $0.tensor) }
    }
  }
}

/// `relu(x' + f(x))`: two 3 × 3 convolutions, or a 3 × 3 one between two of 1 × 1, each with batch
/// normalisation; x' is x, or a 1 × 1 convolution of it where sizes or channels differ.
private struct ResidualBlock: Layer {
  private let convolutions: [(convolution: Conv2d, norm: BatchNorm)]
  private let shortcut: (convolution: Conv2d, norm: BatchNorm)?

  init(
    _ input: Int, _ inner: Int, expansion: Int, stride: Int, isBottleneck: Bool,
    stream: RandomStream
  ) throws(TensorError) {
    func part(
      _ input: Int, _ output: Int, _ kernelSize: Int, _ stride: Int
    ) throws(TensorError) -> (convolution: Conv2d, norm: BatchNorm) {
      (
        try residualConvolution(
          input, output, kernelSize: kernelSize, stride: stride, stream: stream),
        try BatchNorm(output, device: stream.device)
      )
    }
    let output = inner * expansion
    convolutions =
      isBottleneck
      ? [
        try part(input, inner, 1, 1), try part(inner, inner, 3, stride),
        try part(inner, output, 1, 1),
      ] : [try part(input, inner, 3, stride), try part(inner, output, 3, 1)]
    shortcut = stride != 1 || input != output ? try part(input, output, 1, stride) : nil
  }

  func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    var value = input
    for (index, part) in convolutions.enumerated() {
      value = try part.norm(part.convolution(value, mode: mode), mode: mode)
      if index + 1 < convolutions.count { value = try value.relu() }
    }
    var kept = input
    if let shortcut {
      kept = try shortcut.norm(shortcut.convolution(input, mode: mode), mode: mode)
    }
    return try (value + kept).relu()
  }

  var parameters: [NamedTensor] { named(\.parameters) }
  var buffers: [NamedTensor] { named(\.buffers) }

  private func named(_ tensors: (any Layer) -> [NamedTensor]) -> [NamedTensor] {
    var parts: [(String, any Layer)] = []
    for (index, part) in convolutions.enumerated() {
      parts.append(("conv\(index + 1)", part.convolution))
      parts.append(("bn\(index + 1)", part.norm))
    }
    if let shortcut {
      parts.append(("downsample.0", shortcut.convolution))
      parts.append(("downsample.1", shortcut.norm))
    }
    return parts.flatMap { name, layer in
      tensors(layer).map { NamedTensor("\(name).\($0.name)", $0.tensor) }
    }
  }
}

/// A convolution without bias that keeps the size but for its stride, with the start of residual
/// networks: N(0, 2 / fanOut), as `kaiming_normal(mode="fan_out", nonlinearity="relu")`.
private func residualConvolution(
  _ input: Int, _ output: Int, kernelSize: Int, stride: Int, stream: RandomStream
) throws(TensorError) -> Conv2d {
  let deviation = (2 / Double(output * kernelSize * kernelSize)).squareRoot()
  let weight = try (stream.normal([output, input, kernelSize, kernelSize]) * deviation)
  return Conv2d(
    weight: try weight.asParameter(), stride: stride, padding: kernelSize / 2)
}
