public import Tensors

/// Layers one after the other; their tensors are named by their places, as in `0.weight`.
public struct Sequential: Layer {
  public var layers: [any Layer]

  public init(_ layers: [any Layer]) { self.layers = layers }

  public func callAsFunction(_ input: Tensor, mode: Mode) throws(TensorError) -> Tensor {
    var value = input
    for layer in layers { value = try layer(value, mode: mode) }
    return value
  }

  public var parameters: [NamedTensor] { numbered(\.parameters) }
  public var buffers: [NamedTensor] { numbered(\.buffers) }

  private func numbered(_ tensors: (any Layer) -> [NamedTensor]) -> [NamedTensor] {
    layers.enumerated().flatMap { index, layer in
      tensors(layer).map { NamedTensor("\(index).\($0.name)", $0.tensor) }
    }
  }
}
