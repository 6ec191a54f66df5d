public import Networks
public import Tensors

/// Samples that are all in memory, as they were recorded; only what a batch holds becomes float32.
public struct MemorySource: BatchSource {
  public let modalities: [ModalityShape]
  public let count: Int
  /// The inputs' samples that are trained on, int64 `[count]`; all in their order when absent.
  private let rows: Tensor?
  private let inputs: [StoredInput]
  private let targets: Targets
  private let weights: Tensor?
  /// Of all targets, where they are the values of a regression.
  public let valueStatistics: ValueStatistics?

  /// - inputs: by modality, `[n, …sample shape]`, float32
  /// - weights: of the samples, each greater than 0; leave out samples that should weigh nothing
  /// - Throws: `TrainingError` when counts differ or a value is out of place.
  public init(
    _ inputs: [(name: String, values: Tensor)], targets: Targets, weights: [Float]? = nil
  ) throws {
    for (name, values) in inputs where values.type != .float32 {
      throw TrainingError.settings("modality '\(name)' is not float32")
    }
    try self.init(
      inputs.map { StoredInput($0.name, $0.values) }, rows: nil, targets: targets,
      weights: weights)
  }

  /// - inputs: by modality; sources of several labels of the same samples may share them
  /// - rows: which samples of `inputs` the targets are of, in their order; all when absent
  /// - weights: of the targets, each greater than 0
  /// - Throws: `TrainingError` when counts differ or a value is out of place.
  public init(
    _ inputs: [StoredInput], rows: [Int]?, targets: Targets, weights: [Float]? = nil
  ) throws {
    let count = targets.tensor.shape.first ?? 0
    guard count > 0 else { throw TrainingError.settings("there is no sample to train on") }
    if let rows, rows.count != count {
      throw TrainingError.settings("\(rows.count) rows for \(count) targets")
    }
    for input in inputs {
      let own = input.values.shape.first ?? 0
      if rows == nil, own != count {
        throw TrainingError.settings(
          "modality '\(input.name)' has \(own) samples, the targets \(count)")
      }
      if let row = rows?.first(where: { $0 < 0 || $0 >= own }) {
        throw TrainingError.settings(
          "modality '\(input.name)' has \(own) samples, and none at place \(row)")
      }
    }
    if let weights {
      guard weights.count == count else {
        throw TrainingError.settings("\(weights.count) weights for \(count) samples")
      }
      if let index = weights.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
        throw TrainingError.settings(
          "sample \(index) weighs \(weights[index]); a weight is finite and greater than 0")
      }
    }
    modalities = inputs.map(\.shape)
    self.count = count
    self.rows = try rows.map { try Tensor(classes: $0) }
    self.inputs = inputs
    self.targets = targets
    valueStatistics = try targets.valueStatistics()
    self.weights = try weights.map { try Tensor($0, shape: [count]) }
  }

  public func batch(_ indices: Tensor) throws -> Batch {
    let places = try rows.map { try $0.selecting(indices) } ?? indices
    return Batch(
      inputs: try inputs.map { try $0.selecting(places).floats() },
      targets: try targets.map { values throws(TensorError) in try values.selecting(indices) },
      weights: try weights.map { try $0.selecting(indices) })
  }
}
