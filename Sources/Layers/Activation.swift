public import Tensors

/// A nonlinear map of each element.
public enum Activation: Layer {
  /// max(x, 0)
  case relu
  /// x · Φ(x)
  case gelu
  case tanh
  /// 1 / (1 + exp(−x))
  case sigmoid

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    switch self {
    case .relu: try input.relu()
    case .gelu: try input.gelu()
    case .tanh: try input.tanh()
    case .sigmoid: try input.sigmoid()
    }
  }
}
