import Layers
import Recipes
import Tensors

/// The values of a sample in one row, through linear layers or as they are.
struct FlatEncoder: Encoder {
  private let layers: Sequential
  private let width: Int
  let features: Int
  let activations: Int

  /// The values themselves.
  init(of modality: ModalityShape) {
    layers = Sequential([])
    width = modality.width
    features = modality.width
    activations = modality.width
  }

  init(_ mlp: MLPDescription, of modality: ModalityShape, stream: RandomStream) throws(TensorError)
  {
    layers = Sequential(
      try hiddenLayers(modality.width, mlp.hidden, Activation(mlp.activation), stream: stream))
    width = modality.width
    features = mlp.hidden.last ?? modality.width
    activations = ([modality.width] + mlp.hidden).max() ?? modality.width
  }

  func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    try layers(input.reshaped([-1, width]), mode: mode)
  }

  var parameters: [NamedTensor] { layers.parameters }
  var buffers: [NamedTensor] { layers.buffers }
}
