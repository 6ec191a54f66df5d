import Diagnostics
import Networks
import Shards
import Stages
import Tensors
import Training

/// A trained network as a TorchScript module that takes values as they were recorded.
struct TracedNetwork {
  let script: Script
  let declaration: ScriptDeclaration

  /// Traces the forward map of evaluation: the transforms of training have no part in it. The scaling
  /// and standardisation of the inputs stand inside as buffers; NaN stands for what is missing.
  ///
  /// - modalities: of the samples that it was trained on
  /// - Throws: `Diagnostic` when the module does not do what the network does.
  init(
    _ checkpoint: ModelCheckpoint, modalities: [ModalityDescription], subject: String
  ) throws {
    let network = checkpoint.network
    let normalisers = try network.modalities.map { shape in
      guard let modality = modalities.first(where: { $0.name == shape.name }) else {
        throw Diagnostic(
          subject, "it does not say how the values of '\(shape.name)' were scaled",
          mend: "train it again: --force its stage")
      }
      return try Normaliser(shape, modality)
    }
    let stream = try RandomStream(seed: 0)
    func example(_ count: Int) throws -> [Tensor] {
      try normalisers.map { try $0.example(count, stream: stream) }
    }
    func forward(_ inputs: [Tensor]) throws -> Tensor {
      try network.logits(zip(normalisers, inputs).map { try $0($1) }, mode: .evaluation)
    }
    script = try Script(
      tracing: try example(2), arguments: Self.arguments(network.modalities.map(\.name)),
      parameters: network.parameters.map { ($0.name, $0.tensor) },
      buffers: network.buffers.map { ($0.name, $0.tensor) } + normalisers.flatMap(\.buffers),
      forward)
    declaration = Self.declaration(checkpoint, normalisers)
    for count in [1, 3, 17] {
      let inputs = try example(count)
      let (own, traced): ([Double], [Double])
      do {
        own = try withoutGradients { () throws -> Tensor in try forward(inputs) }.doubles()
        traced = try script(inputs).doubles()
      } catch let error as TensorError {
        throw Diagnostic(
          subject,
          "its TorchScript does not run on \(count) samples: "
            + ScriptFile.words(error.message), mend: "a part of it cannot be exported yet")
      }
      let greatest = own.reduce(1) { max($0, abs($1)) }
      let apart = zip(own, traced).reduce(0) { max($0, abs($1.0 - $1.1)) }
      guard own.count == traced.count, apart <= 1e-5 * greatest else {
        throw Diagnostic(
          subject, "its TorchScript answers otherwise than the network itself, by \(apart)",
          mend: "a part of it cannot be exported yet")
      }
    }
  }

  /// Names of the arguments: modalities as identifiers, each its own.
  static func arguments(_ names: [String]) -> [String] {
    var taken: Set<String> = ["self"]
    return names.map { name in
      var text = String(
        name.unicodeScalars.map { scalar in
          scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            ? Character(scalar) : "_"
        })
      if text.first?.isLetter != true { text = "x" + text }
      while !taken.insert(text).inserted { text += "_" }
      return text
    }
  }

  private static func declaration(
    _ checkpoint: ModelCheckpoint, _ normalisers: [Normaliser]
  ) -> ScriptDeclaration {
    let inputs = normalisers.map { normaliser in
      let layouts = ["n", "nc", "ntc", "nhwc", "nthwc"]
      let shape = normaliser.shape.shape
      var input = ScriptDeclaration.Input(
        modality: normaliser.shape.name, layout: layouts[min(shape.count, layouts.count - 1)])
      input.type = .float32
      input.shape = shape
      input.values = .recorded
      input.missing = .nan
      return input
    }
    return ScriptDeclaration(
      task: checkpoint.network.task, classes: checkpoint.classes, inputs: inputs,
      output: .init(values: checkpoint.network.task == .regression ? .values : .logits))
  }
}

/// From recorded values of a modality to what the network takes, as tensors that a trace can keep.
struct Normaliser {
  let shape: ModalityShape
  private let modality: ModalityDescription
  private let scale: Tensor
  private let mean: Tensor
  private let factor: Tensor

  init(_ shape: ModalityShape, _ modality: ModalityDescription) throws {
    self.shape = shape
    self.modality = modality
    let statistics = modality.standardisation
    scale = try Tensor.full(modality.scale ?? 1, shape: [])
    mean = try Tensor(
      (statistics?.mean ?? [0]).map(Float.init), shape: [statistics?.mean.count ?? 1])
    factor = try Tensor(
      (statistics?.std ?? [1]).map { Float($0 == 0 ? 1 : 1 / $0) },
      shape: [statistics?.std.count ?? 1])
  }

  /// As float32, with zeros for NaN.
  func callAsFunction(_ values: Tensor) throws -> Tensor {
    try ((values.asFloat32() * scale - mean) * factor).replacingNaN(with: 0)
  }

  var buffers: [(name: String, tensor: Tensor)] {
    let name = "inputs.\(shape.name)"
    return [("\(name).scale", scale), ("\(name).mean", mean), ("\(name).factor", factor)]
  }

  /// Values such as were recorded, some of them missing.
  func example(_ count: Int, stream: RandomStream) throws -> Tensor {
    let draws = try stream.normal([count] + shape.shape)
    let unit = 1 / (modality.scale ?? 1)
    let one = try Tensor.full(1, shape: [])
    return try (draws * (one / factor) + mean) * unit
  }
}
