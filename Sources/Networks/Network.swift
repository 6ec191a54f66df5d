public import Layers
public import Recipes
public import Tensors

/// One encoder for each modality, their features side by side, a head to one logit for each class.
///
/// Copies share their parameters, which training moves in place.
public struct Network: Sendable {
  public let description: NetworkDescription
  /// In the order in which `logits` takes their tensors.
  public let modalities: [ModalityShape]
  public let classes: Int
  private let encoders: [Encoder]
  private let head: Sequential

  /// A random start drawn from `stream`, on its device.
  ///
  /// - Throws: `NetworkError` when a modality does not suit its encoder.
  public init(
    _ description: NetworkDescription, modalities: [ModalityShape], classes: Int,
    stream: RandomStream
  ) throws {
    guard !modalities.isEmpty else { throw NetworkError("network", "it has no modality") }
    guard classes > 0 else { throw NetworkError("network", "it has no class") }
    for name in description.encoders.keys.sorted()
    where !modalities.contains(where: { $0.name == name }) {
      throw NetworkError("encoder '\(name)'", "the network has no such modality")
    }
    self.description = description
    self.modalities = modalities
    self.classes = classes
    encoders = try modalities.map {
      try Encoder(description.encoder(of: $0.name), of: $0, stream: stream)
    }
    let fused = encoders.reduce(0) { $0 + $1.features }
    let hidden = description.head.hidden
    head = Sequential(
      try Encoder.hidden(
        fused, hidden, Activation(description.head.activation), stream: stream)
        + [try Linear(hidden.last ?? fused, classes, stream: stream)])
  }

  /// A network with the parameters of `state`, such as another one's `state()`.
  ///
  /// - Throws: `NetworkError` when a parameter is missing, too many, or of another shape.
  public init(
    _ description: NetworkDescription, modalities: [ModalityShape], classes: Int,
    state: [NamedTensor], device: Device = .cpu
  ) throws {
    try self.init(
      description, modalities: modalities, classes: classes,
      stream: RandomStream(seed: 0, device: device))
    try load(state)
  }

  // MARK: Forward

  /// Logits `[batch, classes]` of one tensor `[batch, …sample shape]` for each modality.
  ///
  /// - transforms: T on the student's side, drawn from `stream` in their order
  public func logits(
    _ inputs: [Tensor], mode: Mode, transforms: [TransformDescription] = [],
    stream: RandomStream? = nil
  ) throws -> Tensor {
    precondition(transforms.isEmpty || stream != nil, "transforms need a stream to draw from")
    try check(inputs)
    var inputs = inputs
    if let stream { inputs = try transformed(inputs, by: transforms, stream: stream) }
    var features: [Tensor] = []
    for (encoder, input) in zip(encoders, inputs) {
      features.append(try encoder(input, mode: mode))
    }
    var fused = features.count == 1 ? features[0] : try Tensor.concatenate(features, axis: 1)
    if let stream {
      for transform in transforms {
        switch transform {
        case .featureNoise(let std): fused = try stream.additiveNoise(on: fused, std: std)
        case .dropout(let rate): fused = try stream.dropout(on: fused, rate: rate)
        default: continue
        }
      }
    }
    return try head(fused, mode: mode)
  }

  /// Logits `[n, classes]` in evaluation, without history, `batchSize` samples at a time.
  public func logits(_ inputs: [Tensor], batchSize: Int = 1024) throws -> Tensor {
    try check(inputs)
    let count = inputs[0].shape[0]
    return try withoutGradients { () throws -> Tensor in
      if count <= batchSize { return try logits(inputs, mode: .evaluation) }
      let parts = try stride(from: 0, to: count, by: batchSize).map { start in
        let rows = start..<min(count, start + batchSize)
        return try logits(inputs.map { try $0.sliced(rows) }, mode: .evaluation)
      }
      return try Tensor.concatenate(parts, axis: 0)
    }
  }

  /// The transforms on inputs alone; those on features are left to `logits`.
  ///
  /// - Throws: `TensorError` also when a time shift meets samples that are not `[time, channel]`, or
  ///   a rotation a number of channels that 3 does not divide.
  public func transformed(
    _ inputs: [Tensor], by transforms: [TransformDescription], stream: RandomStream
  ) throws(TensorError) -> [Tensor] {
    var result = inputs
    for transform in transforms where transform.actsOnInput {
      let touched = modalities.indices.filter { index in
        transform.modalities?.contains(modalities[index].name) ?? true
      }
      if case .modalityDropout(let rate, _) = transform {
        try drop(touched, of: &result, rate: rate, stream: stream)
        continue
      }
      var transform = transform
      if case .multiplicativeNoise(let scale, let names, .ofAll) = transform {
        let magnitude = try Tensor.meanMagnitude(of: touched.map { result[$0] })
        transform = .additiveNoise(std: scale * magnitude, modalities: names)
      }
      for index in touched {
        result[index] = try Self.transformed(result[index], by: transform, stream: stream)
      }
    }
    return result
  }

