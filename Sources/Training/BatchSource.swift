public import Networks
public import Tensors

/// Samples with their targets.
public struct Batch: Sendable {
  /// One `[n, …sample shape]` for each modality.
  public var inputs: [Tensor]
  public var targets: Targets
  /// `[n]`, greater than 0; all 1 when absent.
  public var weights: Tensor?

  public init(inputs: [Tensor], targets: Targets, weights: Tensor? = nil) {
    self.inputs = inputs
    self.targets = targets
    self.weights = weights
  }

  func moved(to device: Device) throws(TensorError) -> Batch {
    if inputs.allSatisfy({ $0.device == device }) { return self }
    func move(_ tensor: Tensor) throws(TensorError) -> Tensor { try tensor.moved(to: device) }
    var moved: [Tensor] = []
    for input in inputs { moved.append(try move(input)) }
    var movedWeights: Tensor?
    if let weights { movedWeights = try move(weights) }
    return Batch(inputs: moved, targets: try targets.map(move), weights: movedWeights)
  }
}

/// Where a trainer takes its samples from: memory, or shards that stream by.
public protocol BatchSource: Sendable {
  var modalities: [ModalityShape] { get }
  /// Samples in all.
  var count: Int { get }
  /// The samples that the int64 vector `indices` names, in its order.
  func batch(_ indices: Tensor) throws -> Batch
  /// Mean and spread of the values of a regression; `nil` of what other networks learn.
  var valueStatistics: ValueStatistics? { get }
}

extension BatchSource {
  public var valueStatistics: ValueStatistics? { nil }
}
