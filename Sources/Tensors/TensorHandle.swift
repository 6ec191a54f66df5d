internal import CTorch

/// One tensor of libtorch, freed when its last owner goes away.
///
/// `@unchecked Sendable`: libtorch counts references atomically and reads from any thread. Only
/// `assign`, optimisers and batch normalisation in training write to a tensor that exists; each
/// such tensor belongs to one network, which one thread trains.
final class TensorHandle: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Takes ownership of `pointer`.
  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { ct_tensor_free(pointer) }
}

/// The one way into CTorch: checks what came back and says what was asked.
enum TorchCall {
  typealias Operands = UnsafePointer<OpaquePointer?>

  /// Runs a call without a result; `body` gets the operands' pointers, in order.
  static func run(
    _ operation: String, _ operands: [Tensor], _ body: (Operands) -> OpaquePointer?
  ) throws(TensorError) {
    let failure = withExtendedLifetime(operands) {
      withUnsafeTemporaryAllocation(of: OpaquePointer?.self, capacity: max(1, operands.count)) {
        pointers in
        pointers.initialize(repeating: nil)
        for (index, operand) in operands.enumerated() { pointers[index] = operand.handle.pointer }
        return pointers.baseAddress.flatMap { body(UnsafePointer($0)) }
      }
    }
    guard let failure else { return }
    defer { ct_failure_free(failure) }
    throw TensorError(
      operation: operation, shapes: operands.map(\.shape),
      message: String(cString: ct_failure_message(failure)))
  }

  /// Runs a call that makes one tensor.
  static func make(
    _ operation: String, _ operands: [Tensor],
    _ body: (Operands, UnsafeMutablePointer<OpaquePointer?>) -> OpaquePointer?
  ) throws(TensorError) -> Tensor {
    var result: OpaquePointer?
    try run(operation, operands) { body($0, &result) }
    guard let result else {
      throw TensorError(
        operation: operation, shapes: operands.map(\.shape), message: "gave no tensor")
    }
    return Tensor(TensorHandle(owning: result))
  }
}
