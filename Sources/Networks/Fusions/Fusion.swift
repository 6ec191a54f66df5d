import Layers
import Recipes
import Tensors

/// What becomes of the features of several modalities: vectors `[batch, features]`, or maps
/// `[batch, channels, height, width]` of one size.
protocol Fusion: Sendable {
  /// Of what comes out: features, or channels.
  var width: Int { get }
  /// The most numbers that it makes of one place of one sample.
  var activations: Int { get }
  func callAsFunction(
    _ features: [Tensor], presence: Presence, mode: Mode
  ) throws(TensorError) -> Tensor
  /// What it is made of, by name.
  var parts: [(name: String, layer: any Layer)] { get }
}

/// What a fusion is of.
enum FusedKind: Sendable {
  case vectors, maps

  /// A linear map of the features at each place.
  func projection(
    _ input: Int, _ output: Int, stream: RandomStream
  ) throws(TensorError) -> any Layer {
    switch self {
    case .vectors: try Linear(input, output, stream: stream)
    case .maps: try Conv2d(input, output, kernelSize: 1, stream: stream)
    }
  }
}

extension FusionDescription {
  /// The fusion of features of these widths, with a random start; `nil` of those that are none of
  /// features alone.
  func fusion(
    of modalities: [ModalityShape], widths: [Int], _ kind: FusedKind, stream: RandomStream
  ) throws(TensorError) -> (any Fusion)? {
    if modalities.count == 1 { return Concatenation(widths: widths) }
    let widest = widths.max() ?? 1
    switch self {
    case .concatenate: return Concatenation(widths: widths)
    case .sum(let width):
      return try SumFusion(
        modalities, widths, width: width ?? widest, kind, stream: stream)
    case .gated(let gated):
      return try GatedFusion(
        modalities, widths, width: gated.width ?? widest, gate: gated.gate, kind, stream: stream)
    case .film(let by):
      guard let place = modalities.firstIndex(where: { $0.name == by }) else { return nil }
      return try FiLMFusion(modalities, widths, by: place, kind, stream: stream)
    case .crossAttention, .late: return nil
    }
  }
}

/// The features of all modalities side by side, zeros where a sample lacks one.
struct Concatenation: Fusion {
  let width: Int
  var activations: Int { width }

  init(widths: [Int]) { width = widths.reduce(0, +) }

  func callAsFunction(
    _ features: [Tensor], presence: Presence, mode: Mode
  ) throws(TensorError) -> Tensor {
    var kept: [Tensor] = []
    for (place, value) in features.enumerated() { kept.append(try presence.kept(value, place)) }
    return kept.count == 1 ? kept[0] : try Tensor.concatenate(kept, axis: 1)
  }

  var parts: [(name: String, layer: any Layer)] { [] }
}
