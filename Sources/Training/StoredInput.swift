public import Networks
public import Tensors

/// What makes a network's input of recorded values: (x · scale − mean) / std for each column.
public struct InputScaling: Hashable, Sendable {
  /// Recorded values times this are in their unit.
  public var scale: Double
  /// Of scaled values; one for each column of the last axis, one for all, or none.
  public var mean: [Double]
  /// As many as means; a column that never changes has 0 and is only centred.
  public var std: [Double]

  public static let identity = InputScaling()

  public init(scale: Double = 1, mean: [Double] = [], std: [Double] = []) {
    precondition(mean.count == std.count, "a mean goes with a standard deviation")
    self.scale = scale
    self.mean = mean
    self.std = std
  }

  /// As float32.
  public func callAsFunction(_ values: Tensor) throws(TensorError) -> Tensor {
    var result = try values.converted(to: .float32)
    if scale != 1 { result = try result * scale }
    guard !mean.isEmpty else { return result }
    let device = values.device
    let means = try Tensor(mean.map(Float.init), shape: [mean.count]).moved(to: device)
    let factors = try Tensor(std.map { Float($0 == 0 ? 1 : 1 / $0) }, shape: [std.count])
      .moved(to: device)
    return try (result - means) * factors
  }
}

/// One modality of samples as it was recorded, in memory as compact as in its shard.
public struct StoredInput: Sendable {
  public var name: String
  /// `[n, …sample shape]`, of any type of number.
  public var values: Tensor
  public var scaling: InputScaling
  /// uint8 `[n, time]`: steps with 0 become zeros; all count when absent.
  public var valid: Tensor?
  /// uint8 `[n]`: samples with 0 lack the modality and become zeros; all have it when absent.
  public var present: Tensor?

  public init(
    _ name: String, _ values: Tensor, scaling: InputScaling = .identity, valid: Tensor? = nil,
    present: Tensor? = nil
  ) {
    self.name = name
    self.values = values
    self.scaling = scaling
    self.valid = valid
    self.present = present
  }

  public var shape: ModalityShape { ModalityShape(name, Array(values.shape.dropFirst())) }

  /// The samples that the int64 vector `indices` names, in its order.
  public func selecting(_ indices: Tensor) throws(TensorError) -> StoredInput {
    var result = self
    result.values = try values.selecting(indices)
    if let valid { result.valid = try valid.selecting(indices) }
    if let present { result.present = try present.selecting(indices) }
    return result
  }

  /// What a network takes: float32 `[n, …sample shape]`.
  public func floats() throws(TensorError) -> Tensor {
    var result = try scaling(values)
    for mask in [valid, present] {
      guard let mask else { continue }
      let absent = try mask.equals(Tensor.zeros([], type: .uint8, device: mask.device))
      let axes = [Int](repeating: 1, count: max(0, values.rank - mask.rank))
      result = try result.filled(where: absent.reshaped(mask.shape + axes), with: 0)
    }
    return result
  }

  /// These samples, then those of `other`. Where both were recorded alike, as they are; else as what
  /// a network takes.
  public func followed(by other: StoredInput) throws(TensorError) -> StoredInput {
    let isAlike =
      scaling == other.scaling && values.type == other.values.type
      && (valid == nil) == (other.valid == nil) && (present == nil) == (other.present == nil)
    guard isAlike else {
      return StoredInput(
        name, try Tensor.concatenate([floats(), other.floats()], axis: 0))
    }
    var result = self
    result.values = try Tensor.concatenate([values, other.values], axis: 0)
    if let own = valid, let others = other.valid {
      result.valid = try Tensor.concatenate([own, others], axis: 0)
    }
    if let own = present, let others = other.present {
      result.present = try Tensor.concatenate([own, others], axis: 0)
    }
    return result
  }
}
