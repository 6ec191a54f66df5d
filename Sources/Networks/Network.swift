public import Configuration
public import Layers
public import Recipes
public import Tensors

/// One encoder for each modality, their features side by side, a head to one logit for each class,
/// of the sample or of each of its pixels.
///
/// Copies share their parameters, which training moves in place.
public struct Network: Sendable {
  public let description: NetworkDescription
  /// In the order in which `logits` takes their tensors.
  public let modalities: [ModalityShape]
  public let classes: Int
  private let body: Body

  private enum Body: Sendable {
    /// Features side by side, to logits `[batch, class]`.
    case vector([any Encoder], Sequential)
    /// Feature maps, to logits `[batch, class, height, width]`.
    case pictures([any PictureEncoder], SegmentationHead)
  }

  /// A random start drawn from `stream`, on its device.
  ///
  /// Encoders of modalities that the network does not see are passed over: variants share them.
  ///
  /// - Throws: `NetworkError` when a modality does not suit its encoder, or an encoder the head.
  public init(
    _ description: NetworkDescription, modalities: [ModalityShape], classes: Int,
    stream: RandomStream
  ) throws {
    guard !modalities.isEmpty else { throw NetworkError("network", "it has no modality") }
    guard classes > 0 else { throw NetworkError("network", "it has no class") }
    self.description = description
    self.modalities = modalities
    self.classes = classes
    let encoders = try modalities.map {
      try description.encoder(of: $0.name).encoder(of: $0, stream: stream)
    }
    if description.head.kind == .segmentation {
      let pictures = try zip(encoders, modalities).map { encoder, modality in
        guard let encoder = encoder as? any PictureEncoder else {
          throw NetworkError(
            modality,
            "its encoder '\(description.encoder(of: modality.name).kind)' does not keep where its "
              + "features are, which a segmentation needs; take 'cnn2d'")
        }
        return encoder
      }
      body = .pictures(
        pictures,
        try SegmentationHead(
          description.head, pictures, of: modalities, classes: classes, stream: stream))
      return
    }
    let fused = encoders.reduce(0) { $0 + $1.features }
    let hidden = description.head.hidden
    body = .vector(
      encoders,
      Sequential(
        try hiddenLayers(fused, hidden, Activation(description.head.activation), stream: stream)
          + [try Linear(hidden.last ?? fused, classes, stream: stream)]))
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

  /// What its logits stand for.
  public var task: LearningTask { description.head.kind ?? .singleLabel }

  /// The logits of one sample: `[class]`, or `[class, height, width]`.
  public var outputShape: [Int] {
    switch body {
    case .vector: [classes]
    case .pictures(_, let head): [classes, head.height, head.width]
    }
  }

  /// How many samples go through at once in evaluation: as many as keep what a layer makes of them
  /// within 64 MiB, and 1024 at most.
  public var samplesPerPass: Int {
    let activations =
      switch body {
      case .vector(let encoders, _): encoders.map(\.activations).max() ?? 1
      case .pictures(let encoders, let head):
        max(head.activations, encoders.map(\.activations).max() ?? 1)
      }
    return max(1, min(1024, (1 << 24) / max(1, activations)))
  }

  // MARK: Forward

  /// Logits `[batch] + outputShape` of one tensor `[batch, …sample shape]` for each modality.
  ///
  /// - transforms: T on the student's side, drawn from `stream` in their order
  public func logits(
    _ inputs: [Tensor], mode: Mode, transforms: [TransformDescription] = [],
    stream: RandomStream? = nil
  ) throws -> Tensor {
    var geometry = Geometry()
    return try logits(
      inputs, mode: mode, transforms: transforms, stream: stream, geometry: &geometry)
  }

  /// The same; `geometry` takes in how the transforms moved the pictures.
  public func logits(
    _ inputs: [Tensor], mode: Mode, transforms: [TransformDescription], stream: RandomStream?,
    geometry: inout Geometry
  ) throws -> Tensor {
    precondition(transforms.isEmpty || stream != nil, "transforms need a stream to draw from")
    try check(inputs)
    var inputs = inputs
    if let stream {
      inputs = try transformed(inputs, by: transforms, stream: stream, geometry: &geometry)
    }
    func disturbed(_ features: Tensor) throws(TensorError) -> Tensor {
      guard let stream else { return features }
      return try Self.disturbed(features, by: transforms, stream: stream)
    }
    switch body {
    case .vector(let encoders, let head):
      var features: [Tensor] = []
      for (encoder, input) in zip(encoders, inputs) {
        features.append(try encoder(input, mode: mode))
      }
      let fused = features.count == 1 ? features[0] : try Tensor.concatenate(features, axis: 1)
      return try head(disturbed(fused), mode: mode)
    case .pictures(let encoders, let head):
      var maps: [[Tensor]] = []
      for (encoder, input) in zip(encoders, inputs) {
        maps.append(try encoder.maps(input, mode: mode))
      }
      return try head(maps, mode: mode, disturb: disturbed)
    }
  }

  /// Logits in evaluation, without history, `batchSize` samples at a time; `samplesPerPass` when
  /// absent.
  public func logits(_ inputs: [Tensor], batchSize: Int? = nil) throws -> Tensor {
    try check(inputs)
    let batchSize = batchSize ?? samplesPerPass
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

  private func named(_ tensors: (any Layer) -> [NamedTensor]) -> [NamedTensor] {
    parts.flatMap { name, layer in
      tensors(layer).map { NamedTensor("\(name).\($0.name)", $0.tensor) }
    }
  }

  private var parts: [(name: String, layer: any Layer)] {
    func named(_ encoders: [any Encoder]) -> [(name: String, layer: any Layer)] {
      zip(modalities, encoders).map { ("encoders.\($0.name)", $1) }
    }
    return switch body {
    case .vector(let encoders, let head): named(encoders) + [("head", head)]
    case .pictures(let encoders, let head):
      named(encoders) + head.parts.map { ("head.\($0.name)", $0.layer) }
    }
  }

  // MARK: As a perceptron

  /// The same map as one fused call with the cross entropy of one class, or `nil` when an encoder is
  /// more than affine layers or the logits stand for something else.
  public func perceptron() throws(TensorError) -> Perceptron? {
    guard case .vector(let encoders, _) = body, task == .singleLabel else { return nil }
    var chains: [Perceptron.Chain] = []
    for modality in modalities {
      switch description.encoder(of: modality.name) {
      case .identity:
        chains.append(.init(widths: [modality.width], activation: .relu))
      case .mlp(let mlp):
        chains.append(
          .init(widths: [modality.width] + mlp.hidden, activation: .init(mlp.activation)))
      case .cnn1d, .cnn2d: return nil
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
