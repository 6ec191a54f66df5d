import Layers
import Tensors

/// x' = (1 + γ) ⊙ x + β for each modality but one, whose features (of maps their mean over the
/// picture) γ and β are linear in; then all side by side with the features of that one.
///
/// Where a sample lacks the modulating modality, the others stay as they are.
///
/// Source: Perez et al., "FiLM: Visual Reasoning with a General Conditioning Layer", AAAI 2018, eq. 2.
struct FiLMFusion: Fusion {
  private let modalities: [ModalityShape]
  private let widths: [Int]
  private let by: Int
  /// One for each modality but the modulating one: to γ and β.
  private let generators: [Linear]
  private let joined: Concatenation

  var width: Int { joined.width }
  var activations: Int { joined.width }

  init(
    _ modalities: [ModalityShape], _ widths: [Int], by: Int, _ kind: FusedKind,
    stream: RandomStream
  ) throws(TensorError) {
    self.modalities = modalities
    self.widths = widths
    self.by = by
    joined = Concatenation(widths: widths)
    var generators: [Linear] = []
    for (place, own) in widths.enumerated() where place != by {
      generators.append(try Linear(widths[by], 2 * own, stream: stream))
    }
    self.generators = generators
  }

  func callAsFunction(
    _ features: [Tensor], presence: Presence, mode: Mode
  ) throws(TensorError) -> Tensor {
    let own = features[by]
    let condition = own.rank > 2 ? try GlobalAveragePool()(own, mode: mode) : own
    var modulated = features
    for (generator, place) in zip(generators, others) {
      let made = try presence.kept(generator(condition, mode: mode), by)
      let axes = [Int](repeating: 1, count: features[place].rank - 2)
      func part(_ index: Int) throws(TensorError) -> Tensor {
        try made.sliced(index * widths[place]..<(index + 1) * widths[place], axis: 1)
          .reshaped([-1, widths[place]] + axes)
      }
      modulated[place] = try features[place] * (part(0) + 1) + part(1)
    }
    return try joined(modulated, presence: presence, mode: mode)
  }

  private var others: [Int] { modalities.indices.filter { $0 != by } }

  var parts: [(name: String, layer: any Layer)] {
    zip(others, generators).map { ("\(modalities[$0].name).film", $1) }
  }
}
