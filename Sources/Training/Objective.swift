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
  /// Makes `values`, in the order and form of `parameters`, the network's own parameters.
  func updateNetwork(_ values: [Tensor]) throws
  /// Which of `parameters` are biases or belong to a normalisation: those of one axis in the network.
  var isSpared: [Bool] { get }
}

extension Objective {
  func updateNetwork() throws { try updateNetwork(parameters) }
}

extension Objective {
  /// Runs `body` while `values`, or `parameters` when absent, are the network's own parameters.
  func lending(_ values: [Tensor]?, to body: () throws -> Void) throws {
    guard let values else {
      try updateNetwork()
      return try body()
    }
    let trained = try parameters.map { try $0.copied() }
    try updateNetwork(values)
    try body()
    try updateNetwork(trained)
  }
}

extension Network {
  fileprivate var isSpared: [Bool] { parameters.map { $0.tensor.rank <= 1 } }
}

/// Any network, any transform, with the gradients that libtorch records.
struct RecordedObjective: Objective {
  let network: Network
  let transforms: [TransformDescription]
  let consistency: ConsistencyDescription?
  /// `[classes]`; all 1 when absent.
  let classWeights: Tensor?
  let labelSmoothing: Double
  /// Of a regression.
  let valueLoss: LossDescription
  let parameters: [Tensor]
  let isSpared: [Bool]

  init(
    _ network: Network, transforms: [TransformDescription], consistency: ConsistencyDescription?,
    classWeights: Tensor? = nil, labelSmoothing: Double = 0,
    valueLoss: LossDescription = .squaredError
  ) {
    self.network = network
    self.transforms = transforms
    self.consistency = consistency
    self.classWeights = classWeights
    self.labelSmoothing = labelSmoothing
    self.valueLoss = valueLoss
    isSpared = network.isSpared
    parameters = network.parameters.map(\.tensor)
  }

  func lossAndGradients(
    _ batch: Batch, stream: RandomStream
  ) throws -> (loss: Double, gradients: [Tensor]) {
    var geometry = Geometry()
    let transformed = try network.logits(
      batch.inputs, mode: .training(stream), transforms: transforms, stream: stream,
      geometry: &geometry)
    var loss =
      if let scale = network.valueScale {
        try Training.valueLoss(
          transformed, scale.standardised(batch.targets.values()), valueLoss,
          weights: batch.weights)
      } else {
        try crossEntropy(
          transformed, batch.targets.moved(by: geometry), weights: batch.weights,
          classWeights: classWeights, labelSmoothing: labelSmoothing)
      }
    if let consistency, consistency.weight > 0 {
      let clean = try cleanLogits(batch, consistency, stream: stream)
      let divergence = try Self.divergence(
        consistency.divergence, clean, transformed, of: network.task, moved: geometry)
      loss = try loss + divergence * consistency.weight
    }
    return (try loss.item(), try gradients(of: loss, withRespectTo: parameters))
  }

  func updateNetwork() {}

  func updateNetwork(_ values: [Tensor]) throws {
    for (parameter, value) in zip(parameters, values) { try parameter.assign(value) }
  }

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
    _ kind: ConsistencyDescription.Divergence?, _ clean: Tensor, _ transformed: Tensor,
    of task: LearningTask, moved geometry: Geometry
  ) throws -> Tensor {
    let kind = kind ?? (task == .regression ? .squaredError : .kl)
    switch (task, kind) {
    case (.regression, _): return try squaredError(clean, transformed)
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
    case .hard, .soft, .labels, .values: return self
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
  let parameters: [Tensor]
  /// One for each of `parameters`.
  private let gradients: [Tensor]
  let isSpared: [Bool]

  /// `nil` for what it cannot do.
  ///
  /// - isSplit: whether `parameters` are those of the network, one by one, or a single vector, which
  ///   an optimiser moves in fewer calls
  init?(
    _ network: Network, transforms: [TransformDescription], consistency: ConsistencyDescription?,
    isSplit: Bool = false, device: Device
  ) throws {
    // A modality that T drops counts nowhere; here its zeros would go through its encoder's layers.
    let drops = transforms.contains { if case .modalityDropout = $0 { true } else { false } }
    let hasLayers = network.modalities.contains {
      network.description.encoder(of: $0.name) != .identity
    }
    guard !(drops && hasLayers) else { return nil }
    guard device == .cpu, (consistency?.weight ?? 0) == 0, transforms.allSatisfy(\.actsOnInput),
      network.parameterCount <= Self.largest, let perceptron = try network.perceptron()
    else { return nil }
    self.network = network
    self.transforms = transforms
    self.perceptron = perceptron
    let own = network.parameters.map(\.tensor)
    let vector = try Tensor.concatenate(own.map { try $0.reshaped([-1]) }, axis: 0).detached()
    let gradient = try Tensor.zeros([perceptron.parameterCount])
    self.vector = vector
    self.gradient = gradient
    guard isSplit else {
      (parameters, gradients, isSpared) = ([vector], [gradient], [false])
      return
    }
    var ranges: [Range<Int>] = []
    for parameter in own {
      let start = ranges.last?.upperBound ?? 0
      ranges.append(start..<start + parameter.count)
    }
    // Slices share the elements of what they are of.
    parameters = try ranges.map { try vector.sliced($0) }
    gradients = try ranges.map { try gradient.sliced($0) }
    isSpared = network.isSpared
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
    return (loss, gradients)
  }

  func updateNetwork(_ values: [Tensor]) throws {
    let vector = values.count == 1 ? values[0] : try Tensor.concatenate(values, axis: 0)
    var start = 0
    for parameter in network.parameters.map(\.tensor) {
      let part = try vector.sliced(start..<start + parameter.count)
      try parameter.assign(part.reshaped(parameter.shape))
      start += parameter.count
    }
  }
}
