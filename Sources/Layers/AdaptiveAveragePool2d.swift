public import Tensors

/// Means over windows that share a picture out evenly, whatever its size.
///
/// Input `[batch, channels, …]`, output `[batch, channels, height, width]`.
public struct AdaptiveAveragePool2d: Layer {
  public var height: Int
  public var width: Int

  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try adaptiveAveragePool2d(input, height: height, width: width)
  }
}
