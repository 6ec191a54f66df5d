internal import CTorch

/// What answers of foreign networks and missing values need.
extension Tensor {
  /// `log Σ exp x` over an axis, which disappears.
  public func logSumExp(axis: Int) throws(TensorError) -> Tensor {
    try TorchCall.make("logSumExp", [self]) { ct_log_sum_exp($0[0], Int64(axis), $1) }
  }

  /// The greatest element over an axis, which disappears.
  public func greatest(axis: Int) throws(TensorError) -> Tensor {
    try TorchCall.make("greatest", [self]) { ct_greatest($0[0], Int64(axis), $1) }
  }

  /// Elements outside `range` become its nearer bound.
  public func clamped(to range: ClosedRange<Double>) throws(TensorError) -> Tensor {
    try TorchCall.make("clamp", [self]) {
      ct_clamp($0[0], range.lowerBound, range.upperBound, $1)
    }
  }

  /// `value` where there is no number.
  public func replacingNaN(with value: Double) throws(TensorError) -> Tensor {
    try TorchCall.make("replaceNaN", [self]) { ct_replace_nan($0[0], value, $1) }
  }

  /// As float32, where it is: a trace of this runs on any device.
  public func asFloat32() throws(TensorError) -> Tensor {
    try TorchCall.make("asFloat32", [self]) { ct_as_float32($0[0], $1) }
  }

  /// The same elements, row after row in memory, as modules that call `view` want them.
  public func contiguous() throws(TensorError) -> Tensor {
    try TorchCall.make("contiguous", [self]) { ct_contiguous($0[0], $1) }
  }

  /// Whether every element is a finite number.
  public func isFinite() throws(TensorError) -> Bool {
    var result = false
    try TorchCall.run("isFinite", [self]) { ct_is_finite($0[0], &result) }
    return result
  }
}
