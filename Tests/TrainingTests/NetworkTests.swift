import Layers
import Networks
import Recipes
import Tensors
import Testing

@testable import Training

/// Golden: torch.nn modules trained by torch.optim, PyTorch 2.15.0, float32;
/// `Tools/golden/tensors.py`.
@Suite struct NetworkTests {
  struct Case: Decodable {
    let network: String
    let inputs: [GoldenArray]
    let labels: GoldenArray
    let start: [GoldenArray]
    let losses: [Double]
    let end: [GoldenArray]
    let logits: GoldenArray

    func state(_ arrays: [GoldenArray]) throws -> [NamedTensor] {
      try arrays.map { NamedTensor($0.name ?? "", try $0.tensor()) }
    }

    /// The network at its start.
    func make() throws -> (network: Network, optimizer: OptimizerDescription) {
      let encoder = EncoderDescription.mlp(.init(hidden: [5], activation: .tanh))
      if network == "mlp" {
        return (
          try Network(
            .init(encoder: encoder, head: .init(hidden: [6])),
            modalities: [.init("a", [2]), .init("b", [2])], classes: 3, state: state(start)),
          .adamW(learningRate: 0.01, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01)
        )
      }
      if network == "cnn2d" {
        return (
          try Network(
            .init(
              encoder: .cnn2d(.init(channels: [2, 3])),
              encoders: ["p": .cnn2d(.init(channels: [3, 4], convolutions: 2))]),
            modalities: [.init("p", [7, 6, 2]), .init("s", [5, 4]), .init("v", [3, 4, 5, 1])],
            classes: 3, state: state(start)),
          .sgd(learningRate: 0.1, momentum: 0.9, nesterov: false, weightDecay: 0)
        )
      }
      if network == "segmentation" {
        return (
          try Network(
            .init(
              encoders: [
                "a": .cnn2d(.init(channels: [3, 4])), "b": .cnn2d(.init(channels: [2, 3])),
              ], head: .init(kind: .segmentation, hidden: [4])),
            modalities: [.init("a", [7, 6, 2]), .init("b", [7, 6, 1])], classes: 3,
            state: state(start)),
          .sgd(learningRate: 0.1, momentum: 0.9, nesterov: false, weightDecay: 0)
        )
      }
      return (
        try Network(
          .init(
            encoder: encoder,
            encoders: ["s": .cnn1d(.init(channels: [4, 5], kernelSize: 3, pool: 2))]),
          modalities: [.init("a", [2]), .init("s", [9, 3])], classes: 3, state: state(start)),
        .sgd(learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0)
      )
    }
  }

  private func train(
    _ one: Case, fused: Bool
  ) throws -> (network: Network, losses: [Double])? {
    let (network, description) = try one.make()
    let objective: any Objective
    if fused {
      guard
        let made = try FusedObjective(network, transforms: [], consistency: nil, device: .cpu)
      else { return nil }
      objective = made
    } else {
      objective = RecordedObjective(network, transforms: [], consistency: nil)
    }
    var optimizer = try description.makeOptimizer(objective.parameters)
    let labels = try one.labels.tensor()
    let batch = Batch(
      inputs: try one.inputs.map { try $0.tensor() },
      targets: labels.rank == 3 ? .maps(try labels.converted(to: .uint8)) : .hard(labels))
    let stream = try RandomStream(seed: 0)
    var losses: [Double] = []
    for _ in one.losses {
      let (loss, gradients) = try objective.lossAndGradients(batch, stream: stream)
      losses.append(loss)
      try optimizer.step(gradients, learningRate: description.learningRate)
    }
    try objective.updateNetwork()
    return (network, losses)
  }

