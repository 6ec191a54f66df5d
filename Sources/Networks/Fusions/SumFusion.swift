import Layers
import Tensors

/// h = Σ W x + b, over the modalities that a sample has.
struct SumFusion: Fusion {
  let width: Int
  private let modalities: [ModalityShape]
  private let projections: [any Layer]

  var activations: Int { width }

  init(
    _ modalities: [ModalityShape], _ widths: [Int], width: Int, _ kind: FusedKind,
    stream: RandomStream
  ) throws(TensorError) {
    self.modalities = modalities
    self.width = width
    var projections: [any Layer] = []
    for own in widths { projections.append(try kind.projection(own, width, stream: stream)) }
    self.projections = projections
  }

  func callAsFunction(
    _ features: [Tensor], presence: Presence, mode: Mode
  ) throws(TensorError) -> Tensor {
    var values: [Tensor] = []
    for (projection, own) in zip(projections, features) {
      values.append(try projection(own, mode: mode))
    }
    return try presence.sum(values)
  }

  var parts: [(name: String, layer: any Layer)] {
    zip(modalities, projections).map { ("\($0.name).projection", $1) }
  }
}
