import Foundation
import Networks
import Recipes
import Tensors
import Testing
import Training

@Suite struct AugmentationTests {
  private static let (height, width, count) = (6, 8, 20)

  /// Numbered pixels of a checkerboard: no two are alike.
  private static let numbers = (0..<height * width).map {
    Float($0 % 2 == ($0 / width) % 2 ? $0 + 1 : 100 + $0)
  }

  private static let geometric: [TransformDescription] = [
    .flip(probability: 0.5, modalities: nil),
    .flip(probability: 0.5, modalities: nil, axis: .vertical),
    .cropShift(pixels: 3, modalities: nil),
    .resizedCrop(.init(area: .init(0.2, 0.9), interpolation: .nearest)),
    .set(.init(.weak, of: .pictures)),
  ]

  private static func network() throws -> Network {
    try Network(
      .init(encoder: .identity),
      modalities: [
        .init("a", [height, width, 1]), .init("b", [height, width, 2]), .init("t", [3]),
        .init("v", [2, height, width, 1]),
      ], classes: 2, stream: RandomStream(seed: 1))
  }

  /// A checkerboard in all planes: two pictures, of one and two channels, a table, and a video.
  private static func inputs() throws -> (board: Tensor, inputs: [Tensor]) {
    let board = try Tensor(
      (0..<count).flatMap { _ in numbers }, shape: [count, height, width])
    let picture = try board.reshaped([count, height, width, 1])
    let frame = try board.reshaped([count, 1, height, width, 1])
    return (
      board,
      [
        picture, try Tensor.concatenate([picture, picture * 2], axis: 3),
        try Tensor.full(7, shape: [count, 3]), try Tensor.concatenate([frame, frame], axis: 1),
      ]
    )
  }

  @Test(arguments: geometric) func pixelsAndLabelsMoveAlike(
    _ transform: TransformDescription
  ) throws {
    let (board, inputs) = try Self.inputs()
    var geometry = Geometry()
    let moved = try Self.network().transformed(
      inputs, by: [transform], stream: RandomStream(seed: 2), geometry: &geometry)
    let map = try geometry.moved(
      board.converted(to: .uint8), rows: 1, columns: 2, fill: 255
    ).integers()
    let (a, b, video) = (try moved[0].floats(), try moved[1].floats(), try moved[3].floats())
    #expect(try moved[2].floats() == inputs[2].floats())
    #expect(a != (try inputs[0].floats()))
    let pixels = Self.height * Self.width
    for place in a.indices {
      let (sample, pixel) = (place / pixels, place % pixels)
      #expect(a[place] == (map[place] == 255 ? 0 : Float(map[place])))
      #expect(b[2 * place] == a[place] && b[2 * place + 1] == 2 * a[place])
      #expect(video[sample * 2 * pixels + pixel] == a[place])
      #expect(video[(sample * 2 + 1) * pixels + pixel] == a[place])
    }
    // Each sample has its own draw.
    #expect(Set((0..<Self.count).map { Array(a[$0 * pixels..<($0 + 1) * pixels]) }).count > 1)
  }

  /// A ramp read between pixels stays within a pixel's half of the label map's nearest one.
  @Test func bilinearCropsLieOnTheirLabelMaps() throws {
    let ramp = try Tensor(
      (0..<Self.count * 48).map { Float($0 % 8) * 10 }, shape: [Self.count, 6, 8])
    let network = try Network(
      .init(encoder: .identity), modalities: [.init("a", [6, 8, 1])], classes: 2,
      stream: RandomStream(seed: 1))
    var geometry = Geometry()
    let moved = try network.transformed(
      [ramp.reshaped([Self.count, 6, 8, 1])], by: [.resizedCrop(.init())],
      stream: RandomStream(seed: 3), geometry: &geometry)[0].floats()
    let map = try geometry.moved(
      ramp.converted(to: .uint8), rows: 1, columns: 2, fill: 255
    ).integers()
    #expect(zip(moved, map).allSatisfy { abs($0 - Float($1)) <= 5.001 })
    #expect(moved != (try ramp.floats()))
  }

  @Test func unjoinedModalitiesDrawForThemselves() throws {
    let (_, inputs) = try Self.inputs()
    for transform in [
      TransformDescription.flip(probability: 0.5, modalities: nil, joint: false),
      .cropShift(pixels: 3, modalities: nil, joint: false),
      .resizedCrop(.init(area: .init(0.2, 0.9), joint: false)),
    ] {
      var geometry = Geometry()
      let moved = try Self.network().transformed(
        inputs, by: [transform], stream: RandomStream(seed: 2), geometry: &geometry)
      #expect(geometry.isEmpty)
      let (a, b) = (try moved[0].floats(), try moved[1].floats())
      #expect(a.indices.contains { a[$0] != b[2 * $0] })
    }
  }

