import Layers
import Recipes
import Tensors

/// One modality's way to features: input `[batch, …sample shape]`, output `[batch, features]`.
struct Encoder: Sendable {
  enum Input: Sendable {
    /// Sample values in one row.
    case flat
    /// `[batch, time, channel]`, turned to `[batch, channel, time]`.
    case series
  }

  let input: Input
  let layers: Sequential
  let features: Int

  init(
    _ description: EncoderDescription, of modality: ModalityShape, stream: RandomStream
  ) throws {
    let subject = "modality '\(modality.name)'"
    guard modality.width > 0, modality.shape.allSatisfy({ $0 > 0 }) else {
      throw NetworkError(subject, "a sample of shape \(modality.shape) holds no values")
    }
    switch description {
    case .identity:
      input = .flat
      layers = Sequential([])
      features = modality.width
    case .mlp(let mlp):
      input = .flat
      layers = Sequential(
        try Self.hidden(modality.width, mlp.hidden, Activation(mlp.activation), stream: stream))
      features = mlp.hidden.last ?? modality.width
    case .cnn1d(let cnn):
      guard modality.shape.count == 2 else {
        throw NetworkError(
          subject, "a 1-D CNN takes samples of shape [time, channel], not \(modality.shape)")
      }
      guard cnn.kernelSize % 2 == 1 else {
        throw NetworkError(
          subject, "kernel size \(cnn.kernelSize) is even; padding needs an odd one")
      }
      input = .series
      layers = Sequential(try Self.blocks(cnn, of: modality, stream: stream))
      features = cnn.channels.last ?? modality.shape[1]
    }
  }

  func callAsFunction(_ batch: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    switch input {
    case .flat:
      try layers(batch.reshaped([batch.shape[0], -1]), mode: mode)
    case .series:
      try layers(batch.transposed(1, 2), mode: mode)
    }
  }

  /// Linear layers, each followed by its activation.
  static func hidden(
    _ width: Int, _ hidden: [Int], _ activation: Activation, stream: RandomStream
  ) throws(TensorError) -> [any Layer] {
    var layers: [any Layer] = []
    var width = width
    for next in hidden {
      layers.append(try Linear(width, next, stream: stream))
      layers.append(activation)
      width = next
    }
    return layers
  }

  /// Blocks of convolution, batch normalisation, activation and, but in the last, max pooling; then
  /// the mean over time.
  private static func blocks(
    _ cnn: CNN1DDescription, of modality: ModalityShape, stream: RandomStream
  ) throws -> [any Layer] {
    var layers: [any Layer] = []
    var (time, channels) = (modality.shape[0], modality.shape[1])
    for (index, next) in cnn.channels.enumerated() {
      layers.append(
        try Conv1d(
          channels, next, kernelSize: cnn.kernelSize, padding: cnn.kernelSize / 2, stream: stream))
      layers.append(try BatchNorm1d(next, device: stream.device))
      layers.append(Activation(cnn.activation))
      channels = next
      guard cnn.pool > 1, index + 1 < cnn.channels.count else { continue }
      guard time >= cnn.pool else {
        throw NetworkError(
          "modality '\(modality.name)'",
          "\(modality.shape[0]) time steps are too few for \(cnn.channels.count) blocks that pool"
            + " by \(cnn.pool)")
      }
      layers.append(MaxPool1d(window: cnn.pool))
      time /= cnn.pool
    }
    layers.append(GlobalAveragePool1d())
    return layers
  }
}

extension Activation {
  init(_ description: ActivationDescription) {
    switch description {
    case .relu: self = .relu
    case .gelu: self = .gelu
    case .tanh: self = .tanh
    case .sigmoid: self = .sigmoid
    }
  }
}
