internal import CTorch

/// Scaled dot-product attention softmax(q kᵀ / √width) v; all `[batch, head, token, width]`.
///
/// - mask: bool, broadcast to `[batch, head, query, key]`: which keys a query may look at; each must
///   have one. All when absent.
///
/// Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017, eq. 1.
public func attention(
  query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil
) throws(TensorError) -> Tensor {
  try TorchCall.make("attention", [query, key, value] + (mask.map { [$0] } ?? [])) {
    ct_attention($0[0], $0[1], $0[2], mask == nil ? nil : $0[3], $1)
  }
}

extension Tensor {
  /// Repeated along its axes of length 1 to the shape of `other`; shares its elements.
  public func expanded(like other: Tensor) throws(TensorError) -> Tensor {
    try TorchCall.make("expanded", [self, other]) { ct_expand_as($0[0], $0[1], $1) }
  }

  /// max(x, bound)
  public func clamped(from bound: Double) throws(TensorError) -> Tensor {
    try TorchCall.make("clamped", [self]) { ct_clamp_min($0[0], bound, $1) }
  }
}
