import Arrays
import Configuration
import Foundation
import TestSupport

@testable import Shards

/// Small outputs with reproducible contents.
enum Example {
  static func header(_ schema: String = "samples") -> OutputHeader {
    OutputHeader(
      pipeline: "example", stage: "moons", kind: "ingest", schema: schema,
      fingerprint: "0123abcd", tool: "mke 0.1")
  }

  /// `count` numbers of a type, whose bytes are a smooth walk with some noise.
  static func numbers(_ type: ElementType, count: Int, seed: UInt64) -> [UInt8] {
    var generator = SplitMix64(seed: seed)
    var bytes: [UInt8] = []
    var level = 0.0
    for _ in 0..<count {
      level += Double(generator.next() % 201) / 100 - 1
      func append<T>(_ value: T) { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }
      switch type {
      case .uint8: append(UInt8(clamping: 128 + Int(level)))
      case .int16: append(Int16(clamping: Int(level * 100)))
      case .uint16: append(UInt16(clamping: Int(level * 100)))
      case .int32: append(Int32(clamping: Int(level * 1000)))
      case .int64: append(Int64(level * 1_000_000))
      case .uint64: append(UInt64(abs(level) * 1e15))
      case .float16: append(Float16(level))
      case .float32: append(Float(level))
      case .float64: append(level)
      }
    }
    return bytes
  }

  static let identity = [
    FieldDescription("/samples/id", .text, documentation: "Name of the sample."),
    FieldDescription("/samples/split", .text),
  ]

  /// Ids and splits of samples `range`.
  static func identity(_ range: Range<Int>, split: String = "labelled") -> [String: Column] {
    [
      "/samples/id": Column(texts: range.map { "sample-\($0)" }),
      "/samples/split": Column(texts: range.map { _ in split }),
    ]
  }

  /// A modality, fixed `[4, 3]` or ragged `[*, 3]`.
  static func field(
    _ type: ElementType = .int16, isRagged: Bool = false, isShuffled: Bool = false
  ) -> FieldDescription {
    FieldDescription(
      "/modalities/torso/data", .number(type), shape: [isRagged ? nil : 4, 3],
      axes: ["time", "channel"], unit: "m/s²", rate: 25, labels: ["x", "y", "z"],
      documentation: "Acceleration of the torso.", isShuffled: isShuffled)
  }

  static func modality(_ field: FieldDescription) -> ModalityDescription {
    guard case .number(let type) = field.cell else {
      return ModalityDescription(name: "", type: .uint8, shape: [])
    }
    return ModalityDescription(
      name: "torso", type: type, shape: field.shape, axes: field.axes, unit: field.unit,
      rate: field.rate, columns: field.labels)
  }

  /// Samples `range` of the modality; of a ragged one, 0 to 9 steps each.
  static func column(_ field: FieldDescription, _ range: Range<Int>) -> Column {
    guard case .number(let type) = field.cell else { return Column(texts: []) }
    let lengths = range.map { field.isRagged ? $0 * 7 % 10 : 4 }
    var bytes: [UInt8] = []
    for (sample, length) in zip(range, lengths) {
      bytes += numbers(type, count: length * 3, seed: UInt64(sample))
    }
    return Column(
      .numbers(type, bytes), count: range.count, lengths: field.isRagged ? lengths : nil)
  }

  /// Writes one stream in batches of uneven sizes.
  @discardableResult
  static func write(
    _ directory: String, _ field: FieldDescription, samples: Int = 100,
    compression: Compression = .zstd, samplesPerChunk: Int? = 8, bytesPerShard: Int = 256 << 20,
    split: String = "labelled", batch: Int = 7
  ) throws -> Manifest {
    let writer = try OutputWriter(directory, header: header())
    try append(
      to: writer, field, samples: samples, compression: compression,
      samplesPerChunk: samplesPerChunk, bytesPerShard: bytesPerShard, split: split, batch: batch)
    return try writer.finish(
      classes: ["left", "right"], modalities: [modality(field)], details: .object(["noise": 0.5]))
  }

  static func append(
    to writer: OutputWriter, _ field: FieldDescription, samples: Int,
    compression: Compression = .zstd, samplesPerChunk: Int? = 8, bytesPerShard: Int = 256 << 20,
    split: String = "labelled", batch: Int = 7
  ) throws {
    let stream = try writer.stream(
      split, fields: identity + [field, classes], compression: compression,
      samplesPerChunk: samplesPerChunk, bytesPerShard: bytesPerShard)
    for start in stride(from: 0, to: samples, by: batch) {
      try stream.append(columns(field, start..<min(start + batch, samples), split: split))
    }
    try stream.close()
  }

  static let classes = FieldDescription(
    "/sealed/class", .number(.int32), labels: ["left", "right"])

  static func columns(
    _ field: FieldDescription, _ range: Range<Int>, split: String = "labelled"
  ) -> [String: Column] {
    identity(range, split: split).merging([
      field.path: column(field, range),
      classes.path: Column(range.map { Int32($0 % 2) }, count: range.count),
    ]) { first, _ in first }
  }
}

/// The root of the package.
let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()
