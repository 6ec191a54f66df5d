import Foundation
import Layers
import Networks
import Recipes
import Tensors
import TestSupport
import Testing

/// Encoders that need more than forward values say: what they refuse, and what they start from.
@Suite struct EncoderTests {
  private func network(
    _ encoder: EncoderDescription, _ shape: [Int], segments: Bool = false, seed: UInt64 = 1
  ) throws -> Network {
    try Network(
      .init(encoder: encoder, head: .init(kind: segments ? .segmentation : nil)),
      modalities: [.init("m", shape)], classes: 2, stream: RandomStream(seed: seed))
  }

  @Test func samplesThatDoNotSuitAreRefused() throws {
    func refuse(_ encoder: EncoderDescription, _ shape: [Int], _ message: String) {
      let error = #expect(throws: NetworkError.self) { try network(encoder, shape) }
      #expect(error?.description == "modality 'm': \(message)")
    }
    refuse(
      .resnet(.init()), [9],
      "a ResNet takes pictures [height, width, channel], videos [time, height, width, channel] or "
        + "planes [time, band], not [9]")
    refuse(
      .resnet(.init()), [31, 40, 3],
      "pictures of 31 × 40 are too small for a ResNet of the large stem, whose last stage sees "
        + "one pixel for each 32 of height and width; write 'stem: small'")
    refuse(
      .resnet(.init(depth: 20)), [32, 32, 3],
      "there is no ResNet of depth 20; take 18, 34 or 50")
    refuse(
      .cnn3d(.init(channels: [2])), [8, 8, 3],
      "a 3-D CNN takes videos [time, height, width, channel], not [8, 8, 3]")
    refuse(
      .cnn3d(.init(channels: [2, 2, 2])), [3, 8, 8, 3],
      "3 frames are too few for 3 blocks that pool by 2; take fewer 'channels', or a smaller "
        + "'time-pool'")
    refuse(
      .cnn1d(.init(channels: [2, 2], strides: [2, 2, 2])), [9, 3],
      "'stride' has 3 numbers for 2 blocks; give one number, or one for each of the 'channels'")
    refuse(
      .cnn1d(.init(channels: [2, 2], strides: [8])), [9, 3].reversed(),
      "3 time steps are too few for 2 blocks that pool by 2; take fewer 'channels', or a smaller "
        + "'pool'")
    refuse(
      .transformer(.init(width: 10, heads: 4)), [9, 3],
      "4 heads do not divide a width of 10; take 'heads: 2'")
    refuse(
      .transformer(.init()), [9, 9, 3],
      "pictures go into a transformer in patches, and nothing says how large they are; add "
        + "'patch: 8'")
    refuse(
      .transformer(.init(patch: 4)), [8, 9, 3],
      "patches of 4 × 4 do not divide pictures of 8 × 9; take a size that divides both sides")
    refuse(
      .transformer(.init(width: 9, heads: 3, positions: .sinusoidal)), [8, 9],
      "sinusoidal positions are pairs of sine and cosine, and width 9 is odd; take 10")
    refuse(
      .transformer(.init()), [2, 8, 8, 3],
      "a transformer takes series [time, channel], or pictures [height, width, channel] in patches, "
        + "not [2, 8, 8, 3]")
  }

  @Test func transformersDropOnlyWhileTheyLearnAndFollowTheStream() throws {
    let network = try network(
      .transformer(.init(width: 8, heads: 2, dropout: 0.5)), [6, 3])
    let input = [try RandomStream(seed: 1).normal([4, 6, 3])]
    func learned(_ seed: UInt64) throws -> [Float] {
      try network.logits(input, mode: .training(RandomStream(seed: seed))).floats()
    }
    #expect(try learned(1) == learned(1))
    #expect(try learned(1) != learned(2))
    #expect(try network.logits(input).floats() == network.logits(input).floats())
  }

  // MARK: Weights

