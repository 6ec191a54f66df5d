import Configuration
import Dataflow
import Foundation
import Recipes
import Stages
import TestSupport
import Testing

/// Networks that cannot be are named at the key that says so, before anything runs.
@Suite struct NetworkChecksTests {
  private func teacher(
    _ network: String, _ task: LearningTask? = .singleLabel,
    shapes: [String: [Int?]] = ["audio": [nil, 40], "video": [8, 64, 48, 3]]
  ) throws -> [String] {
    let samples = StageInputs.Source(
      reference: StageReference("clips.labelled"),
      description: OutputDescription(
        .alignedSamples, modalities: ["audio", "video"], splits: Split.allCases, task: task,
        classes: ["a", "b"], shapes: shapes))
    return try Example.described(
      TeacherStage.self,
      #"""
      {"from": "clips.labelled", "modalities": ["audio", "video"], "steps": 9,
        "network": {\#(network)}}
      """#, inputs: StageInputs(["from": [samples]])
    ).complaints
  }

  private func network(_ keys: String) throws -> NetworkDescription {
    try Example.configuration(
      of: TeacherStage.self,
      #"{"from": "a.labelled", "modalities": ["m"], "steps": 1, "network": {\#(keys)}}"#
    ).network
  }

  @Test func everyKindIsReadWithItsDefaults() throws {
    func encoder(_ keys: String) throws -> EncoderDescription {
      try network(#""encoder": {\#(keys)}"#).encoder
    }
    #expect(try encoder(#""kind": "resnet""#) == .resnet(.init()))
    #expect(
      try encoder(#""kind": "resnet", "depth": 50, "stem": "small", "width": 8, "weights": "/w""#)
        == .resnet(.init(depth: 50, stem: .small, width: 8, weights: "/w")))
    #expect(
      try encoder(#""kind": "cnn3d", "channels": [4, 8], "time-pool": 1"#)
        == .cnn3d(.init(channels: [4, 8], timePool: 1)))
    #expect(
      try encoder(#""kind": "cnn1d", "channels": [4, 8], "stride": [4, 1]"#)
        == .cnn1d(.init(channels: [4, 8], strides: [4, 1])))
    #expect(
      try encoder(#""kind": "cnn1d", "channels": [4], "stride": 3"#)
        == .cnn1d(.init(channels: [4], strides: [3])))
    #expect(
      try encoder(#""kind": "transformer", "mlp-width": 9, "pool": "class-token", "patch": 4"#)
        == .transformer(.init(mlpWidth: 9, patch: 4, pool: .classToken)))
    func fusion(_ text: String) throws -> FusionDescription {
      try network(#""fusion": \#(text)"#).fusion
    }
    #expect(try fusion(#""sum""#) == .sum(width: nil))
    #expect(try fusion(#"{"kind": "sum", "width": 8}"#) == .sum(width: 8))
    #expect(try fusion(#""gated""#) == .gated(.init()))
    #expect(
      try fusion(#"{"kind": "gated", "gate": "sigmoid"}"#) == .gated(.init(gate: .sigmoid)))
    #expect(try fusion(#"{"kind": "film", "by": "m"}"#) == .film(by: "m"))
    #expect(
      try fusion(#"{"kind": "cross-attention", "width": 8, "heads": 2}"#)
        == .crossAttention(.init(width: 8, heads: 2)))
    #expect(try fusion(#""late""#) == .late)
    #expect(try network("").fusion == .concatenate)
    func decoder(_ text: String) throws -> DecoderDescription? {
      try network(#""head": {"decoder": \#(text)}"#).head.decoder
    }
    #expect(try decoder(#""unet""#) == .unet)
    #expect(try decoder(#""deeplabv3+""#) == .deepLabV3Plus(.init()))
    #expect(
      try decoder(#"{"kind": "deeplabv3+", "width": 9, "rates": [2]}"#)
        == .deepLabV3Plus(.init(width: 9, rates: [2])))
  }

  @Test func whatAModelSaysOfItselfIsReadAgain() throws {
    let fusions: [FusionDescription] = [
      .concatenate, .sum(width: 3), .gated(.init(width: 4, gate: .sigmoid)), .film(by: "m"),
      .crossAttention(.init(width: 8, heads: 2)), .late,
    ]
    for fusion in fusions {
      let description = NetworkDescription(
        encoder: .resnet(.init(depth: 34)),
        encoders: [
          "a": .cnn1d(.init(channels: [2, 3], strides: [2, 1])), "b": .transformer(.init()),
          "c": .cnn3d(.init(channels: [2])),
        ], fusion: fusion,
        head: .init(kind: .segmentation, decoder: .deepLabV3Plus(.init(width: 8))))
      let text = try JSONEncoder().encode(description)
      #expect(try JSONDecoder().decode(NetworkDescription.self, from: text) == description)
    }
    // As models were written before there were strides, decoders and fusions of other kinds.
    let old = #"""
      {"encoder": {"kind": "cnn1d", "channels": [4], "kernelSize": 3, "pool": 2, "activation": "relu"},
        "encoders": {}, "fusion": "concatenate", "head": {"hidden": [], "activation": "relu"}}
      """#
    #expect(
      try JSONDecoder().decode(NetworkDescription.self, from: Data(old.utf8))
        == .init(encoder: .cnn1d(.init(channels: [4], kernelSize: 3))))
  }

  @Test func encodersThatDoNotSuitAreNamedAtTheirKey() throws {
    func video(_ keys: String) throws -> [String] {
      try teacher(#""encoders": {"video": {\#(keys)}}"#)
    }
    #expect(try video(#""kind": "resnet""#).isEmpty)
    #expect(
      try teacher(
        #""encoders": {"video": {"kind": "resnet"}}"#, shapes: ["video": [4, 64, 28, 3]]) == [
          "network.encoders.video.stem: of 'video' pictures of 64 × 28 are too small for a ResNet of "
            + "the large stem, whose last stage sees one pixel for each 32 of height and width | write "
            + "'stem: small'"
        ])
    #expect(
      try video(#""kind": "resnet", "depth": 19"#) == [
        "network.encoders.video.depth: there is no ResNet of depth 19 | take 18, 34 or 50"
      ])
    #expect(
      try video(#""kind": "cnn3d", "channels": [2, 2, 2, 2, 2]"#) == [
        "network.encoders.video: of 'video' 8 frames are too few for 5 blocks that pool by 2 | take "
          + "fewer 'channels', or a smaller 'time-pool'"
      ])
    #expect(
      try video(#""kind": "transformer""#) == [
        "network.encoders.video: a transformer takes series [time, channel], or pictures [height, "
          + "width, channel] in patches; those of 'video' are [8, 64, 48, 3] | write 'encoders: "
          + "{video: {kind: cnn2d, channels: [16, 32]}}'"
      ])
    #expect(
      try teacher(#""encoders": {"audio": {"kind": "transformer", "width": 10}}"#) == [
        "network.encoders.audio.heads: 4 heads do not divide a width of 10 | take 'heads: 2'"
      ])
  }

  @Test func fusionsAndDecodersAreHeldAgainstTheNetwork() throws {
    #expect(
      try teacher(#""fusion": {"kind": "film", "by": "adio"}"#) == [
        "network.fusion.by: 'adio' modulates the others, and this network does not see it | did you "
          + "mean 'audio'? (modalities: audio, video)"
      ])
    #expect(
      try teacher(#""fusion": {"kind": "cross-attention", "width": 6}"#) == [
        "network.fusion.heads: 4 heads do not divide a width of 6 | take 'heads: 3'"
      ])
    let pictures = #""encoder": {"kind": "cnn2d", "channels": [4, 8]}"#
    let shapes: [String: [Int?]] = ["audio": [64, 64, 1], "video": [64, 64, 3]]
    #expect(
      try teacher(pictures + #", "fusion": "cross-attention""#, .segmentation, shapes: shapes) == [
        "network.fusion: 'cross-attention' fuses features of whole samples, and a segmentation those "
          + "of pixels | take concatenate, sum, gated, film or late"
      ])
    let deep = #", "head": {"decoder": "deeplabv3+"}"#
    #expect(try teacher(pictures + deep, .segmentation, shapes: shapes).isEmpty)
    #expect(
      try teacher(pictures + deep, .multiLabel, shapes: shapes) == [
        "network.head.decoder: a decoder makes maps of classes, and the samples ask for 'multi-label' "
          + "| remove 'decoder'"
      ])
    let mixed =
      #""encoders": {"audio": {"kind": "cnn2d", "channels": [4, 8]}, "video": {"kind": "resnet"}}"#
    #expect(
      try teacher(mixed, .segmentation, shapes: shapes) == [
        "network.encoders.video: the encoders of 'audio' and 'video' have other scales, and a "
          + "segmentation sets their maps side by side | take the same kind of encoder for both"
      ])
    #expect(
      try teacher(mixed + #", "fusion": "late""#, .segmentation, shapes: shapes).isEmpty)
  }

  /// A file with tensors of these shapes, all 0.
  private func weights(
    _ tensors: [WeightsFile.Wanted], _ folder: TemporaryFolder
  ) throws -> String {
    var header: [String: [String: Any]] = [:]
    var size = 0
    for one in tensors {
      let shape = one.shape.map { $0 ?? 3 }
      let end = size + 4 * shape.reduce(1, *)
      header[one.name] = ["dtype": "F32", "shape": shape, "data_offsets": [size, end]]
      size = end
    }
    let text = try JSONSerialization.data(withJSONObject: header)
    var length = UInt64(text.count).littleEndian
    let path = folder.path("weights.safetensors")
    try (withUnsafeBytes(of: &length) { Data($0) } + text + Data(count: size))
      .write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func filesOfWeightsAreReadBeforeAnythingRuns() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("weights.safetensors")
    func check(_ width: Int = 2) throws -> [String] {
      try teacher(
        #"""
        "encoders": {"video": {"kind": "resnet", "width": \#(width), "weights": "\#(path)"}}
        """#)
    }
    let key = "network.encoders.video.weights: "
    let missing = try check()
    #expect(missing.count == 1)
    #expect(missing.first?.hasPrefix(key + "the weights cannot be read: ") == true)
    let wanted = ResNetDescription(width: 2).tensors(inputChannels: 3)
    _ = try weights(wanted, folder)
    #expect(try check().isEmpty)
    _ = try weights(wanted + [.init("fc.weight", [7, 16]), .init("fc.bias", [7])], folder)
    #expect(
      try check() == [
        key
          + "warning: 'fc.bias' and 'fc.weight' of '\(path)' are left out: this network has a head "
          + "of its own | nothing to do"
      ])
    _ = try weights(wanted.dropLast() + [.init("other", [1])], folder)
    let start = key + "the weights of '\(path)' do not fit the encoder of 'video': "
    let end = " | take the weights of a ResNet-18 of this stem, width and input"
    #expect(
      try check() == [
        start + "the file lacks 'layer4.1.bn2.running_var'" + end,
        start + "the encoder has no 'other'" + end,
      ])
    _ = try weights(ResNetDescription(width: 2).tensors(inputChannels: 1), folder)
    #expect(
      try check() == [
        start + "'conv1.weight' is [2, 1, 7, 7] in the file and [2, 3, 7, 7] in the encoder" + end
      ])
  }
}
