internal import CTorch

/// The loss and gradient of a network of affine chains in one call.
///
/// One chain for each input, their outputs side by side, and a head to logits. Worth it for small
/// networks, whose training step otherwise goes into calling operations. All parameters are one
/// vector: encoder by encoder, then the head; layer by layer weight `[out, in]`, bias `[out]`.
public final class Perceptron {
  public enum Activation: Int, Sendable { case relu, gelu, tanh, sigmoid }

  /// Affine layers, each followed by its activation, but the last one of the head.
  public struct Chain: Sendable {
    /// Width of the input, then of each layer.
    public var widths: [Int]
    public var activation: Activation

    public init(widths: [Int], activation: Activation) {
      self.widths = widths
      self.activation = activation
    }
  }

  private let pointer: OpaquePointer
  /// Length of the vector of parameters.
  public let parameterCount: Int

  /// - Throws: `TensorError` when a width is missing or not positive, or the head's is not that of
  ///   the encoders' outputs together.
  public init(encoders: [Chain], head: Chain) throws(TensorError) {
    let chains = encoders + [head]
    if chains.contains(where: \.widths.isEmpty) {
      throw TensorError(
        operation: "perceptron", shapes: chains.map(\.widths), message: "a chain has no width")
    }
    let widths = chains.flatMap { $0.widths.map(Int64.init) }
    var result: OpaquePointer?
    try TorchCall.run("perceptron", []) { _ in
      widths.withUnsafeBufferPointer { all in
        var start = 0
        let plans = chains.map { chain in
          defer { start += chain.widths.count }
          return CTChain(
            widths: all.baseAddress.map { $0 + start }, layers: chain.widths.count - 1,
            activation: Int32(chain.activation.rawValue))
        }
        return plans.withUnsafeBufferPointer { plans in
          ct_perceptron(
            plans.baseAddress, encoders.count, plans.baseAddress.map { $0 + encoders.count },
            &result)
        }
      }
    }
    guard let result else {
      throw TensorError(operation: "perceptron", shapes: [], message: "gave no perceptron")
    }
    pointer = result
    parameterCount = Int(ct_perceptron_parameters(result))
  }

  deinit { ct_perceptron_free(pointer) }

  /// The weighted mean of the cross entropies; its gradient is written over `gradient`.
  ///
  /// - parameters, gradient: float32 `[parameterCount]`
  /// - inputs: one float32 `[n, width]` for each encoder
  /// - targets: int64 `[n]`, or float32 `[n, classes]`
  /// - weights: float32 `[n]`; all 1 when absent
  public func lossAndGradient(
    parameters: Tensor, inputs: [Tensor], targets: Tensor, weights: Tensor?,
    into gradient: Tensor
  ) throws(TensorError) -> Double {
    var loss = 0.0
    let operands = [parameters, targets, gradient] + inputs + (weights.map { [$0] } ?? [])
    try TorchCall.run("perceptron", operands) { operands in
      ct_perceptron_gradient(
        pointer, operands[0], operands + 3, inputs.count, operands[1],
        weights == nil ? nil : operands[3 + inputs.count], operands[2], &loss)
    }
    return loss
  }
}
