import Layers
import Recipes
import Tensors

/// One modality's way to features: input `[batch, …sample shape]`, output `[batch, features]`.
protocol Encoder: Layer {
  var features: Int { get }
  /// The most numbers that a layer makes of one sample; says how many samples fit a pass.
  var activations: Int { get }
  /// Tokens of one sample that `withTokens` gives.
  var tokens: Int { get }
  /// Features, and what they are a summary of: tokens `[batch, tokens, features]`, such as time steps.
  func withTokens(
    _ input: Tensor, mode: Mode
  ) throws(TensorError) -> (features: Tensor, tokens: Tensor)
}

extension Encoder {
  /// The features themselves are the one token.
  var tokens: Int { 1 }

  func withTokens(
    _ input: Tensor, mode: Mode
  ) throws(TensorError) -> (features: Tensor, tokens: Tensor) {
    let features = try self(input, mode: mode)
    return (features, try features.reshaped([-1, 1, self.features]))
  }
}

/// An encoder that can also say where in a picture its features are.
protocol PictureEncoder: Encoder {
  /// The feature maps of one sample, finest first.
  var scales: [FeatureMap] { get }
  /// One `[batch, channels, height, width]` for each of `scales`.
  func maps(_ batch: Tensor, mode: Mode) throws(TensorError) -> [Tensor]
}

/// The shape of a feature map of one sample.
struct FeatureMap: Hashable, Sendable {
  var channels: Int
  var height: Int
  var width: Int
}

extension EncoderDescription {
  /// The encoder of `modality`, with the parameters of its `weights` or a random start.
  ///
  /// - Throws: `NetworkError` when samples of the modality do not suit it, or the weights not the
  ///   encoder.
  func encoder(
    of modality: ModalityShape, loadsWeights: Bool, stream: RandomStream
  ) throws -> any Encoder {
    guard modality.width > 0, modality.shape.allSatisfy({ $0 > 0 }) else {
      throw NetworkError(
        modality, "a sample of shape \(modality.shape) holds no values")
    }
    if let fault = fault(ofAxes: modality.shape.count) {
      throw NetworkError(modality, "\(fault), not \(modality.shape)")
    }
    if let fault = faults(of: modality.shape).first {
      throw NetworkError(modality, "\(fault.message); \(fault.mend)")
    }
    let encoder: any Encoder =
      switch self {
      case .identity: FlatEncoder(of: modality)
      case .mlp(let mlp): try FlatEncoder(mlp, of: modality, stream: stream)
      case .cnn1d(let cnn): try CNN1DEncoder(cnn, of: modality, stream: stream)
      case .cnn2d(let cnn): try CNN2DEncoder(cnn, of: modality, stream: stream)
      case .cnn3d(let cnn): try CNN3DEncoder(cnn, of: modality, stream: stream)
      case .resnet(let resnet): try ResNetEncoder(resnet, of: modality, stream: stream)
      case .transformer(let transformer):
        try TransformerEncoder(transformer, of: modality, stream: stream)
      }
    if loadsWeights, let weights {
      try encoder.load(weights, kind: kind, of: modality)
    }
    return encoder
  }
}

extension Encoder {
  /// Overwrites all parameters and running statistics with those of a safetensors file.
  fileprivate func load(_ path: String, kind: String, of modality: ModalityShape) throws {
    let weights = try WeightsFile(path, kind: kind, modality: modality.name)
    let own = parameters + buffers
    let faults = weights.faults(own.map { .init($0.name, $0.tensor.shape) })
    guard faults.isEmpty else {
      throw NetworkError(
        modality,
        "the weights of '\(path)' do not fit its encoder: \(faults.joined(separator: "; "))")
    }
    for tensor in own {
      guard let entry = weights.entries[tensor.name] else { continue }
      let values = try weights.file.floats(of: entry)
      guard values.allSatisfy(\.isFinite) else {
        throw NetworkError(
          modality, "the weights of '\(path)' hold a number that is none, in '\(tensor.name)'")
      }
      try tensor.tensor.assign(Tensor(values, shape: entry.shape).moved(to: tensor.tensor.device))
    }
  }
}

/// Linear layers, each followed by its activation.
func hiddenLayers(
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
