internal import CTorch

/// Gradients of a scalar, one for each parameter and of its shape; zero where the loss does not
/// depend on it. Uses the history of `loss` up.
public func gradients(
  of loss: Tensor, withRespectTo parameters: [Tensor]
) throws(TensorError) -> [Tensor] {
  var results = [OpaquePointer?](repeating: nil, count: parameters.count)
  try TorchCall.run("gradients", [loss] + parameters) { operands in
    ct_gradients(operands[0], operands + 1, parameters.count, &results)
  }
  return results.compactMap { $0.map { Tensor(TensorHandle(owning: $0)) } }
}

/// Runs `body` without recording operations, in this thread.
public func withoutGradients<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let before = ct_gradients_enabled()
  ct_set_gradients_enabled(false)
  defer { ct_set_gradients_enabled(before) }
  return try body()
}
