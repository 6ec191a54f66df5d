public import Tensors

/// Whether a network learns or answers.
public enum Mode {
  /// Batch normalisation uses its running statistics, dropout does nothing.
  case evaluation
  /// Batch normalisation uses the batch's statistics, and moves its running ones unless this is a
  /// second pass over a batch; dropout draws from the stream.
  case training(RandomStream, movesStatistics: Bool = true)
}

/// A tensor and its place in a state dictionary, such as `encoders.xa.0.weight`.
public struct NamedTensor: Sendable {
  public var name: String
  public var tensor: Tensor

  public init(_ name: String, _ tensor: Tensor) {
    self.name = name
    self.tensor = tensor
  }
}

/// Parameters and settings, and one forward map.
public protocol Layer: Sendable {
  func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor
  /// What an optimiser moves, by PyTorch's names.
  var parameters: [NamedTensor] { get }
  /// What is saved with them but not moved by an optimiser.
  var buffers: [NamedTensor] { get }
}

extension Layer {
  public var parameters: [NamedTensor] { [] }
  public var buffers: [NamedTensor] { [] }

  public func callAsFunction(_ input: Tensor) throws(TensorError) -> Tensor {
    try self(input, mode: .evaluation)
  }
}
