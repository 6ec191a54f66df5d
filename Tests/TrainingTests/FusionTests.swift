import Layers
import Networks
import Recipes
import Tensors
import Testing

/// How networks take samples that lack modalities.
@Suite struct FusionTests {
  static let kinds: [FusionDescription] = [
    .concatenate, .sum(width: nil), .sum(width: 3), .gated(.init()),
    .gated(.init(width: 4, gate: .sigmoid)), .film(by: "a"),
    .crossAttention(.init(width: 4, heads: 2)), .late,
  ]

  static let pictureKinds: [FusionDescription] = [
    .concatenate, .sum(width: nil), .gated(.init()), .film(by: "a"), .late,
  ]

  private let shapes = [
    ModalityShape("a", [3]), ModalityShape("s", [8, 2]), ModalityShape("p", [6, 5, 2]),
  ]

  private func network(
    _ fusion: FusionDescription, _ shapes: [ModalityShape]? = nil
  ) throws -> Network {
    try Network(
      .init(
        encoder: .cnn2d(.init(channels: [3, 4])),
        encoders: [
          "a": .mlp(.init(hidden: [5])),
          "s": .cnn1d(.init(channels: [4, 6], kernelSize: 3)),
        ], fusion: fusion),
      modalities: shapes ?? self.shapes, classes: 3, stream: RandomStream(seed: 3))
  }

  private func segmenter(_ fusion: FusionDescription, deep: Bool) throws -> Network {
    try Network(
      .init(
        encoder: .cnn2d(.init(channels: [3, 4])), fusion: fusion,
        head: .init(
          kind: .segmentation,
          decoder: deep
            ? .deepLabV3Plus(.init(width: 4, rates: [1, 2], lowLevelWidth: 2)) : .unet)),
      modalities: pictures, classes: 3, stream: RandomStream(seed: 3))
  }

  private let pictures = [ModalityShape("a", [6, 8, 2]), ModalityShape("b", [6, 8, 1])]

  private func inputs(_ shapes: [ModalityShape], seed: UInt64, count: Int = 4) throws -> [Tensor] {
    let stream = try RandomStream(seed: seed)
    return try shapes.map { try stream.normal([count] + $0.shape) }
  }

