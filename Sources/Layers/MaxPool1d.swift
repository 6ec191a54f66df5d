public import Tensors

/// The greatest value of each window of time.
///
/// Input `[batch, channels, time]`, output `[batch, channels, (time − window) / stride + 1]`.
public struct MaxPool1d: Layer {
  public var window: Int
  public var stride: Int

  public init(window: Int, stride: Int? = nil) {
    self.window = window
    self.stride = stride ?? window
  }

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try maxPool1d(input, window: window, stride: stride)
  }
}
