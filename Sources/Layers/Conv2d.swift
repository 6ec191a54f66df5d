public import Tensors

/// Convolution over pictures (cross-correlation, as everywhere in the field), with square kernels.
///
/// Input `[batch, inputChannels, height, width]`, output `[batch, outputChannels, height', width']`
/// with `height' = (height + 2 · padding − dilation · (kernelSize − 1) − 1) / stride + 1`.
public struct Conv2d: Layer {
  /// `[outputChannels, inputChannels / groups, kernelSize, kernelSize]`
  public var weight: Tensor
  /// `[outputChannels]`
  public var bias: Tensor?
  public var stride: Int
  public var padding: Int
  public var dilation: Int
  /// Parts that the channels fall into, each seeing its own part of the input alone.
  public var groups: Int

  public init(
    weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1
  ) {
    self.weight = weight
    self.bias = bias
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// A random start drawn from `stream`, weight before bias.
  ///
  /// - Precondition: `groups` divides `inputChannels`.
  public init(
    _ inputChannels: Int, _ outputChannels: Int, kernelSize: Int, stride: Int = 1,
    padding: Int = 0, dilation: Int = 1, groups: Int = 1, stream: RandomStream
  ) throws(TensorError) {
    precondition(groups > 0 && inputChannels % groups == 0, "groups must divide the channels")
    let fanIn = inputChannels / groups * kernelSize * kernelSize
    self.init(
      weight: try Initialization.parameter(
        [outputChannels, inputChannels / groups, kernelSize, kernelSize], fanIn: fanIn,
        stream: stream),
      bias: try Initialization.parameter([outputChannels], fanIn: fanIn, stream: stream),
      stride: stride, padding: padding, dilation: dilation, groups: groups)
  }

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try conv2d(
      input, weight: weight, bias: bias, stride: stride, padding: padding, dilation: dilation,
      groups: groups)
  }

  public var parameters: [NamedTensor] {
    [NamedTensor("weight", weight)] + (bias.map { [NamedTensor("bias", $0)] } ?? [])
  }
}
