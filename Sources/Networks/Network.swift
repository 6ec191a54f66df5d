public import Configuration
public import Layers
public import Recipes
public import Tensors

/// One encoder for each modality, a fusion of their features, a head to one logit for each class, of
/// the sample or of each of its pixels.
///
/// Copies share their parameters, which training moves in place.
public struct Network: Sendable {
  /// Without `weights`: the parameters are here.
  public let description: NetworkDescription
  /// In the order in which `logits` takes their tensors.
  public let modalities: [ModalityShape]
  public let classes: Int
  /// Of a regression: from answers of the head to values in their own units.
  public let valueScale: ValueScale?
  private let body: NetworkBody

  /// With the parameters that encoders' `weights` name, and else a random start drawn from `stream`,
  /// on its device.
  ///
  /// Encoders of modalities that the network does not see are passed over: variants share them.
  ///
  /// - Throws: `NetworkError` when a modality does not suit its encoder, an encoder the head, or a
  ///   file of weights its encoder; `SafetensorsFile.Damage` when such a file cannot be read.
  public init(
    _ description: NetworkDescription, modalities: [ModalityShape], classes: Int,
    stream: RandomStream
  ) throws {
    try self.init(
      description, modalities: modalities, classes: classes, loadsWeights: true, stream: stream)
  }

  /// A network with the parameters of `state`, such as another one's `state()`.
  ///
  /// - Throws: `NetworkError` when a parameter is missing, too many, or of another shape.
  public init(
    _ description: NetworkDescription, modalities: [ModalityShape], classes: Int,
    state: [NamedTensor], device: Device = .cpu
  ) throws {
    try self.init(
      description, modalities: modalities, classes: classes, loadsWeights: false,
      stream: RandomStream(seed: 0, device: device))
    try load(state)
  }

  private init(
    _ description: NetworkDescription, modalities: [ModalityShape], classes: Int,
    loadsWeights: Bool, stream: RandomStream
  ) throws {
    guard !modalities.isEmpty else { throw NetworkError("network", "it has no modality") }
    guard classes > 0 else { throw NetworkError("network", "it has no class") }
    self.description = description.withoutWeights
    self.modalities = modalities
    self.classes = classes
    body = try NetworkBody(
      description, modalities: modalities, classes: classes, loadsWeights: loadsWeights,
      stream: stream)
    valueScale =
      description.head.kind == .regression
      ? try ValueScale(values: classes, device: stream.device) : nil
  }

  /// What its logits stand for.
  public var task: LearningTask { description.head.kind ?? .singleLabel }

  /// The logits of one sample: `[class]`, `[class, height, width]`, or `[value]`.
  public var outputShape: [Int] { [classes] + body.outputSize }

  /// How many samples go through at once in evaluation: as many as keep what a layer makes of them
  /// within 64 MiB, and 1024 at most.
  public var samplesPerPass: Int {
    max(1, min(1024, (1 << 24) / max(1, body.activations)))
  }

  // MARK: Forward

  /// Logits `[batch] + outputShape` of one tensor `[batch, …sample shape]` for each modality. Of a
  /// regression, values in their own units; in training, where a loss compares them, standardised by
  /// `valueScale`.
  ///
  /// - presence: numbers `[batch, modality]`, 0 where a sample lacks a modality, whose tensor then
  ///   counts nowhere, 1 elsewhere; all samples have all when absent
  /// - transforms: T on the student's side, drawn from `stream` in their order; a modality that T
  ///   drops counts as lacking
  public func logits(
    _ inputs: [Tensor], presence: Tensor? = nil, mode: Mode,
    transforms: [TransformDescription] = [], stream: RandomStream? = nil
  ) throws -> Tensor {
    var geometry = Geometry()
    return try logits(
      inputs, presence: presence, mode: mode, transforms: transforms, stream: stream,
      geometry: &geometry)
  }