  @Test func trainingFollowsTheReferenceStepByStep() throws {
    let cases = try GoldenFile<Case>.read("trainings").cases
    #expect(cases.map(\.network) == ["mlp", "cnn1d", "cnn2d", "segmentation"])
    for one in cases {
      for fused in [true, false] {
        guard let (network, losses) = try train(one, fused: fused) else {
          #expect(one.network != "mlp" && fused)
          continue
        }
        // Roundings of float32, carried through up to thirty steps.
        #expect(zip(losses, one.losses).allSatisfy { abs($0 - $1) < 1e-5 }, "\(one.network)")
        let end = try Dictionary(
          uniqueKeysWithValues: network.state().map { ($0.name, $0.tensor) })
        #expect(Set(end.keys) == Set(one.end.compactMap(\.name)))
        for wanted in one.end {
          let name = try #require(wanted.name)
          #expect(try difference(#require(end[name]), wanted) < 2e-5, "\(one.network) \(name)")
        }
        let logits = try network.logits(one.inputs.map { try $0.tensor() })
        #expect(try difference(logits, one.logits) < 2e-5)
      }
    }
  }

  private let table = NetworkDescription(
    encoder: .mlp(.init(hidden: [3])), head: .init(hidden: [4]))
  private let shapes = [ModalityShape("a", [2]), ModalityShape("b", [3])]

  @Test func answersInPartsAsAtOnce() throws {
    let stream = try RandomStream(seed: 1)
    let network = try Network(table, modalities: shapes, classes: 2, stream: stream)
    let inputs = [try stream.normal([10, 2]), try stream.normal([10, 3])]
    let whole = try network.logits(inputs)
    #expect(whole.shape == [10, 2])
    #expect(!whole.requiresGradient)
    #expect(try difference(network.logits(inputs, batchSize: 3), whole) < 1e-6)
  }

  @Test func aStateMakesTheSameNetworkAgain() throws {
    let stream = try RandomStream(seed: 2)
    let network = try Network(table, modalities: shapes, classes: 2, stream: stream)
    let inputs = [try stream.normal([4, 2]), try stream.normal([4, 3])]
    var state = try network.state()
    let again = try Network(table, modalities: shapes, classes: 2, state: state)
    #expect(try again.logits(inputs).floats() == network.logits(inputs).floats())
    #expect(
      state.map(\.name) == [
        "encoders.a.0.weight", "encoders.a.0.bias", "encoders.b.0.weight", "encoders.b.0.bias",
        "head.0.weight", "head.0.bias", "head.2.weight", "head.2.bias",
      ])
    #expect(network.parameterCount == 9 + 12 + 28 + 10)
    // A copy: what happens to it leaves the network.
    try state[0].tensor.assign(Tensor.zeros([3, 2]))
    #expect(try again.logits(inputs).floats() == network.logits(inputs).floats())

