import Foundation
import Tensors

/// The random start of affine and convolutional layers, that of PyTorch:
/// `kaiming_uniform(a = √5)`, which is U(−1/√fanIn, 1/√fanIn), for weight and bias alike.
///
/// Source: He et al., "Delving Deep into Rectifiers", ICCV 2015; bound = gain · √(3 / fanIn) with
/// gain = √(2 / (1 + a²)).
enum Initialization {
  static func parameter(
    _ shape: [Int], fanIn: Int, stream: RandomStream
  ) throws(TensorError) -> Tensor {
    let bound = 1 / Double(max(1, fanIn)).squareRoot()
    return try stream.uniform(shape, in: -bound..<bound).asParameter()
  }
}
