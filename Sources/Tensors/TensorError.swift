/// An operation that libtorch, or the check before it, refused.
public struct TensorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The operation, such as `linear`.
  public var operation: String
  /// Shapes of its operands, in their order.
  public var shapes: [[Int]]
  /// What the library said.
  public var message: String

  public init(operation: String, shapes: [[Int]], message: String) {
    self.operation = operation
    self.shapes = shapes
    self.message = message
  }

  /// `linear of [1, 3] and [2, 2]: mat1 and mat2 shapes cannot be multiplied …`
  public var description: String {
    let operands =
      shapes.isEmpty ? "" : " of \(shapes.map(\.description).joined(separator: " and "))"
    return "\(operation)\(operands): \(message)"
  }
}