  @Test(arguments: kinds) func samplesThatLackNothingNeedNoMask(
    _ fusion: FusionDescription
  ) throws {
    let network = try network(fusion)
    let inputs = try inputs(shapes, seed: 1)
    let all = try Tensor.full(1, shape: [4, 3])
    let plain = try network.logits(inputs)
    #expect(plain.shape == [4, 3])
    // The mask of cross-attention goes another way through the same sums.
    #expect(try difference(network.logits(inputs, presence: all), plain) < 1e-6)
    #expect(
      try difference(
        network.logits(inputs, presence: all.converted(to: .uint8), batchSize: 3), plain) < 1e-6)
  }

  @Test(arguments: kinds) func whatIsMissingCountsNowhere(_ fusion: FusionDescription) throws {
    let network = try network(fusion)
    let mask = try Tensor(
      [1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0] as [Float], shape: [4, 3])
    var one = try inputs(shapes, seed: 1)
    let other = try inputs(shapes, seed: 2)
    let masked = try network.logits(one, presence: mask)
    #expect(try masked.floats().allSatisfy(\.isFinite))
    #expect(try masked.floats() != network.logits(one).floats())
    // Other values where nothing is.
    for place in shapes.indices {
      let axes = [Int](repeating: 1, count: one[place].rank - 1)
      let kept = try mask.sliced(place..<place + 1, axis: 1).reshaped([4] + axes)
      one[place] = try one[place] * kept + other[place] * (kept * -1 + 1)
    }
    #expect(try network.logits(one, presence: mask).floats() == masked.floats())
    // Nor does the parameter of a modality that no sample has learn from them.
    let without = try Tensor([1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 1] as [Float], shape: [4, 3])
    let own = network.parameters.filter { $0.name.hasPrefix("encoders.s.") }
    let slopes = try gradients(
      of: network.logits(
        one, presence: without, mode: .training(RandomStream(seed: 1))
      ).squared().sum(), withRespectTo: own.map(\.tensor))
    #expect(!own.isEmpty)
    #expect(try slopes.allSatisfy { try $0.absolute().sum().item() == 0 })
  }

  @Test(arguments: pictureKinds, [false, true]) func mapsOfWhatIsMissingCountNowhere(
    _ fusion: FusionDescription, _ isDeep: Bool
  ) throws {
    let network = try segmenter(fusion, deep: isDeep)
    let mask = try Tensor([1, 0, 0, 1, 1, 1, 0, 0] as [Float], shape: [4, 2])
    var one = try inputs(pictures, seed: 1)
    let masked = try network.logits(one, presence: mask)
    #expect(masked.shape == [4, 3, 6, 8])
    let plain = try network.logits(one)
    #expect(
      try network.logits(one, presence: Tensor.full(1, shape: [4, 2])).floats() == plain.floats())
    #expect(try masked.floats().allSatisfy(\.isFinite))
    #expect(try masked.floats() != plain.floats())
    let other = try inputs(pictures, seed: 2)
    for place in pictures.indices {
      let kept = try mask.sliced(place..<place + 1, axis: 1).reshaped([4, 1, 1, 1])
      one[place] = try one[place] * kept + other[place] * (kept * -1 + 1)
    }
    #expect(try network.logits(one, presence: mask).floats() == masked.floats())
  }

  @Test func aLateFusionIsTheMeanOfThoseThatAreThere() throws {
    let network = try network(.late)
    let inputs = try inputs(shapes, seed: 1, count: 2)
    let each = try (0..<3).map { place in
      let row = (0..<3).map { Float($0 == place ? 1 : 0) }
      return try network.logits(inputs, presence: Tensor(row + row, shape: [2, 3])).doubles()
    }
    let both = try network.logits(
      inputs, presence: Tensor([1, 0, 1, 0, 0, 0] as [Float], shape: [2, 3])
    ).doubles()
    for place in 0..<3 {
      #expect(abs(both[place] - (each[0][place] + each[2][place]) / 2) < 1e-6)
      // A sample without any modality says nothing.
      #expect(both[3 + place] == 0)
    }
  }

  @Test(arguments: kinds) func oneModalityIsLeftAsItIs(_ fusion: FusionDescription) throws {
    let alone = try network(fusion, [shapes[1]])
    let plain = try network(.concatenate, [shapes[1]])
    let input = try inputs([shapes[1]], seed: 1)
    #expect(alone.parameters.map(\.name) == plain.parameters.map(\.name))
    #expect(try alone.logits(input).floats() == plain.logits(input).floats())
  }

  @Test(arguments: kinds) func droppedModalitiesCountAsMissing(
    _ fusion: FusionDescription
  ) throws {
    let network = try network(fusion)
    let inputs = try inputs(shapes, seed: 1, count: 20)
    let dropout = TransformDescription.modalityDropout(rate: 0.5, modalities: ["a", "s"])
    let dropped = try network.logits(
      inputs, mode: .evaluation, transforms: [dropout], stream: RandomStream(seed: 7))
    // The same draw as a mask.
    let ones = try inputs.map { _ in try Tensor.full(1, shape: [20, 1]) }
    let mask = try Tensor.concatenate(
      network.transformed(ones, by: [dropout], stream: RandomStream(seed: 7)), axis: 1)
    #expect(try mask.sum().item() < 60)
    #expect(try network.logits(inputs, presence: mask).floats() == dropped.floats())
    // What was missing before stays so.
    let before = try Tensor.concatenate(
      [Tensor.full(1, shape: [20, 2]), Tensor.zeros([20, 1])], axis: 1)
    let both = try network.logits(
      inputs, presence: before, mode: .evaluation, transforms: [dropout],
      stream: RandomStream(seed: 7))
    #expect(try both.floats() == network.logits(inputs, presence: before * mask).floats())
  }

  @Test func masksOfOtherShapesAreNamed() throws {
    let network = try network(.late)
    let error = #expect(throws: NetworkError.self) {
      try network.logits(inputs(shapes, seed: 1), presence: Tensor.full(1, shape: [4, 2]))
    }
    #expect(
      error?.description == "presence: of 4 samples of 3 modalities, got [4, 2]")
  }

  @Test func fusionsThatCannotBeAreRefused() throws {
    func refuse(_ fusion: FusionDescription, _ message: String) {
      let error = #expect(throws: NetworkError.self) { try network(fusion) }
      #expect(error?.description == "fusion: \(message)")
    }
    refuse(
      .film(by: "b"),
      "'b' modulates the others, and this network does not see it; take one of a, s, p")
    refuse(
      .crossAttention(.init(width: 6, heads: 4)),
      "4 heads do not divide a width of 6; take 'heads: 3'")
    refuse(
      .crossAttention(.init(heads: 4)), "4 heads do not divide a width of 6; set its 'width'")
    let error = #expect(throws: NetworkError.self) {
      try segmenter(.crossAttention(.init(width: 4)), deep: false)
    }
    #expect(error?.subject == "fusion")
  }

  @Test func fusionsOtherThanSideBySideAreNoPerceptrons() throws {
    let two = [ModalityShape("a", [3]), ModalityShape("b", [2])]
    func perceptron(_ fusion: FusionDescription, _ shapes: [ModalityShape]) throws -> Bool {
      try Network(
        .init(encoder: .mlp(.init(hidden: [5])), fusion: fusion), modalities: shapes, classes: 3,
        stream: RandomStream(seed: 3)
      ).perceptron() != nil
    }
    #expect(try perceptron(.concatenate, two))
    #expect(try !perceptron(.late, two))
    #expect(try !perceptron(.sum(width: nil), two))
    #expect(try perceptron(.late, [two[0]]))
  }

  @Test(arguments: kinds) func aStateMakesTheSameNetworkAgain(
    _ fusion: FusionDescription
  ) throws {
    let network = try network(fusion)
    let inputs = try inputs(shapes, seed: 1)
    let again = try Network(
      network.description, modalities: shapes, classes: 3, state: network.state())
    #expect(try again.logits(inputs).floats() == network.logits(inputs).floats())
    #expect(Set(network.parameters.map(\.name)).count == network.parameters.count)
    #expect(network.samplesPerPass > 0)
  }
}
