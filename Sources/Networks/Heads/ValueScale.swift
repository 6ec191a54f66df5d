public import Layers
public import Tensors

/// Between what a regression's head answers and values in their own units: `head · std + mean`.
///
/// A head that answers around 0 with a spread of 1 trains alike whatever the values' scale. The two
/// are learned from what the network trains on and stay with its parameters, so that whoever runs it
/// gets values in their own units.
public struct ValueScale: Layer {
  /// `[value]`, of what was learned.
  public let mean: Tensor
  /// `[value]`, greater than 0.
  public let std: Tensor

  /// Changes nothing: mean 0, deviation 1.
  init(values: Int, device: Device) throws(TensorError) {
    mean = try Tensor.zeros([values], device: device)
    std = try Tensor.full(1, shape: [values], device: device)
  }

  /// From answers of the head, `[batch, value]`, to values in their own units.
  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try input * std + mean
  }

  /// From values in their own units to what the head should answer.
  public func standardised(_ values: Tensor) throws(TensorError) -> Tensor {
    try (values - mean) / std
  }

  public var buffers: [NamedTensor] { [NamedTensor("mean", mean), NamedTensor("std", std)] }
}

extension Network {
  /// Sets the scale of the values of a regression, in place; of other networks nothing.
  ///
  /// - mean, std: one for each value; `std` greater than 0
  public func setValueScale(mean: [Float], std: [Float]) throws(TensorError) {
    guard let valueScale else { return }
    try valueScale.mean.assign(Tensor(mean, shape: [mean.count]).moved(to: valueScale.mean.device))
    try valueScale.std.assign(Tensor(std, shape: [std.count]).moved(to: valueScale.std.device))
  }
}
