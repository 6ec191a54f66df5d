internal import CTorch

/// Over all elements, or over one axis, which disappears; −1 is the last axis.
extension Tensor {
  public func sum() throws(TensorError) -> Tensor {
    try TorchCall.make("sum", [self]) { ct_sum_all($0[0], $1) }
  }

  public func mean() throws(TensorError) -> Tensor {
    try TorchCall.make("mean", [self]) { ct_mean_all($0[0], $1) }
  }

  public func sum(axis: Int) throws(TensorError) -> Tensor {
    try TorchCall.make("sum", [self]) { ct_sum($0[0], Int64(axis), $1) }
  }

  public func mean(axis: Int) throws(TensorError) -> Tensor {
    try TorchCall.make("mean", [self]) { ct_mean($0[0], Int64(axis), $1) }
  }

  /// Index of the greatest element, int64; the first of several.
  public func argmax(axis: Int) throws(TensorError) -> Tensor {
    try TorchCall.make("argmax", [self]) { ct_argmax($0[0], Int64(axis), $1) }
  }

  public func softmax(axis: Int) throws(TensorError) -> Tensor {
    try TorchCall.make("softmax", [self]) { ct_softmax($0[0], Int64(axis), $1) }
  }

  public func logSoftmax(axis: Int) throws(TensorError) -> Tensor {
    try TorchCall.make("logSoftmax", [self]) { ct_log_softmax($0[0], Int64(axis), $1) }
  }

  /// The mean of |x| over all elements of all `tensors`; no number when there are none.
  public static func meanMagnitude(of tensors: [Tensor]) throws(TensorError) -> Double {
    var result = 0.0
    try TorchCall.run("meanMagnitude", tensors) { ct_mean_magnitude($0, tensors.count, &result) }
    return result
  }
}
