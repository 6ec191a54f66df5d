import Layers
import Networks
import Recipes
import Tensors
import Testing

/// Golden: torch.nn and torchvision 0.29.2, PyTorch 2.15.0, float32; `Tools/golden/networks.py`.
///
/// Parameters and inputs are drawn on both sides from a seed that their name gives.
@Suite struct NetworkReferenceTests {
  struct Case: Decodable {
    /// Some of the elements, evenly apart.
    struct Sampled: Decodable {
      let shape: [Int]
      let every: Int
      let values: [Double]
    }

    /// Numbers that all elements of a tensor go into.
    struct Summary: Decodable {
      let name: String
      let norm: Double
      let sum: Double
      let product: Double
    }

    let name: String
    let network: NetworkDescription
    let modalities: [ModalityShape]
    let classes: Int
    let batch: Int
    let presence: [[Float]]?
    let evaluation: Sampled
    let training: Sampled
    let gradients: [Summary]
    let buffers: [Summary]
  }

  private func seed(_ name: String) -> UInt64 {
    name.utf8.enumerated().reduce(0) { $0 + UInt64(($1.offset + 1) * Int($1.element)) }
  }

  /// A parameter or running statistic.
  private func drawn(_ name: String, _ shape: [Int]) throws -> Tensor {
    let part = name.split(separator: ".").last ?? ""
    var range = -0.5..<0.5
    if part == "running_var" || (part == "weight" && shape.count == 1) {
      range = 0.5..<1.5
    } else if shape.count > 1 {
      let bound = (3 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
      range = -bound..<bound
    }
    return try RandomStream(seed: seed(name)).uniform(shape, in: range)
  }

  private func normal(_ name: String, _ shape: [Int]) throws -> Tensor {
    try RandomStream(seed: seed(name)).normal(shape)
  }

  /// The greatest difference of the elements that were kept, as a share of their greatest value or 1.
  private func distance(_ tensor: Tensor, _ wanted: Case.Sampled) throws -> Double {
    guard tensor.shape == wanted.shape else { return .infinity }
    let all = try tensor.doubles()
    let scale = wanted.values.reduce(1) { max($0, abs($1)) }
    return wanted.values.enumerated().reduce(0) { worst, pair in
      let distance = abs(all[pair.offset * wanted.every] - pair.element)
      return distance.isNaN ? .infinity : max(worst, distance / scale)
    }
  }

  /// The greatest difference of what is told of a tensor, as a share of its norm or of `least`.
  private func distance(
    _ tensor: Tensor, _ wanted: Case.Summary, least: Double
  ) throws -> Double {
    let values = try tensor.converted(to: .float64)
    let probe = try normal(wanted.name + ".probe", tensor.shape).converted(to: .float64)
    let norm = try values.squared().sum().item().squareRoot()
    let product = try (values * probe).sum().item()
    let scale = max(wanted.norm, least) * Double(max(1, values.count)).squareRoot()
    let far = [
      abs(norm - wanted.norm) / max(wanted.norm, least),
      abs(try values.sum().item() - wanted.sum) / scale, abs(product - wanted.product) / scale,
    ]
    return far.contains(where: \.isNaN) ? .infinity : far.max() ?? .infinity
  }

  private func run(_ one: Case) throws -> (logits: Double, gradients: Double) {
    let network = try Network(
      one.network, modalities: one.modalities, classes: one.classes, stream: RandomStream(seed: 1))
    try network.load(
      network.state().map { NamedTensor($0.name, try drawn($0.name, $0.tensor.shape)) })
    let inputs = try one.modalities.map {
      try normal("\(one.name).\($0.name)", [one.batch] + $0.shape).asParameter()
    }
    let presence = try one.presence.map {
      try Tensor($0.flatMap(\.self), shape: [one.batch, one.modalities.count])
    }
    var logits = try distance(
      network.logits(inputs, presence: presence), one.evaluation)
    let stream = try RandomStream(seed: 1)
    let trained = try network.logits(inputs, presence: presence, mode: .training(stream))
    logits = max(logits, try distance(trained, one.training))

    let slopes = try normal(one.name + ".slopes", trained.shape)
    let parameters = network.parameters
    let found = try gradients(
      of: (trained * slopes).sum(), withRespectTo: inputs + parameters.map(\.tensor))
    let names = one.modalities.map { "\(one.name).\($0.name)" } + parameters.map(\.name)
    #expect(Set(names) == Set(one.gradients.map(\.name)), "\(one.name)")
    let byName = Dictionary(uniqueKeysWithValues: zip(names, found))
    // A bias before batch normalisation has a gradient of roundings alone.
    let least = (one.gradients.map(\.norm).max() ?? 1) * 1e-2
    var worst = 0.0
    for wanted in one.gradients {
      worst = max(worst, try distance(#require(byName[wanted.name]), wanted, least: least))
    }
    #expect(Set(network.buffers.map(\.name)) == Set(one.buffers.map(\.name)), "\(one.name)")
    let statistics = Dictionary(
      uniqueKeysWithValues: network.buffers.map { ($0.name, $0.tensor) })
    for wanted in one.buffers {
      logits = max(logits, try distance(#require(statistics[wanted.name]), wanted, least: 1))
    }
    return (logits, worst)
  }

  /// Roundings of float32 through up to fifty layers; batch normalisation over few values makes more
  /// of them in the gradients.
  @Test(arguments: ["encoders", "fusions", "segmentations"])
  func outputsGradientsAndStatisticsMatchTheReference(_ file: String) throws {
    let cases = try GoldenFile<Case>.read(file).cases
    #expect(cases.count >= 6)
    for one in cases {
      let (logits, gradients) = try run(one)
      #expect(logits < 2e-5, "\(one.name)")
      #expect(gradients < 5e-4, "\(one.name)")
    }
  }

  struct Names: Decodable {
    struct Tensor: Decodable, Hashable {
      let name: String
      let shape: [Int]
    }

    let depth: Int
    let tensors: [Tensor]
  }

  @Test func residualNetworksHaveTheNamesAndShapesOfTorchvision() throws {
    for one in try GoldenFile<Names>.read("resnets").cases {
      let resnet = ResNetDescription(depth: one.depth)
      let wanted = one.tensors.filter { !$0.name.hasPrefix("fc.") }
      #expect(wanted.count == one.tensors.count - 2)
      let told = resnet.tensors(inputChannels: 3).map {
        Names.Tensor(name: $0.name, shape: $0.shape.compactMap(\.self))
      }
      #expect(told == wanted)
      let network = try Network(
        .init(encoder: .resnet(resnet)), modalities: [.init("image", [32, 32, 3])], classes: 2,
        stream: RandomStream(seed: 1))
      let own = (network.parameters + network.buffers).filter { $0.name.hasPrefix("encoders") }
      let start = "encoders.image.".count
      #expect(
        Set(
          own.map { Names.Tensor(name: String($0.name.dropFirst(start)), shape: $0.tensor.shape) })
          == Set(wanted))
    }
  }
}
