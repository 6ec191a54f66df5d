public import Tensors

/// In training each element is zeroed with probability `rate` and the others divided by 1 − rate.
///
/// Source: Srivastava et al., JMLR 15, 2014.
public struct Dropout: Layer {
  /// In 0 ..< 1.
  public var rate: Double

  public init(rate: Double) { self.rate = rate }

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    switch mode {
    case .evaluation: input
    case .training(let stream, _): try stream.dropout(on: input, rate: rate)
    }
  }
}
