import Arrays
import Foundation
import Shards

/// One kind of data to measure on.
struct Subject: Sendable {
  var name: String
  var field: FieldDescription
  /// Bytes of one sample.
  var sampleBytes: Int
  /// The values of one sample.
  var sample: @Sendable (inout Noise) -> [UInt8]

  static let all = [pictures, sounds]

  /// Pictures of 64 × 64 pixels in three colours: gradients and soft blobs, with sensor noise, in
  /// steps as cameras and JPEG leave them.
  static let pictures = Subject(
    name: "pictures",
    field: FieldDescription(
      "/modalities/view/data", .number(.uint8), shape: [64, 64, 3],
      axes: ["row", "column", "colour"], labels: ["red", "green", "blue"]),
    sampleBytes: 64 * 64 * 3
  ) { noise in
    let slope = (noise.normal(), noise.normal())
    let centre = (32 + 12 * noise.normal(), 32 + 12 * noise.normal())
    let tint = (0..<3).map { _ in 90 + 40 * noise.normal() }
    let size = 60 + 40 * abs(noise.normal())
    var bytes = [UInt8](repeating: 0, count: 64 * 64 * 3)
    var place = 0
    for row in 0..<64 {
      for column in 0..<64 {
        let (y, x) = (Double(row) - centre.0, Double(column) - centre.1)
        let light =
          slope.0 * Double(row) + slope.1 * Double(column) + 80 / (1 + (x * x + y * y) / size)
        for colour in 0..<3 {
          let value = (tint[colour] + light + 2 * noise.normal()) / 4
          bytes[place] = UInt8(min(63, max(0, value.rounded()))) * 4
          place += 1
        }
      }
    }
    return bytes
  }

  /// One second of sound at 16 kHz: three gliding tones under an envelope, with noise.
  static let sounds = Subject(
    name: "sounds",
    field: FieldDescription(
      "/modalities/sound/data", .number(.int16), shape: [16000], axes: ["time"], rate: 16000,
      isShuffled: true),
    sampleBytes: 16000 * 2
  ) { noise in
    let tones = (0..<3).map { _ in
      (
        step: (100 + 1500 * abs(noise.normal())) * 2 * Double.pi / 16000,
        size: 1500 * abs(noise.normal())
      )
    }
    return [UInt8](unsafeUninitializedCapacity: 32000) { buffer, count in
      for index in 0..<16000 {
        let time = Double(index)
        let envelope = 0.2 + abs(sin(time / 3000))
        var value = 40 * noise.normal()
        for tone in tones {
          value += tone.size * sin(time * tone.step * (1 + time / 200_000)) * envelope
        }
        let number = Int16(clamping: Int(value))
        buffer[2 * index] = UInt8(truncatingIfNeeded: number)
        buffer[2 * index + 1] = UInt8(truncatingIfNeeded: number >> 8)
      }
      count = 32000
    }
  }

  /// Writes about `megabytes` of values, in as many samples as that takes.
  func write(_ directory: String, megabytes: Int) throws {
    let samples = megabytes * 1_000_000 / sampleBytes
    let writer = try OutputWriter(
      directory,
      header: OutputHeader(
        pipeline: "bench", stage: name, kind: "ingest", schema: "samples", fingerprint: "bench",
        tool: "bench-shards"))
    let stream = try writer.stream(
      "unlabelled",
      fields: [
        FieldDescription("/samples/id", .text), FieldDescription("/samples/split", .text), field,
      ], compression: .zstd)
    var noise = Noise(state: 1)
    guard case .number(let type) = field.cell else { return }
    for index in 0..<samples {
      try stream.append([
        "/samples/id": Column(texts: ["sample-\(index)"]),
        "/samples/split": Column(texts: ["unlabelled"]),
        field.path: Column(.numbers(type, sample(&noise)), count: 1),
      ])
    }
    try stream.close()
    try writer.finish(classes: nil, modalities: [], details: .null)
  }
}

/// Cheap random numbers, the same in every run.
struct Noise {
  var state: UInt64

  mutating func uniform() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(state >> 11) * 0x1p-53
  }

  /// About normal, with mean 0 and variance 1: a sum of four uniform numbers.
  mutating func normal() -> Double {
    (uniform() + uniform() + uniform() + uniform() - 2) * 1.732
  }
}
