import Configuration
import Layers
import Networks
import Recipes
import Tensors

/// What is minimised: ℓ_pl(ỹ, f(T(x))) + γ · ℓ_reg(f(x), f(T(x))), with its gradient.
protocol Objective {
  /// What an optimiser moves.
  var parameters: [Tensor] { get }
  /// The loss of a batch and its gradients in the order of `parameters`; T draws from `stream`.
  func lossAndGradients(
    _ batch: Batch, stream: RandomStream
  ) throws -> (loss: Double, gradients: [Tensor])
  /// Brings the network's own parameters up to date with `parameters`.
  func updateNetwork() throws
}

/// Any network, any transform, with the gradients that libtorch records.
struct RecordedObjective: Objective {
  let network: Network
  let transforms: [TransformDescription]
  let consistency: ConsistencyDescription?
  /// `[classes]`, of a segmentation.
  let classWeights: Tensor?
  let parameters: [Tensor]

  init(
    _ network: Network, transforms: [TransformDescription], consistency: ConsistencyDescription?,
    classWeights: Tensor? = nil
  ) {
    self.network = network
    self.transforms = transforms
    self.consistency = consistency
    self.classWeights = classWeights
    parameters = network.parameters.map(\.tensor)
  }

  func lossAndGradients(
    _ batch: Batch, stream: RandomStream
  ) throws -> (loss: Double, gradients: [Tensor]) {
    var geometry = Geometry()
    let transformed = try network.logits(
      batch.inputs, mode: .training(stream), transforms: transforms, stream: stream,
      geometry: &geometry)
    var loss = try crossEntropy(
      transformed, batch.targets.moved(by: geometry), weights: batch.weights,
      classWeights: classWeights)
    if let consistency, consistency.weight > 0 {
      let clean = try cleanLogits(batch, consistency, stream: stream)
      let divergence = try Self.divergence(
        consistency.divergence, clean, transformed, of: network.task, moved: geometry)
      loss = try loss + divergence * consistency.weight
    }
    return (try loss.item(), try gradients(of: loss, withRespectTo: parameters))
  }

  func updateNetwork() {}

  /// f(x), normalised by its own batch; the running statistics, which one step moves once, are those
  /// of T(x), as everywhere where a network learns from transformed samples.
  private func cleanLogits(
    _ batch: Batch, _ consistency: ConsistencyDescription, stream: RandomStream
  ) throws -> Tensor {
    let mode = Mode.training(stream, movesStatistics: false)
    switch consistency.clean {
    case .gradient: return try network.logits(batch.inputs, mode: mode)
    case .stopped:
      return try withoutGradients { () throws -> Tensor in
        try network.logits(batch.inputs, mode: mode)
      }
    }
  }

  /// D(f(x), f(T(x))); where T moved pixels, the clean ones go the same way, and what came in from
  /// outside counts nowhere.
  private static func divergence(
    _ kind: ConsistencyDescription.Divergence, _ clean: Tensor, _ transformed: Tensor,
    of task: LearningTask, moved geometry: Geometry
  ) throws -> Tensor {
    switch (task, kind) {
    case (.singleLabel, .kl): return try klDivergence(clean, transformed)
    case (.singleLabel, .squaredError):
      return try squaredError(clean.softmax(axis: 1), transformed.softmax(axis: 1))
    case (.multiLabel, .kl): return try binaryKLDivergence(clean, transformed)
    case (.multiLabel, .squaredError):
      return try squaredError(clean.sigmoid(), transformed.sigmoid())
    case (.segmentation, _):
      let shape = clean.shape
      let all = try Tensor.full(1, shape: [shape[0], shape[2], shape[3]], device: clean.device)
      let inside = try geometry.moved(all, rows: 1, columns: 2, fill: 0)
      let clean = try geometry.moved(clean, rows: 2, columns: 3, fill: 0)
      if kind == .kl { return try klDivergence(clean, transformed, weights: inside) }
      let difference = try clean.softmax(axis: 1) - transformed.softmax(axis: 1)
      return try weightedMean(difference.squared().mean(axis: 1), inside)
    }
  }
}

extension Targets {
  /// Label maps moved as the pictures were; what comes in from outside is not known.
  fileprivate func moved(by geometry: Geometry) throws(TensorError) -> Targets {
    if geometry.isEmpty { return self }
    switch self {
    case .hard, .soft, .labels: return self
    case .maps(let classes):
      return .maps(
        try geometry.moved(classes, rows: 1, columns: 2, fill: Double(Self.ignored)))
    case .softMaps(let shares):
      return .softMaps(try geometry.moved(shares, rows: 2, columns: 3, fill: -1))
    }
  }
}

/// The same for a small perceptron with transforms on its inputs alone, in one call.
struct FusedObjective: Objective {
  /// Above this many parameters the arithmetic outweighs the calls, and libtorch's is the better.
  static let largest = 65_536

  private let network: Network
  private let transforms: [TransformDescription]
  private let perceptron: Perceptron
  /// All parameters of the network, one after the other.
  private let vector: Tensor
  private let gradient: Tensor

  var parameters: [Tensor] { [vector] }

  /// `nil` for what it cannot do.
  init?(
    _ network: Network, transforms: [TransformDescription], consistency: ConsistencyDescription?,
    device: Device
  ) throws {
    guard device == .cpu, (consistency?.weight ?? 0) == 0, transforms.allSatisfy(\.actsOnInput),
      network.parameterCount <= Self.largest, let perceptron = try network.perceptron()
    else { return nil }
    self.network = network
    self.transforms = transforms
    self.perceptron = perceptron
    vector = try Tensor.concatenate(
      network.parameters.map { try $0.tensor.reshaped([-1]) }, axis: 0
    ).detached()
    gradient = try Tensor.zeros([perceptron.parameterCount])
  }

  func lossAndGradients(
    _ batch: Batch, stream: RandomStream
  ) throws -> (loss: Double, gradients: [Tensor]) {
    let inputs = try network.transformed(batch.inputs, by: transforms, stream: stream).map {
      $0.rank == 2 ? $0 : try $0.reshaped([$0.shape[0], -1])
    }
    let loss = try perceptron.lossAndGradient(
      parameters: vector, inputs: inputs, targets: batch.targets.tensor, weights: batch.weights,
      into: gradient)
    return (loss, [gradient])
  }

  func updateNetwork() throws {
    var start = 0
    for parameter in network.parameters.map(\.tensor) {
      let part = try vector.sliced(start..<start + parameter.count)
      try parameter.assign(part.reshaped(parameter.shape))
      start += parameter.count
    }
  }
}