  /// The same; `geometry` takes in how the transforms moved the pictures.
  public func logits(
    _ inputs: [Tensor], presence: Tensor? = nil, mode: Mode, transforms: [TransformDescription],
    stream: RandomStream?, geometry: inout Geometry
  ) throws -> Tensor {
    precondition(transforms.isEmpty || stream != nil, "transforms need a stream to draw from")
    try check(inputs, presence)
    var inputs = inputs
    var mask = try presence?.converted(to: .float32)
    if let stream {
      for transform in transforms {
        if case .modalityDropout = transform {
          mask = try dropped(&inputs, by: transform, stream: stream, mask: mask)
        } else {
          inputs = try transformed(inputs, by: [transform], stream: stream, geometry: &geometry)
        }
      }
    }
    func disturbed(_ features: Tensor) throws(TensorError) -> Tensor {
      guard let stream else { return features }
      return try Self.disturbed(features, by: transforms, stream: stream)
    }
    let answers = try body.logits(
      inputs, presence: Presence(mask: mask, modalities: modalities.count), mode: mode,
      disturb: disturbed)
    guard let valueScale, case .evaluation = mode else { return answers }
    return try valueScale(answers, mode: mode)
  }

  /// Logits in evaluation, without history, `batchSize` samples at a time; `samplesPerPass` when
  /// absent.
  ///
  /// - presence: as above
  public func logits(
    _ inputs: [Tensor], presence: Tensor? = nil, batchSize: Int? = nil
  ) throws -> Tensor {
    try check(inputs, presence)
    let batchSize = batchSize ?? samplesPerPass
    let count = inputs[0].shape[0]
    return try withoutGradients { () throws -> Tensor in
      if count <= batchSize {
        return try logits(inputs, presence: presence, mode: .evaluation)
      }
      let parts = try stride(from: 0, to: count, by: batchSize).map { start in
        let rows = start..<min(count, start + batchSize)
        return try logits(
          inputs.map { try $0.sliced(rows) }, presence: presence.map { try $0.sliced(rows) },
          mode: .evaluation)
      }
      return try Tensor.concatenate(parts, axis: 0)
    }
  }

  /// Zeroes the modalities that `transform` drops, and says so in the mask that comes back.
  private func dropped(
    _ inputs: inout [Tensor], by transform: TransformDescription, stream: RandomStream,
    mask: Tensor?
  ) throws(TensorError) -> Tensor? {
    guard let batch = inputs.first?.shape.first else { return mask }
    // What the draw does to ones is its mask.
    var ones: [Tensor] = []
    for input in inputs {
      ones.append(try Tensor.full(1, shape: [batch, 1], device: input.device))
    }
    let kept = try transformed(ones, by: [transform], stream: stream)
    for place in touched(by: transform) {
      let axes = [Int](repeating: 1, count: inputs[place].rank - 1)
      inputs[place] = try inputs[place] * kept[place].reshaped([batch] + axes)
    }
    let drawn = try Tensor.concatenate(kept, axis: 1)
    guard let mask else { return drawn }
    return try mask * drawn
  }

  private func check(_ inputs: [Tensor], _ presence: Tensor?) throws {
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
    if let presence, presence.shape != [inputs[0].shape[0], modalities.count] {
      throw NetworkError(
        "presence",
        "of \(inputs[0].shape[0]) samples of \(modalities.count) modalities, got "
          + "\(presence.shape)")
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
    let scale = valueScale.map { [(name: "values", layer: $0 as any Layer)] } ?? []
    return (body.parts(of: modalities) + scale).flatMap { name, layer in
      tensors(layer).map { NamedTensor("\(name).\($0.name)", $0.tensor) }
    }
  }

  // MARK: As a perceptron

  /// The same map of samples that lack nothing as one fused call with the cross entropy of one class,
  /// or `nil` when an encoder is more than affine layers, features do not stand side by side or the
  /// logits stand for something else.
  public func perceptron() throws(TensorError) -> Perceptron? {
    guard task == .singleLabel, modalities.count == 1 || description.fusion == .concatenate else {
      return nil
    }
    var chains: [Perceptron.Chain] = []
    var fused = 0
    for modality in modalities {
      switch description.encoder(of: modality.name) {
      case .identity:
        chains.append(.init(widths: [modality.width], activation: .relu))
        fused += modality.width
      case .mlp(let mlp):
        chains.append(
          .init(widths: [modality.width] + mlp.hidden, activation: .init(mlp.activation)))
        fused += mlp.hidden.last ?? modality.width
      case .cnn1d, .cnn2d, .cnn3d, .resnet, .transformer: return nil
      }
    }
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
