import Layers
import Recipes
import Tensors

/// One modality's way to features: input `[batch, …sample shape]`, output `[batch, features]`.
protocol Encoder: Layer {
  var features: Int { get }
  /// The most numbers that a layer makes of one sample; says how many samples fit a pass.
  var activations: Int { get }
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
  /// The encoder of `modality`, with a random start.
  ///
  /// - Throws: `NetworkError` when samples of the modality do not suit it.
  func encoder(of modality: ModalityShape, stream: RandomStream) throws -> any Encoder {
    guard modality.width > 0, modality.shape.allSatisfy({ $0 > 0 }) else {
      throw NetworkError(
        modality, "a sample of shape \(modality.shape) holds no values")
    }
    if let fault = fault(ofAxes: modality.shape.count) {
      throw NetworkError(modality, "\(fault), not \(modality.shape)")
    }
    switch self {
    case .identity: return FlatEncoder(of: modality)
    case .mlp(let mlp): return try FlatEncoder(mlp, of: modality, stream: stream)
    case .cnn1d(let cnn): return try CNN1DEncoder(cnn, of: modality, stream: stream)
    case .cnn2d(let cnn): return try CNN2DEncoder(cnn, of: modality, stream: stream)
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