  @Test func verticalFlipsTurnUpsideDown() throws {
    let network = try Network(
      .init(), modalities: [.init("a", [2, 2, 1])], classes: 2, stream: RandomStream(seed: 1))
    let input = try Tensor([1, 2, 3, 4] as [Float], shape: [1, 2, 2, 1])
    let moved = try network.transformed(
      [input], by: [.flip(probability: 1, modalities: nil, axis: .vertical)],
      stream: RandomStream(seed: 1))
    #expect(try moved[0].floats() == [3, 4, 1, 2])
  }

  @Test func erasedPicturesLoseOneBox() throws {
    let network = try Network(
      .init(), modalities: [.init("a", [20, 20, 1])], classes: 2, stream: RandomStream(seed: 1))
    let input = try Tensor.full(1, shape: [1000, 20, 20, 1])
    func erased(_ erasing: Erasing) throws -> [Float] {
      try network.transformed(
        [input], by: [.erasing(erasing)], stream: RandomStream(seed: 4))[0].floats()
    }
    let half = try erased(.init(area: .init(0.1, 0.3)))
    let hidden = (0..<1000).map { sample in
      half[sample * 400..<(sample + 1) * 400].count { $0 == 0 }
    }
    #expect((440...560).contains(hidden.count { $0 > 0 }))
    let share = Double(hidden.reduce(0, +)) / 400_000
    #expect(abs(share - 0.1) < 0.015)
    #expect(try erased(.init(probability: 0)).allSatisfy { $0 == 1 })
    let noisy = try erased(.init(probability: 1, fill: .noise))
    #expect(noisy.contains { $0 < -2 } && !noisy.contains(0))
  }

  @Test func masksAreNoWiderThanTheyMay() {
    #expect(SpanMask(width: 40, share: 0.2).most(of: 100) == 20)
    #expect(SpanMask(width: 5, share: 0.2).most(of: 100) == 5)
    #expect(SpanMask(share: 0.2).most(of: 4) == 0)
  }

  @Test func setsAreTheListsThatTheyStandFor() throws {
    let network = try Network(
      .init(), modalities: [.init("a", [10, 3])], classes: 2, stream: RandomStream(seed: 1))
    let input = try RandomStream(seed: 5).normal([4, 10, 3])
    for sort in TransformSet.Sort.allCases where sort != .pictures {
      let set = TransformSet(.strong, of: sort, modalities: ["a"])
      let weak = TransformSet(.weak, of: sort, modalities: ["a"]).transforms
      #expect(Array(set.transforms.prefix(weak.count)) == weak && set.transforms.count > weak.count)
      #expect(set.transforms.allSatisfy { $0.modalities == ["a"] })
      func transformed(_ transforms: [TransformDescription]) throws -> [Float] {
        try network.transformed([input], by: transforms, stream: RandomStream(seed: 6))[0].floats()
      }
      #expect(try transformed([.set(set)]) == transformed(set.transforms))
      #expect(try transformed([.set(set)]) != input.floats())
    }
  }

  @Test func transformsThatDoNotSuitTheSamplesAreRefused() throws {
    func refuse(
      _ transform: TransformDescription, on shapes: [(String, [Int])], _ description: String
    ) throws {
      let source = try MemorySource(
        shapes.map { ($0.0, try Tensor.zeros([2] + $0.1)) },
        targets: .hard(try Tensor(classes: [0, 1])))
      let trainer = Trainer(
        network: .init(encoder: .identity), classes: 2, training: .init(steps: 1),
        transforms: [transform])
      let error = #expect(throws: TrainingError.self) { try trainer.train(seed: 1, on: source) }
      #expect(error?.description == description)
    }
    try refuse(
      .frequencyMask(.init()), on: [("p", [4, 4, 1])],
      "'frequency-mask' takes samples of shape [time, frequency]; those of 'p' are [4, 4, 1]")
    try refuse(
      .timeMask(.init()), on: [("t", [4])],
      "'time-mask' takes samples of shape [time, channel]; those of 't' are [4]")
    try refuse(
      .blur(.init(std: .init(2, 1))), on: [("p", [4, 4, 1])],
      "the smallest 'std' 2.0 is above the largest 1.0")
    try refuse(
      .erasing(.init()), on: [("t", [4])],
      "a transform changes pictures, and no modality is of pictures")
    try refuse(
      .colorJitter(.init(modalities: ["t"])), on: [("t", [4])],
      "a transform changes the pictures of 't', whose samples [4] are none")
    try refuse(
      .resizedCrop(.init()), on: [("p", [4, 4, 1]), ("q", [4, 5, 1])],
      "'random-resized-crop' moves pictures that lie on each other; 'p' and 'q' differ in size; name"
        + " the modalities that it shall touch, or write 'joint: false'")
  }
}
