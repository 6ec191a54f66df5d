import Arrays
import Configuration
import Dataflow
import Foundation
import Shards

@testable import Work

/// Aligned samples that tests make themselves, in place of `ingest` and `align`.
enum GivenSamples {
  /// Repeats itself: each test sees the same samples every time.
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 32) | (state << 32)
    }
  }

  /// One data set of a split, and its values of all samples.
  typealias Fields = [(field: FieldDescription, column: Column)]

  static let labels: [(split: Split, samples: Int)] = [
    (.labelled, 12), (.unlabelled, 20), (.test, 8),
  ]

  /// Writes all splits.
  static func write(
    _ job: Job, task: LearningTask, classes: [String], units: [String]? = nil,
    modalities: [ModalityDescription], counts: [(split: Split, samples: Int)] = labels,
    fields: (Split, Int) throws -> Fields
  ) throws {
    let writer = try OutputWriter(
      job.outputDirectory, header: OutputHeader(job, .alignedSamples))
    for (split, count) in counts {
      let own = try fields(split, count)
      let stream = try writer.stream(
        split.rawValue,
        fields: [StandardField.idField, StandardField.splitField, StandardField.contentField]
          + own.map(\.field), compression: .zstd)
      let ids = (0..<count).map { "\(split.rawValue) \($0)" }
      var columns = [
        StandardField.id: Column(texts: ids),
        StandardField.split: Column(texts: ids.map { _ in split.rawValue }),
        StandardField.content: Column(texts: ids),
      ]
      for (field, column) in own { columns[field.path] = column }
      try stream.append(columns)
      try stream.close()
    }
    try writer.finish(
      task: task, classes: classes, units: units, modalities: modalities, details: .null)
  }

  static func field(_ path: String, _ type: ElementType, _ shape: [Int]) -> FieldDescription {
    FieldDescription(path, .number(type), shape: shape)
  }

  // MARK: Fields with crops and weeds

  static let plants = ["soil", "crop", "weed"]

  /// Pictures of 16 × 16 pixels with a crop and a weed on soil. Near infrared shows plants, and
  /// hardly which; red shows the two apart. A border of each label map has no label.
  static func pictures(_ job: Job) throws {
    var generator = Generator(state: 7)
    let modalities = ["infrared", "red"].map {
      ModalityDescription(
        name: $0, type: .uint8, shape: [16, 16, 1], axes: ["height", "width", "channel"],
        scale: 1 / 255.0)
    }
    try write(job, task: .segmentation, classes: plants, modalities: modalities) { split, count in
      var (infrared, red, map) = ([UInt8](), [UInt8](), [UInt8]())
      for _ in 0..<count {
        let places = (0..<2).map { _ in
          (
            row: Int.random(in: 0...10, using: &generator),
            column: Int.random(
              in: 0...10, using: &generator)
          )
        }
        for pixel in 0..<256 {
          let (y, x) = (pixel / 16, pixel % 16)
          let label =
            places.lastIndex { place in
              (place.row..<place.row + 6).contains(y)
                && (place.column..<place.column + 6).contains(x)
            }.map { $0 + 1 } ?? 0
          func noisy(_ values: [Int], by noise: Int) -> UInt8 {
            UInt8(clamping: values[label] + Int.random(in: -noise...noise, using: &generator))
          }
          infrared.append(noisy([60, 170, 190], by: 40))
          red.append(noisy([110, 200, 30], by: 20))
          map.append(y == 0 || x == 0 ? 255 : UInt8(label))
        }
      }
      return [
        (field("/modalities/infrared/data", .uint8, [16, 16, 1]), Column(infrared, count: count)),
        (field("/modalities/red/data", .uint8, [16, 16, 1]), Column(red, count: count)),
        (
          field(split == .labelled ? "/labels/map" : "/sealed/map", .uint8, [16, 16]),
          Column(map, count: count)
        ),
      ]
    }
  }

  // MARK: Clips with sound

  static let sounds = ["hum", "click", "light"]

  /// Clips of 20 steps of sound in three bands and four frames of video. A hum and a click are to be
  /// heard, a light is to be seen and flickers faintly in the third band. Some sound is padding,
  /// some clips have no sound.
  static func clips(_ job: Job) throws {
    var generator = Generator(state: 11)
    let modalities = [
      ModalityDescription(
        name: "sound", type: .int16, shape: [20, 3], axes: ["time", "band"], rate: 10,
        scale: 1 / 32768.0),
      ModalityDescription(
        name: "video", type: .uint8, shape: [4, 8, 8, 1],
        axes: ["time", "height", "width", "channel"], rate: 2, scale: 1 / 255.0),
    ]
    try write(
      job, task: .multiLabel, classes: sounds, modalities: modalities,
      counts: [(.labelled, 40), (.unlabelled, 60), (.test, 30)]
    ) { split, count in
      var (sound, valid, present) = ([Int16](), [UInt8](), [UInt8]())
      var (video, labels) = ([UInt8](), [UInt8]())
      for sample in 0..<count {
        let own = (0..<3).map { _ in Bool.random(using: &generator) }
        let last = sample % 5 == 0 ? 16 : 20
        present.append(sample % 17 == 16 ? 0 : 1)
        for step in 0..<20 {
          valid.append(step < last ? 1 : 0)
          let levels = [
            own[0] ? 12_000 : 0, own[1] && step % 4 == 0 ? 20_000 : 0, own[2] ? 800 : 0,
          ]
          for level in levels {
            // What is padding is anything at all.
            let noise = Int.random(in: -4_000...4_000, using: &generator)
            sound.append(step < last ? Int16(clamping: level + noise) : .max)
          }
        }
        for _ in 0..<4 * 64 {
          video.append(UInt8((own[2] ? 150 : 60) + Int.random(in: -50...50, using: &generator)))
        }
        // Nobody has listened to the first sample, and not all of the second is known.
        labels += own.enumerated().map { place, isThere in
          sample == 0 || (sample == 1 && place == 2) ? 255 : isThere ? 1 : 0
        }
      }
      return [
        (field("/modalities/sound/data", .int16, [20, 3]), Column(sound, count: count)),
        (field("/modalities/sound/valid", .uint8, [20]), Column(valid, count: count)),
        (field("/modalities/sound/present", .uint8, []), Column(present, count: count)),
        (field("/modalities/video/data", .uint8, [4, 8, 8, 1]), Column(video, count: count)),
        (
          field(split == .labelled ? "/labels/classes" : "/sealed/classes", .uint8, [3]),
          Column(labels, count: count)
        ),
      ]
    }
  }
}
