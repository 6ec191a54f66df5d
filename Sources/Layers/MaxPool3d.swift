public import Tensors

/// The greatest value of each window of a volume; windows lie beside each other.
///
/// Input `[batch, channels, depth, height, width]`, output each of the last three axes divided by its
/// length of the window.
public struct MaxPool3d: Layer {
  public var depth: Int
  /// Of height and width.
  public var window: Int

  public init(depth: Int, window: Int) {
    self.depth = depth
    self.window = window
  }

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try maxPool3d(input, window: [depth, window, window])
  }
}
