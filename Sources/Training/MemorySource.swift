public import Networks
public import Tensors

/// Samples that are all in memory.
public struct MemorySource: BatchSource {
  public let modalities: [ModalityShape]
  public let count: Int
  private let all: Batch

  /// - inputs: by modality, `[n, …sample shape]`, float32
  /// - weights: of the samples, each greater than 0; leave out samples that should weigh nothing
  /// - Throws: `TrainingError` when counts differ or a value is out of place.
  public init(
    _ inputs: [(name: String, values: Tensor)], targets: Targets, weights: [Float]? = nil
  ) throws {
    let count = targets.tensor.shape.first ?? 0
    guard count > 0 else { throw TrainingError.settings("there is no sample to train on") }
    for (name, values) in inputs where values.shape.first != count {
      throw TrainingError.settings(
        "modality '\(name)' has \(values.shape.first ?? 0) samples, the targets \(count)")
    }
    for (name, values) in inputs where values.type != .float32 {
      throw TrainingError.settings("modality '\(name)' is not float32")
    }
    var weightTensor: Tensor?
    if let weights {
      guard weights.count == count else {
        throw TrainingError.settings("\(weights.count) weights for \(count) samples")
      }
      if let index = weights.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
        throw TrainingError.settings(
          "sample \(index) weighs \(weights[index]); a weight is finite and greater than 0")
      }
      weightTensor = try Tensor(weights, shape: [count])
    }
    modalities = inputs.map { ModalityShape($0.name, Array($0.values.shape.dropFirst())) }
    self.count = count
    all = Batch(inputs: inputs.map(\.values), targets: targets, weights: weightTensor)
  }

  public func batch(_ indices: Tensor) throws -> Batch {
    Batch(
      inputs: try all.inputs.map { try $0.selecting(indices) },
      targets: try all.targets.map { values throws(TensorError) in try values.selecting(indices) },
      weights: try all.weights.map { try $0.selecting(indices) })
  }
}
