import Layers
import Recipes
import Tensors

/// h = Σ z ⊙ tanh(W x + b), over the modalities that a sample has; the gates z are linear in the
/// features of all of them side by side, then a softmax over the modalities or a sigmoid.
///
/// Source: Arevalo et al., "Gated Multimodal Units for Information Fusion", 2017, eq. 3 to 8.
struct GatedFusion: Fusion {
  let width: Int
  private let modalities: [ModalityShape]
  private let projections: [any Layer]
  private let gates: any Layer
  private let gate: GatedDescription.Gate
  private let joined: Concatenation

  var activations: Int { max(joined.width, modalities.count * width) }

  /// Stands for −∞ before a softmax, which it makes exactly 0, also where all modalities are missing.
  private static let shut = -1e4

  init(
    _ modalities: [ModalityShape], _ widths: [Int], width: Int, gate: GatedDescription.Gate,
    _ kind: FusedKind, stream: RandomStream
  ) throws(TensorError) {
    self.modalities = modalities
    self.width = width
    self.gate = gate
    joined = Concatenation(widths: widths)
    var projections: [any Layer] = []
    for own in widths { projections.append(try kind.projection(own, width, stream: stream)) }
    self.projections = projections
    gates = try kind.projection(joined.width, modalities.count * width, stream: stream)
  }

  func callAsFunction(
    _ features: [Tensor], presence: Presence, mode: Mode
  ) throws(TensorError) -> Tensor {
    let scores = try gates(joined(features, presence: presence, mode: mode), mode: mode)
    // [batch, modality, width, …]
    var opened = try scores.reshaped([-1, modalities.count, width] + scores.shape.dropFirst(2))
    switch gate {
    case .sigmoid: opened = try opened.sigmoid()
    case .softmax:
      if let mask = presence.mask {
        let axes = [Int](repeating: 1, count: opened.rank - 2)
        let missing = try mask.equals(Tensor.zeros([], device: mask.device))
          .reshaped([-1, modalities.count] + axes)
        opened = try opened.filled(where: missing, with: Self.shut)
      }
      opened = try opened.softmax(axis: 1)
    }
    var values: [Tensor] = []
    for (place, own) in features.enumerated() {
      let value = try projections[place](own, mode: mode).tanh()
      let open = try opened.sliced(place..<place + 1, axis: 1)
        .reshaped([-1] + opened.shape.dropFirst(2))
      values.append(try value * open)
    }
    return try presence.sum(values)
  }

  var parts: [(name: String, layer: any Layer)] {
    zip(modalities, projections).map { ("\($0.name).projection", $1) } + [("gates", gates)]
  }
}
