public import Recipes
public import Tensors

/// The weighted mean over the known values of `(a − y)²`, or of Huber's `½ d²` where `d = |a − y| ≤ δ`
/// and `δ (d − ½ δ)` beyond; 0 when none is known.
///
/// References: `torch.nn.MSELoss`, `torch.nn.HuberLoss`.
///
/// - answers: a, `[n, value]`
/// - values: y, `[n, value]`; NaN where unknown
/// - weights: `[n]`; all 1 when absent
public func valueLoss(
  _ answers: Tensor, _ values: Tensor, _ loss: LossDescription, weights: Tensor? = nil
) throws(TensorError) -> Tensor {
  // NaN equals nothing, not even itself.
  var weight = try values.equals(values).converted(to: answers.type ?? .float32)
  if let weights { weight = try weight * weights.reshaped([-1, 1]) }
  let deviations = try answers - values.replacingNaN(with: 0)
  switch loss {
  case .squaredError:
    return try weightedMean(deviations.squared(), weight)
  case .huber(let delta):
    // With q = min(d, δ) both branches are q d − ½ q², and so are their slopes.
    let distances = try deviations.absolute()
    let near = try distances.clamped(to: 0...delta)
    return try weightedMean(near * distances - near.squared() * 0.5, weight)
  }
}

/// Mean and spread of each value of a regression, over what is known of it.
public struct ValueStatistics: Hashable, Sendable {
  /// 0 where nothing is known.
  public var mean: [Float]
  /// With n; 1 where all are equal or nothing is known.
  public var std: [Float]
}

extension Targets {
  /// `[n, value]`, of a regression.
  ///
  /// - Throws: `TensorError` of what other networks learn.
  func values() throws(TensorError) -> Tensor {
    guard case .values(let tensor) = self else {
      throw TensorError(
        operation: "values", shapes: [tensor.shape], message: "of targets that are no values")
    }
    return tensor
  }

  /// Of the values of a regression; `nil` of what other networks learn.
  public func valueStatistics() throws(TensorError) -> ValueStatistics? {
    guard case .values(let tensor) = self, let width = tensor.shape.last, width > 0 else {
      return nil
    }
    let numbers = try tensor.doubles()
    var result = ValueStatistics(mean: [], std: [])
    for place in 0..<width {
      let own = stride(from: place, to: numbers.count, by: width).map { numbers[$0] }
        .filter { !$0.isNaN }
      let count = Double(max(1, own.count))
      let mean = own.reduce(0) { $0 + $1 / count }
      let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }
      let std = Float(variance.squareRoot())
      result.mean.append(Float(mean))
      result.std.append(std.isNormal && Double(std) > 1e-7 * abs(mean) ? std : 1)
    }
    return result
  }
}