  /// A file in the safetensors format.
  private func file(
    _ tensors: [NamedTensor], in folder: TemporaryFolder, named name: String = "weights.safetensors"
  ) throws -> String {
    var header: [String: [String: Any]] = [:]
    var data = Data()
    for one in tensors {
      let values = try one.tensor.floats()
      header[one.name] = [
        "dtype": "F32", "shape": one.tensor.shape,
        "data_offsets": [data.count, data.count + 4 * values.count],
      ]
      values.withUnsafeBytes { data.append(contentsOf: $0) }
    }
    let text = try JSONSerialization.data(withJSONObject: header)
    var length = UInt64(text.count).littleEndian
    let path = folder.path(name)
    try (withUnsafeBytes(of: &length) { Data($0) } + text + data).write(
      to: URL(fileURLWithPath: path))
    return path
  }

  private func encoderState(_ network: Network) throws -> [NamedTensor] {
    try network.state().filter { $0.name.hasPrefix("encoders.m.") }.map {
      NamedTensor(String($0.name.dropFirst("encoders.m.".count)), $0.tensor)
    }
  }

  @Test func anEncoderStartsFromTheWeightsOfAFile() throws {
    let folder = try TemporaryFolder()
    do {
      let settings = ResNetDescription(depth: 18, stem: .small, width: 2)
      let shape = [9, 8, 3]
      let other = try network(.resnet(settings), shape, seed: 5)
      var state = try encoderState(other)
      for one in state where one.name.hasSuffix("running_mean") {
        try one.tensor.assign(Tensor.full(0.25, shape: one.tensor.shape))
      }
      // What torchvision has besides.
      let extra = [
        NamedTensor("fc.weight", try .zeros([7, 16])), NamedTensor("fc.bias", try .zeros([7])),
        NamedTensor("bn1.num_batches_tracked", try .zeros([])),
      ]
      var pretrained = settings
      pretrained.weights = try file(state + extra, in: folder)
      let made = try network(.resnet(pretrained), shape, seed: 1)
      let own = try encoderState(made)
      for (one, wanted) in zip(own, state) {
        #expect(one.name == wanted.name)
        #expect(try one.tensor.floats() == wanted.tensor.floats())
      }
      // What a model says of itself names no file: its parameters are with it.
      #expect(made.description.encoder == .resnet(settings))
      // The head is drawn as it is without a file.
      let plain = try network(.resnet(settings), shape, seed: 1)
      func head(_ network: Network) throws -> [[Float]] {
        try network.parameters.filter { $0.name.hasPrefix("head") }.map { try $0.tensor.floats() }
      }
      #expect(try head(made) == head(plain))
      // The state of a whole network: the part of the modality counts.
      pretrained.weights = try file(other.state(), in: folder, named: "network.safetensors")
      let again = try network(.resnet(pretrained), shape)
      #expect(
        try encoderState(again).last?.tensor.floats() == encoderState(other).last?.tensor.floats())

      func refuse(_ shape: [Int], _ message: String) {
        let error = #expect(throws: NetworkError.self) {
          try network(.resnet(pretrained), shape)
        }
        #expect(
          error?.message
            == "the weights of '\(pretrained.weights ?? "")' do not fit its encoder: \(message)")
      }
      refuse(
        [9, 8, 1], "'conv1.weight' is [2, 3, 3, 3] in the file and [2, 1, 3, 3] in the encoder")
      state.removeLast()
      pretrained.weights = try file(
        state + [NamedTensor("layer5.x", try .zeros([1]))], in: folder, named: "few.safetensors")
      refuse(
        shape,
        "the file lacks 'layer4.1.bn2.running_var'; the encoder has no 'layer5.x'")
      pretrained.weights = folder.path("none.safetensors")
      #expect(throws: SafetensorsFile.Damage.self) { try network(.resnet(pretrained), shape) }
      // A model that is built from its state needs no file.
      _ = try Network(
        .init(encoder: .resnet(pretrained)), modalities: [.init("m", shape)], classes: 2,
        state: plain.state())
    }
  }
}
