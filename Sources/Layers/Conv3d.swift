public import Tensors

/// Convolution over volumes, such as videos (cross-correlation, as everywhere in the field), with
/// cubic kernels.
///
/// Input `[batch, inputChannels, depth, height, width]`, output
/// `[batch, outputChannels, depth', height', width']` with
/// `depth' = (depth + 2 · padding − kernelSize) / stride + 1`.
public struct Conv3d: Layer {
  /// `[outputChannels, inputChannels, kernelSize, kernelSize, kernelSize]`
  public var weight: Tensor
  /// `[outputChannels]`
  public var bias: Tensor?
  public var stride: Int
  public var padding: Int

  public init(weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0) {
    self.weight = weight
    self.bias = bias
    self.stride = stride
    self.padding = padding
  }

  /// A random start drawn from `stream`, weight before bias.
  public init(
    _ inputChannels: Int, _ outputChannels: Int, kernelSize: Int, stride: Int = 1,
    padding: Int = 0, stream: RandomStream
  ) throws(TensorError) {
    let fanIn = inputChannels * kernelSize * kernelSize * kernelSize
    self.init(
      weight: try Initialization.parameter(
        [outputChannels, inputChannels, kernelSize, kernelSize, kernelSize], fanIn: fanIn,
        stream: stream),
      bias: try Initialization.parameter([outputChannels], fanIn: fanIn, stream: stream),
      stride: stride, padding: padding)
  }

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try conv3d(
      input, weight: weight, bias: bias, stride: [stride, stride, stride],
      padding: [padding, padding, padding])
  }

  public var parameters: [NamedTensor] {
    [NamedTensor("weight", weight)] + (bias.map { [NamedTensor("bias", $0)] } ?? [])
  }
}
