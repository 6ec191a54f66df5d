public import Tensors

/// The mean of each square window of a picture; what the padding adds counts as zeros.
///
/// Input `[batch, channels, height, width]`, output `[batch, channels, height', width']` with
/// `height' = (height + 2 · padding − window) / stride + 1`.
public struct AveragePool2d: Layer {
  public var window: Int
  public var stride: Int
  public var padding: Int

  public init(window: Int, stride: Int? = nil, padding: Int = 0) {
    self.window = window
    self.stride = stride ?? window
    self.padding = padding
  }

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try averagePool2d(input, window: window, stride: stride, padding: padding)
  }
}