  private static func transformed(
    _ input: Tensor, by transform: TransformDescription, stream: RandomStream
  ) throws(TensorError) -> Tensor {
    switch transform {
    case .multiplicativeNoise(let scale, _, _):
      try stream.multiplicativeNoise(on: input, scale: scale)
    case .additiveNoise(let std, _): try stream.additiveNoise(on: input, std: std)
    case .scaling(let std, _): try stream.scaling(of: input, std: std)
    case .timeShift(let steps, _): try stream.timeShift(of: input, most: steps)
    case .rotation(let degrees, _):
      try stream.rotation(of: input, std: degrees * Double.pi / 180)
    case .modalityDropout, .featureNoise, .dropout: input
    }
  }

  /// Zeroes `touched` modalities of single samples.
  private func drop(
    _ touched: [Int], of inputs: inout [Tensor], rate: Double, stream: RandomStream
  ) throws(TensorError) {
    guard let first = touched.first, let rows = inputs[first].shape.first else { return }
    let mask = try stream.mask(
      rows: rows, columns: touched.count, rate: rate,
      keepsOne: touched.count == modalities.count)
    for (column, index) in touched.enumerated() {
      let rank = inputs[index].rank
      let kept = try mask.sliced(column..<column + 1, axis: 1).reshaped(
        [rows] + [Int](repeating: 1, count: rank - 1))
      inputs[index] = try inputs[index] * kept
    }
  }

  private func check(_ inputs: [Tensor]) throws {
    guard inputs.count == modalities.count else {
      throw NetworkError(
        "network", "it takes \(modalities.count) modalities, got \(inputs.count)")
    }
    for (modality, input) in zip(modalities, inputs) {
      guard input.rank > 0, Array(input.shape.dropFirst()) == modality.shape else {
        throw NetworkError(
          "modality '\(modality.name)'",
          "the network takes samples of shape \(modality.shape), got \(input.shape)")
      }
      guard input.shape[0] == inputs[0].shape[0] else {
        throw NetworkError(
          "modality '\(modality.name)'",
          "\(input.shape[0]) samples, but '\(modalities[0].name)' has \(inputs[0].shape[0])")
      }
    }
  }

  // MARK: State

  /// What an optimiser moves: `encoders.<modality>.<place>.weight`, …, `head.<place>.bias`.
  public var parameters: [NamedTensor] { named(\.parameters) }

  /// Running statistics.
  public var buffers: [NamedTensor] { named(\.buffers) }

  /// How many numbers training moves.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

  /// Copies of all parameters and buffers.
  public func state() throws(TensorError) -> [NamedTensor] {
    var result: [NamedTensor] = []
    for entry in parameters + buffers {
      result.append(NamedTensor(entry.name, try entry.tensor.copied()))
    }
    return result
  }

  /// Overwrites all parameters and buffers with those of `state`, in place.
  public func load(_ state: [NamedTensor]) throws {
    var given = Dictionary(state.map { ($0.name, $0.tensor) }, uniquingKeysWith: { $1 })
    for own in parameters + buffers {
      guard let tensor = given.removeValue(forKey: own.name) else {
        throw NetworkError("parameter '\(own.name)'", "it is missing from the state")
      }
      guard tensor.shape == own.tensor.shape else {
        throw NetworkError(
          "parameter '\(own.name)'",
          "the network has shape \(own.tensor.shape), the state \(tensor.shape)")
      }
      try own.tensor.assign(tensor)
    }
    if let unknown = given.keys.min() {
      throw NetworkError("parameter '\(unknown)'", "the network has none of this name")
    }
  }

  private func named(_ tensors: (Sequential) -> [NamedTensor]) -> [NamedTensor] {
    let ofEncoders = zip(modalities, encoders).flatMap { modality, encoder in
      tensors(encoder.layers).map {
        NamedTensor("encoders.\(modality.name).\($0.name)", $0.tensor)
      }
    }
    return ofEncoders + tensors(head).map { NamedTensor("head.\($0.name)", $0.tensor) }
  }

  // MARK: As a perceptron

  /// The same map as one fused call, or `nil` when an encoder is more than affine layers.
  public func perceptron() throws(TensorError) -> Perceptron? {
    var chains: [Perceptron.Chain] = []
    for modality in modalities {
      switch description.encoder(of: modality.name) {
      case .identity:
        chains.append(.init(widths: [modality.width], activation: .relu))
      case .mlp(let mlp):
        chains.append(
          .init(widths: [modality.width] + mlp.hidden, activation: .init(mlp.activation)))
      case .cnn1d: return nil
      }
    }
    let fused = encoders.reduce(0) { $0 + $1.features }
    return try Perceptron(
      encoders: chains,
      head: .init(
        widths: [fused] + description.head.hidden + [classes],
        activation: .init(description.head.activation)))
  }
}

extension Perceptron.Activation {
  fileprivate init(_ description: ActivationDescription) {
    switch description {
    case .relu: self = .relu
    case .gelu: self = .gelu
    case .tanh: self = .tanh
    case .sigmoid: self = .sigmoid
    }
  }
}
