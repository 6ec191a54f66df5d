internal import CTorch

/// Element by element; shapes broadcast as in PyTorch.
extension Tensor {
  public static func + (left: Tensor, right: Tensor) throws(TensorError) -> Tensor {
    try TorchCall.make("add", [left, right]) { ct_add($0[0], $0[1], $1) }
  }

  public static func - (left: Tensor, right: Tensor) throws(TensorError) -> Tensor {
    try TorchCall.make("subtract", [left, right]) { ct_subtract($0[0], $0[1], $1) }
  }

  public static func * (left: Tensor, right: Tensor) throws(TensorError) -> Tensor {
    try TorchCall.make("multiply", [left, right]) { ct_multiply($0[0], $0[1], $1) }
  }

  public static func / (left: Tensor, right: Tensor) throws(TensorError) -> Tensor {
    try TorchCall.make("divide", [left, right]) { ct_divide($0[0], $0[1], $1) }
  }

  public static func + (left: Tensor, right: Double) throws(TensorError) -> Tensor {
    try TorchCall.make("add", [left]) { ct_affine($0[0], 1, right, $1) }
  }

  public static func * (left: Tensor, right: Double) throws(TensorError) -> Tensor {
    try TorchCall.make("multiply", [left]) { ct_affine($0[0], right, 0, $1) }
  }

  /// Whether elements are equal, as `bool`.
  public func equals(_ other: Tensor) throws(TensorError) -> Tensor {
    try TorchCall.make("equal", [self, other]) { ct_equal($0[0], $0[1], $1) }
  }

  /// Whether elements are `bound` or more, as `bool`.
  public func isAtLeast(_ bound: Double) throws(TensorError) -> Tensor {
    try TorchCall.make("isAtLeast", [self]) { ct_at_least($0[0], bound, $1) }
  }

  /// `value` where `mask` (`bool`, broadcast) says so, else the element.
  public func filled(where mask: Tensor, with value: Double) throws(TensorError) -> Tensor {
    try TorchCall.make("filled", [self, mask]) { ct_masked_fill($0[0], $0[1], value, $1) }
  }

  public func absolute() throws(TensorError) -> Tensor {
    try TorchCall.make("absolute", [self]) { ct_abs($0[0], $1) }
  }

  public func exponential() throws(TensorError) -> Tensor {
    try TorchCall.make("exponential", [self]) { ct_exp($0[0], $1) }
  }

  public func logarithm() throws(TensorError) -> Tensor {
    try TorchCall.make("logarithm", [self]) { ct_log($0[0], $1) }
  }

  public func squared() throws(TensorError) -> Tensor {
    try TorchCall.make("square", [self]) { ct_square($0[0], $1) }
  }

  /// max(x, 0)
  public func relu() throws(TensorError) -> Tensor {
    try TorchCall.make("relu", [self]) { ct_relu($0[0], $1) }
  }

  /// x · Φ(x), with the error function.
  public func gelu() throws(TensorError) -> Tensor {
    try TorchCall.make("gelu", [self]) { ct_gelu($0[0], $1) }
  }

  public func tanh() throws(TensorError) -> Tensor {
    try TorchCall.make("tanh", [self]) { ct_tanh($0[0], $1) }
  }

  /// 1 / (1 + exp(−x))
  public func sigmoid() throws(TensorError) -> Tensor {
    try TorchCall.make("sigmoid", [self]) { ct_sigmoid($0[0], $1) }
  }
}
