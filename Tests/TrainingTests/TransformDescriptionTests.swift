import Foundation
import Recipes
import Testing

@Suite struct TransformDescriptionTests {
  static let all: [TransformDescription] = [
    .multiplicativeNoise(scale: 0.5, modalities: nil),
    .multiplicativeNoise(scale: 0.5, modalities: ["a"], magnitude: .ofAll),
    .additiveNoise(std: 0.1, modalities: ["a"]),
    .scaling(std: 0.2, modalities: ["a", "b"]), .timeShift(steps: 3, modalities: nil),
    .rotation(degrees: 15, modalities: ["a"]), .modalityDropout(rate: 0.3, modalities: nil),
    .flip(probability: 0.5, modalities: nil), .cropShift(pixels: 4, modalities: ["a"]),
    .flip(probability: 0.5, modalities: nil, axis: .vertical, joint: false),
    .cropShift(pixels: 4, modalities: nil, joint: false),
    .resizedCrop(.init(area: .init(0.3, 0.9), modalities: ["a"], joint: false)),
    .colorJitter(.init(brightness: 0.1)), .blur(.init(std: .init(0.5, 1))),
    .erasing(.init(fill: .noise)), .timeMask(.init(masks: 1, width: 40)),
    .frequencyMask(.init(modalities: ["a"])), .gain(.init(decibels: 6)),
    .set(.init(.strong, of: .spectrograms, modalities: ["a"])),
    .featureNoise(std: 0.1), .dropout(rate: 0.3),
  ]

  @Test(arguments: all) func comesBackAsItWasWritten(_ transform: TransformDescription) throws {
    let written = try JSONEncoder().encode(transform)
    #expect(try JSONDecoder().decode(TransformDescription.self, from: written) == transform)
  }

  @Test func thoseOnFeaturesTouchNoModality() {
    for transform in Self.all.suffix(2) {
      #expect(!transform.actsOnInput && transform.modalities == nil)
    }
    #expect(Self.all.dropLast(2).allSatisfy { $0.actsOnInput })
  }

  @Test func anUnknownKindIsRefused() {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(TransformDescription.self, from: Data(#"{"kind": "blurr"}"#.utf8))
    }
  }
}