    let removed = state.removeLast()
    func refuse(_ state: [NamedTensor], _ subject: String) {
      let error = #expect(throws: NetworkError.self) { try network.load(state) }
      #expect(error?.subject == subject)
    }
    refuse(state, "parameter 'head.2.bias'")
    refuse(state + [NamedTensor("head.2.bias", try Tensor.zeros([3]))], "parameter 'head.2.bias'")
    refuse(state + [removed, NamedTensor("x", removed.tensor)], "parameter 'x'")
  }

  @Test func inputsThatDoNotFitAreNamed() throws {
    let network = try Network(
      table, modalities: shapes, classes: 2, stream: RandomStream(seed: 1))
    func refuse(_ inputs: [Tensor], _ description: String) {
      let error = #expect(throws: NetworkError.self) { try network.logits(inputs) }
      #expect(error?.description == description)
    }
    refuse([try .zeros([4, 2])], "network: it takes 2 modalities, got 1")
    refuse(
      [try .zeros([4, 2]), try .zeros([4, 2])],
      "modality 'b': the network takes samples of shape [3], got [4, 2]")
    refuse(
      [try .zeros([4, 2]), try .zeros([5, 3])], "modality 'b': 5 samples, but 'a' has 4")
    refuse(
      [try .zeros([]), try .zeros([])],
      "modality 'a': the network takes samples of shape [2], got []")
  }

  @Test func networksThatCannotBeAreRefused() throws {
    func refuse(
      _ description: NetworkDescription, _ modalities: [ModalityShape], classes: Int = 2,
      _ subject: String
    ) {
      let error = #expect(throws: NetworkError.self) {
        try Network(
          description, modalities: modalities, classes: classes, stream: RandomStream(seed: 1))
      }
      #expect(error?.subject == subject)
    }
    refuse(table, [], "network")
    refuse(table, shapes, classes: 0, "network")
    refuse(table, [.init("a", [0])], "modality 'a'")
    let convolution = EncoderDescription.cnn1d(.init(channels: [4, 4, 4], kernelSize: 3, pool: 4))
    refuse(.init(encoder: convolution), [.init("a", [5])], "modality 'a'")
    refuse(.init(encoder: convolution), [.init("a", [9, 2])], "modality 'a'")
    refuse(
      .init(encoder: .cnn1d(.init(channels: [4], kernelSize: 4))), [.init("a", [9, 2])],
      "modality 'a'")
    let pictures = EncoderDescription.cnn2d(.init(channels: [2, 2, 2], pool: 4))
    refuse(.init(encoder: pictures), [.init("a", [9])], "modality 'a'")
    refuse(.init(encoder: pictures), [.init("a", [15, 40, 3])], "modality 'a'")
    refuse(
      .init(encoder: .cnn2d(.init(channels: [2], kernelSize: 2))), [.init("a", [9, 9, 1])],
      "modality 'a'")
  }

  @Test func segmentationsThatCannotBeNameTheModality() throws {
    let cnn = EncoderDescription.cnn2d(.init(channels: [2, 3]))
    let head = HeadDescription(kind: .segmentation)
    func refuse(
      _ encoders: [String: EncoderDescription], _ modalities: [ModalityShape],
      _ description: String
    ) {
      let error = #expect(throws: NetworkError.self) {
        try Network(
          .init(encoder: cnn, encoders: encoders, head: head), modalities: modalities, classes: 2,
          stream: RandomStream(seed: 1))
      }
      #expect(error?.description == description)
    }
    let picture = ModalityShape("a", [8, 8, 3])
    refuse(
      ["a": .identity], [picture],
      "modality 'a': its encoder 'identity' does not keep where its features are, which a "
        + "segmentation needs; take 'cnn2d'")
    refuse(
      [:], [picture, .init("b", [8, 4, 1])],
      "modality 'b': its pictures are 8 × 4, those of 'a' 8 × 8; a segmentation takes pictures that "
        + "lie on each other")
    refuse(
      ["b": .cnn2d(.init(channels: [2, 3], pool: 4))], [picture, .init("b", [8, 8, 1])],
      "modality 'b': its encoder has other scales than that of 'a'; take as many channels and the "
        + "same 'pool' for both")
    refuse(
      [:], [.init("v", [2, 8, 8, 3])],
      "modality 'v': a segmentation is of pictures, and these samples are videos")
  }

  @Test func aNetworkSaysWhatItsLogitsAreAndHowManySamplesFit() throws {
    let stream = try RandomStream(seed: 1)
    let plain = try Network(table, modalities: shapes, classes: 2, stream: stream)
    #expect(plain.task == .singleLabel && plain.outputShape == [2])
    #expect(plain.samplesPerPass == 1024)
    let pictures = try Network(
      .init(
        encoder: .cnn2d(.init(channels: [16, 32])), head: .init(kind: .segmentation)),
      modalities: [.init("a", [256, 256, 3])], classes: 5, stream: stream)
    #expect(pictures.outputShape == [5, 256, 256])
    // 16 maps of 65,536 numbers and 32 that come from below are set side by side.
    #expect(pictures.samplesPerPass == (1 << 24) / (48 << 16))
    #expect(try pictures.perceptron() == nil)
    let labels = try Network(
      .init(head: .init(kind: .multiLabel)), modalities: shapes, classes: 2, stream: stream)
    // The fused gradient is that of single classes.
    #expect(try labels.perceptron() == nil)
  }

  // MARK: Transforms of pictures

  /// A checkerboard of numbered pixels in all planes: pictures of two modalities, the frames of a
  /// video, and a label map.
  @Test func picturesAndLabelMapsMoveAlike() throws {
    let (height, width) = (6, 8)
    let shapes = [
      ModalityShape("a", [height, width, 1]), ModalityShape("b", [height, width, 2]),
      ModalityShape("t", [3]), ModalityShape("v", [2, height, width, 1]),
    ]
    let network = try Network(
      .init(encoder: .identity), modalities: shapes, classes: 2, stream: RandomStream(seed: 1))
    let numbers = (0..<height * width).map { Float($0 % 2 == ($0 / width) % 2 ? $0 + 1 : 100 + $0) }
    let board = try Tensor(
      [Float](repeating: 0, count: 20).flatMap { _ in numbers }, shape: [20, height, width])
    let inputs = [
      try board.reshaped([20, height, width, 1]),
      try Tensor.concatenate(
        [
          board.reshaped([20, height, width, 1]), (board * 2).reshaped([20, height, width, 1]),
        ], axis: 3),
      try Tensor.full(7, shape: [20, 3]),
      try Tensor.concatenate(
        [
          board.reshaped([20, 1, height, width, 1]),
          (board + 0).reshaped([20, 1, height, width, 1]),
        ], axis: 1),
    ]
    let transforms: [TransformDescription] = [
      .flip(probability: 0.5, modalities: nil), .cropShift(pixels: 3, modalities: nil),
    ]
    var geometry = Geometry()
    let moved = try network.transformed(
      inputs, by: transforms, stream: RandomStream(seed: 2), geometry: &geometry)
    let map = try geometry.moved(
      board.converted(to: .uint8), rows: 1, columns: 2, fill: 255
    ).integers()
    let (a, b, video) = (try moved[0].floats(), try moved[1].floats(), try moved[3].floats())
    #expect(try moved[2].floats() == inputs[2].floats())
    #expect(a != (try inputs[0].floats()))
    let pixels = height * width
    for place in a.indices {
      let (sample, pixel) = (place / pixels, place % pixels)
      // What comes in from outside is zero, and has no label.
      #expect(a[place] == (map[place] == 255 ? 0 : Float(map[place])))
      #expect(b[2 * place] == a[place] && b[2 * place + 1] == 2 * a[place])
      #expect(video[sample * 2 * pixels + pixel] == a[place])
      #expect(video[(sample * 2 + 1) * pixels + pixel] == a[place])
    }
    // Some are mirrored, some are not; all in all every way occurs.
    let first = (0..<20).map { Array(a[$0 * pixels..<($0 + 1) * pixels]) }
    #expect(Set(first).count > 10)
  }

  @Test func flippedAlwaysIsMirroredOnce() throws {
    let network = try Network(
      .init(), modalities: [.init("a", [1, 3, 1])], classes: 2, stream: RandomStream(seed: 1))
    let input = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 1, 3, 1])
    func moved(_ probability: Double) throws -> [Float] {
      try network.transformed(
        [input], by: [.flip(probability: probability, modalities: nil)],
        stream: RandomStream(seed: 1))[0].floats()
    }
    #expect(try moved(1) == [3, 2, 1, 6, 5, 4])
    #expect(try moved(0) == [1, 2, 3, 4, 5, 6])
  }

  @Test func timeShiftsMoveWholeFrames() throws {
    let network = try Network(
      .init(), modalities: [.init("v", [4, 1, 2, 1])], classes: 2, stream: RandomStream(seed: 1))
    let input = try Tensor([1, 10, 2, 20, 3, 30, 4, 40] as [Float], shape: [1, 4, 1, 2, 1])
    for seed in 0..<5 {
      let moved = try network.transformed(
        [input], by: [.timeShift(steps: 3, modalities: nil)],
        stream: RandomStream(seed: UInt64(seed)))[0].floats()
      #expect(moved.count == 8)
      for frame in 0..<4 { #expect(moved[2 * frame + 1] == 10 * moved[2 * frame]) }
    }
  }

  @Test func transformsTouchTheModalitiesThatTheyName() throws {
    let stream = try RandomStream(seed: 3)
    let shapes = [ModalityShape("a", [8, 3]), ModalityShape("b", [8, 3])]
    let network = try Network(.init(), modalities: shapes, classes: 2, stream: stream)
    let inputs = [try stream.normal([6, 8, 3]), try stream.normal([6, 8, 3])]
    let transforms: [TransformDescription] = [
      .multiplicativeNoise(scale: 1, modalities: ["b"]), .additiveNoise(std: 1, modalities: ["b"]),
      .scaling(std: 1, modalities: ["b"]), .timeShift(steps: 3, modalities: ["b"]),
      .rotation(degrees: 30, modalities: ["b"]), .modalityDropout(rate: 0.6, modalities: ["b"]),
    ]
    for transform in transforms {
      let (one, again) = (
        try network.transformed(inputs, by: [transform], stream: RandomStream(seed: 5)),
        try network.transformed(inputs, by: [transform], stream: RandomStream(seed: 5))
      )
      #expect(try one[0].floats() == inputs[0].floats())
      #expect(try one[1].floats() != inputs[1].floats(), "\(transform)")
      #expect(try one[1].floats() == again[1].floats())
      #expect(one[1].shape == [6, 8, 3])
    }
    // Those on features leave the inputs to `logits`.
    for transform in [TransformDescription.featureNoise(std: 1), .dropout(rate: 0.5)] {
      let one = try network.transformed(inputs, by: [transform], stream: stream)
      #expect(try one[1].floats() == inputs[1].floats())
      let clean = try network.logits(inputs)
      let noisy = try network.logits(
        inputs, mode: .evaluation, transforms: [transform], stream: RandomStream(seed: 1))
      #expect(try noisy.floats() != clean.floats())
    }
  }

  @Test func noiseIsScaledByEachModalityOrByAllTouchedOnes() throws {
    let shapes = [ModalityShape("a", [2]), ModalityShape("b", [4]), ModalityShape("c", [1])]
    let network = try Network(
      .init(), modalities: shapes, classes: 2, stream: RandomStream(seed: 1))
    let inputs = try zip(shapes, [1, -4, 9]).map { shape, value in
      try Tensor.full(value, shape: [300] + shape.shape)
    }
    /// Standard deviations of what was added, by modality.
    func spreads(_ magnitude: TransformDescription.Magnitude) throws -> [Double] {
      let noisy = try network.transformed(
        inputs,
        by: [.multiplicativeNoise(scale: 0.5, modalities: ["a", "b"], magnitude: magnitude)],
        stream: RandomStream(seed: 2))
      return try zip(noisy, inputs).map { try ($0 - $1).squared().mean().item().squareRoot() }
    }
    // Four deviations of a standard deviation of 600 and of 1200 draws.
    let own = try spreads(.ofModality)
    #expect(abs(own[0] - 0.5) < 0.06 && abs(own[1] - 2) < 0.17 && own[2] == 0)
    // (2 · 1 + 4 · 4) / 6 = 3
    let shared = try spreads(.ofAll)
    #expect(abs(shared[0] - 1.5) < 0.18 && abs(shared[1] - 1.5) < 0.13 && shared[2] == 0)
    #expect(try Tensor.meanMagnitude(of: inputs) == (2 + 16 + 9) / 7.0)
    #expect(try Tensor.meanMagnitude(of: [Tensor.full(-2, shape: [99_999])]) == 2)
    #expect(try Tensor.meanMagnitude(of: []).isNaN)
  }

  @Test func modalityDropoutNeverTakesAll() throws {
    let stream = try RandomStream(seed: 4)
    let shapes = [ModalityShape("a", [2]), ModalityShape("b", [3, 1]), ModalityShape("c", [1])]
    let network = try Network(.init(), modalities: shapes, classes: 2, stream: stream)
    let inputs = try shapes.map { try Tensor.full(1, shape: [500] + $0.shape) }
    func kept(_ transform: TransformDescription) throws -> [[Float]] {
      try network.transformed(inputs, by: [transform], stream: stream).map {
        let values = try $0.reshaped([500, -1])
        // A modality is whole or gone.
        let means = try values.mean(axis: 1).floats()
        #expect(means.allSatisfy { $0 == 0 || $0 == 1 })
        return means
      }
    }
    let all = try kept(.modalityDropout(rate: 0.8, modalities: nil))
    #expect((0..<500).allSatisfy { all[0][$0] + all[1][$0] + all[2][$0] >= 1 })
    #expect(all.allSatisfy { $0.contains(0) && $0.contains(1) })
    // The network still sees 'b' when both others are gone.
    let some = try kept(.modalityDropout(rate: 0.8, modalities: ["a", "c"]))
    #expect(some[1].allSatisfy { $0 == 1 })
    #expect((0..<500).contains { some[0][$0] + some[2][$0] == 0 })
  }
}
