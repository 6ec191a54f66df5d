import Tensors

/// Which modalities the samples of a batch have.
struct Presence {
  /// float32 `[batch, modality]`, 1 where a sample has the modality; `nil`: all have all.
  let mask: Tensor?
  /// How many there are.
  let modalities: Int

  /// 1 or 0 for each sample, `[batch, 1, …]` with as many axes as `rank` says.
  private func column(_ modality: Int, rank: Int) throws(TensorError) -> Tensor? {
    guard let mask else { return nil }
    let column = try mask.sliced(modality..<modality + 1, axis: 1)
    return try column.reshaped([-1] + [Int](repeating: 1, count: rank - 1))
  }

  /// What belongs to `modality`, zeros where a sample lacks it.
  func kept(_ value: Tensor, _ modality: Int) throws(TensorError) -> Tensor {
    guard let column = try column(modality, rank: value.rank) else { return value }
    return try value * column
  }

  /// The sum of one value for each modality, over those that a sample has.
  func sum(_ values: [Tensor]) throws(TensorError) -> Tensor {
    var sum: Tensor?
    for (modality, value) in values.enumerated() {
      let own = try kept(value, modality)
      sum = try sum.map { before throws(TensorError) in try before + own } ?? own
    }
    guard let sum else {
      throw TensorError(operation: "sum", shapes: [], message: "there is no modality")
    }
    return sum
  }

  /// The mean of one value for each modality, over those that a sample has; 0 when it has none.
  func mean(_ values: [Tensor]) throws(TensorError) -> Tensor {
    let sum = try sum(values)
    guard let mask else {
      return try sum / Tensor.full(Double(modalities), shape: [], device: sum.device)
    }
    let count = try mask.sum(axis: 1).clamped(from: 1)
    return try sum / count.reshaped([-1] + [Int](repeating: 1, count: sum.rank - 1))
  }

  /// bool `[batch, tokens]`: whether the sample has `modality`, for each of its tokens.
  func seen(_ modality: Int, tokens: Int) throws(TensorError) -> Tensor? {
    guard let column = try column(modality, rank: 2) else { return nil }
    return try (column * Tensor.full(1, shape: [1, tokens], device: column.device)).isAtLeast(0.5)
  }
}
