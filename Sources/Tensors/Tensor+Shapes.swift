internal import CTorch

extension Tensor {
  /// The same elements in another shape; one entry may be −1 and is then worked out.
  public func reshaped(_ shape: [Int]) throws(TensorError) -> Tensor {
    try TorchCall.make("reshape", [self]) {
      ct_reshape($0[0], shape.map(Int64.init), shape.count, $1)
    }
  }

  public func transposed(_ first: Int, _ second: Int) throws(TensorError) -> Tensor {
    try TorchCall.make("transpose", [self]) {
      ct_transpose($0[0], Int64(first), Int64(second), $1)
    }
  }

  /// Axis i of the result is axis `axes[i]` of this tensor; shares its elements.
  public func permuted(_ axes: [Int]) throws(TensorError) -> Tensor {
    try TorchCall.make("permute", [self]) {
      ct_permute($0[0], axes.map(Int64.init), axes.count, $1)
    }
  }

  /// The part of `axis` inside `range`; shares its elements.
  public func sliced(_ range: Range<Int>, axis: Int = 0) throws(TensorError) -> Tensor {
    try TorchCall.make("slice", [self]) {
      ct_narrow($0[0], Int64(axis), Int64(range.lowerBound), Int64(range.count), $1)
    }
  }

  /// The entries of `axis` that the int64 vector `indices` names, in its order.
  public func selecting(_ indices: Tensor, axis: Int = 0) throws(TensorError) -> Tensor {
    try TorchCall.make("select", [self, indices]) {
      ct_index_select($0[0], Int64(axis), $0[1], $1)
    }
  }

  /// `result[i, j] = self[i, indices[i, j]]` for axis 1, and alike for others.
  public func gathering(_ indices: Tensor, axis: Int) throws(TensorError) -> Tensor {
    try TorchCall.make("gather", [self, indices]) { ct_gather($0[0], Int64(axis), $0[1], $1) }
  }

  public static func concatenate(_ tensors: [Tensor], axis: Int) throws(TensorError) -> Tensor {
    try TorchCall.make("concatenate", tensors) {
      ct_concatenate($0, tensors.count, Int64(axis), $1)
    }
  }
}
