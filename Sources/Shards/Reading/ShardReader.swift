import Arrays
import Diagnostics
import Foundation
import HDF5Files

/// One shard of samples, open: its fields, and the samples of any of its chunks.
final class ShardReader: Sendable {
  /// All fields of the shard, in the order of their paths.
  let fields: [FieldDescription]
  private let path: String
  private let shard: Manifest.Shard
  private let header: OutputHeader
  private let file: ReadableFile
  /// Those that were asked for.
  private let columns: [ColumnReader]
  /// Kept open as long as HDF5 must unpack.
  private let library: HDF5File?

  private struct ColumnReader: Sendable {
    let field: FieldDescription
    let data: DatasetReader
    /// Of a ragged field: where samples start, and where the last one ends.
    let offsets: [Int]?
  }

  /// Opens a shard and checks it against its manifest and its schema.
  ///
  /// - Parameter wanted: paths of the fields to read; they must exist.
  /// - Throws: `Diagnostic`
  init(
    _ path: String, shard: Manifest.Shard, header: OutputHeader,
    modalities: [ModalityDescription], fields wanted: [String]
  ) throws {
    self.path = path
    self.shard = shard
    self.header = header
    do {
      file = try ReadableFile(path)
      let library = try HDF5File.open(path)
      try Self.checkRoot(of: library, path, shard, header)
      let paths = try library.datasets()
      var fields: [FieldDescription] = []
      var rows: [String: Int] = [:]
      for dataset in paths where !Self.isOffsets(dataset, among: paths) {
        let (field, count) = try Self.field(dataset, among: paths, in: library)
        fields.append(field)
        rows[dataset] = count
      }
      self.fields = fields
      try Self.check(fields, path, header, modalities)
      let unpacking = try Unpacking()
      var columns: [ColumnReader] = []
      for name in wanted {
        guard let field = fields.first(where: { $0.path == name }) else {
          throw Diagnostic("\(path):\(name)", "missing", mend: header.mend)
        }
        columns.append(try Self.column(field, shard, library, file, unpacking))
      }
      for field in fields
      where shard.stream != Manifest.arraysStream && !field.isRagged
        && rows[field.path] != shard.samples
      {
        throw Diagnostic(
          "\(path):\(field.path)",
          "\(rows[field.path] ?? 0) samples, manifest says \(shard.samples)", mend: header.mend)
      }
      self.columns = columns
      self.library = columns.contains { $0.data.needsLibrary } ? library : nil
      if self.library == nil { try library.close() }
    } catch {
      throw Diagnostic(reading: path, error, mend: header.mend)
    }
  }

  // MARK: Checks

  private static func checkRoot(
    of file: HDF5File, _ path: String, _ shard: Manifest.Shard, _ header: OutputHeader
  ) throws {
    func check(_ name: String, _ wanted: AttributeValue) throws {
      let found = try file.attribute(name, on: "/")
      guard found != wanted else { return }
      throw Diagnostic(
        path,
        "\(name) is \(found?.text(quoted: true) ?? "not told"), "
          + "\(wanted.text(quoted: true)) wanted", mend: header.mend)
    }
    try check("format", .integer(Manifest.currentFormat))
    try check("schema", .text(header.schema))
    try check("fingerprint", .text(header.fingerprint))
    try check("stream", .text(shard.stream))
    if shard.stream != Manifest.arraysStream {
      try check("samples", .integer(shard.samples))
      try check("samples_per_chunk", .integer(shard.samplesPerChunk))
    }
  }

  private static func check(
    _ fields: [FieldDescription], _ path: String, _ header: OutputHeader,
    _ modalities: [ModalityDescription]
  ) throws {
    if let violation = ShardSchema.named(header.schema)?.violations(fields).first {
      throw Diagnostic("\(path):\(violation.path)", violation.message, mend: header.mend)
    }
    for modality in modalities {
      let name = "/modalities/\(modality.name)/data"
      guard let field = fields.first(where: { $0.path == name }) else {
        throw Diagnostic(
          "\(path):\(name)", "missing; the manifest names the modality '\(modality.name)'",
          mend: header.mend)
      }
      guard field.shape == modality.shape else {
        throw Diagnostic(
          "\(path):\(name)",
          "shape \(field.shapeText), manifest says "
            + FieldDescription.text(modality.shape), mend: header.mend)
      }
      guard field.cell == .number(modality.type) else {
        throw Diagnostic(
          "\(path):\(name)", "holds \(field.cell), manifest says \(modality.type.rawValue)",
          mend: header.mend)
      }
    }
  }

  // MARK: Fields

  private static func offsetsPath(of dataset: String) -> String? {
    guard dataset.hasSuffix("/" + RaggedNames.data) else { return nil }
    return dataset.dropLast(RaggedNames.data.count) + RaggedNames.offsets
  }

  private static func isOffsets(_ dataset: String, among paths: [String]) -> Bool {
    dataset.hasSuffix("/" + RaggedNames.offsets)
      && paths.contains(dataset.dropLast(RaggedNames.offsets.count) + RaggedNames.data)
  }

  /// The description of a data set, and the number of its rows.
  private static func field(
    _ path: String, among paths: [String], in file: HDF5File
  ) throws -> (field: FieldDescription, rows: Int) {
    let (dataset, rows) = try openDataset(path, in: file)
    let isRagged = offsetsPath(of: path).map(paths.contains) ?? false
    let cell: FieldDescription.Cell =
      switch dataset.layout.cell {
      case .number(let type): .number(type)
      case .text: .text
      }
    let axes = try dataset.attribute("axes")?.texts ?? []
    let field = FieldDescription(
      path, cell, shape: (isRagged ? [nil] : []) + dataset.layout.shape.map { $0 },
      axes: isRagged ? axes : Array(axes.dropFirst()),
      unit: try dataset.attribute("unit")?.text, rate: try dataset.attribute("rate_hz")?.real,
      labels: try dataset.attribute("labels")?.texts,
      documentation: try dataset.attribute("documentation")?.text,
      isShuffled: dataset.layout.isShuffled)
    return (field, rows)
  }

  private static func openDataset(
    _ path: String, in file: HDF5File
  ) throws -> (dataset: HDF5Dataset, rows: Int) {
    do {
      return try HDF5Dataset.openRows(path, in: file)
    } catch let error as HDF5Dataset.Unusable {
      throw Diagnostic("\(file.path):\(path)", error.message)
    }
  }

  private static func column(
    _ field: FieldDescription, _ shard: Manifest.Shard, _ library: HDF5File, _ file: ReadableFile,
    _ unpacking: Unpacking
  ) throws -> ColumnReader {
    let subject = "\(library.path):\(field.path)"
    do {
      let data = try DatasetReader(field.path, in: library)
      guard field.isRagged else {
        guard data.layout.rowsPerChunk == shard.samplesPerChunk else {
          throw ReadFault(
            message: "\(data.layout.rowsPerChunk) samples a chunk, manifest says "
              + "\(shard.samplesPerChunk)")
        }
        return ColumnReader(field: field, data: data, offsets: nil)
      }
      let reader = try DatasetReader(field.offsetsPath, in: library)
      guard reader.layout.cell == .number(.int64), reader.layout.shape.isEmpty,
        reader.rows == shard.samples + 1
      else { throw ReadFault(message: "the offsets are not those of \(shard.samples) samples") }
      let bytes = try reader.bytes(0..<reader.rows, from: file, with: unpacking)
      let offsets = ElementConversion.values(of: bytes, .int64, as: Int64.self).map { Int($0) }
      guard offsets.first == 0, offsets.last == data.rows,
        zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
      else { throw ReadFault(message: "the offsets do not fit the \(data.rows) steps") }
      return ColumnReader(field: field, data: data, offsets: offsets)
    } catch {
      throw Diagnostic(reading: subject, error)
    }
  }

  // MARK: Samples

  /// Chunks of samples.
  var blockCount: Int {
    (shard.samples + shard.samplesPerChunk - 1) / max(1, shard.samplesPerChunk)
  }

  /// Reads the wanted fields of the samples of one chunk, in the order they were asked for.
  func block(_ index: Int, with unpacking: Unpacking) throws -> [Column] {
    try columns.map { try column($0, block: index, with: unpacking) }
  }

  private func column(
    _ column: ColumnReader, block: Int, with unpacking: Unpacking
  ) throws -> Column {
    let first = block * shard.samplesPerChunk
    let samples = first..<min(first + shard.samplesPerChunk, shard.samples)
    do {
      var lengths: [Int]?
      var rows = samples
      if let offsets = column.offsets {
        rows = offsets[samples.lowerBound]..<offsets[samples.upperBound]
        lengths = samples.map { offsets[$0 + 1] - offsets[$0] }
      }
      let bytes = try column.data.bytes(rows, from: file, with: unpacking)
      switch column.data.layout.cell {
      case .number(let type):
        return Column(.numbers(type, bytes), count: samples.count, lengths: lengths)
      case .text(let width):
        return Column(texts: bytes.withUnsafeBytes { FixedText.texts($0, width: width) })
      }
    } catch {
      let reason = Diagnostic.reason(error)
      throw Diagnostic(
        "\(path):\(column.field.path)",
        "samples \(samples.lowerBound)…\(samples.upperBound - 1) are damaged: \(reason)",
        mend: header.mend)
    }
  }

  // MARK: Whole shards

  /// What a shard says about itself, without its size and hash.
  static func describe(
    _ path: String, file: String, header: OutputHeader
  ) throws -> Manifest.Shard {
    let library = try HDF5File.open(path)
    defer { try? library.close() }
    return Manifest.Shard(
      file: file, stream: try library.attribute("stream", on: "/")?.text ?? "",
      samples: try library.attribute("samples", on: "/")?.integer ?? 0,
      samplesPerChunk: try library.attribute("samples_per_chunk", on: "/")?.integer ?? 0,
      bytes: 0, sha256: "")
  }

  /// Reads all of a shard and tells everything that is damaged.
  static func faults(
    _ path: String, _ shard: Manifest.Shard, header: OutputHeader,
    modalities: [ModalityDescription]
  ) throws -> [Diagnostic] {
    do {
      if shard.stream == Manifest.arraysStream {
        _ = try ArraysFile.read(path, shard: shard, header: header)
        return []
      }
      let names = try ShardReader(
        path, shard: shard, header: header, modalities: modalities, fields: []
      ).fields.map(\.path)
      let reader = try ShardReader(
        path, shard: shard, header: header, modalities: modalities, fields: names)
      let unpacking = try Unpacking()
      var faults: [Diagnostic] = []
      for column in reader.columns {
        for block in 0..<reader.blockCount {
          do {
            _ = try reader.column(column, block: block, with: unpacking)
          } catch let fault as Diagnostic {
            faults.append(fault)
          }
        }
      }
      return faults
    } catch let fault as Diagnostic {
      return [fault]
    }
  }

  /// Where the packed chunks of a wanted field stand in the file.
  func packedChunks(of field: String) throws -> [HDF5Dataset.Chunk] {
    columns.first { $0.field.path == field }?.data.packedChunks ?? []
  }
}

extension AttributeValue {
  func text(quoted: Bool) -> String {
    switch self {
    case .text(let text): "'\(text)'"
    case .texts(let texts): "\(texts)"
    case .integer(let number): "\(number)"
    case .real(let number): "\(number)"
    }
  }
}

// MARK: For the user

extension Diagnostic {
  /// A file that could not be read, whatever the reason below; `mend` where the reason has none.
  init(reading path: String, _ error: any Error, mend: String? = nil) {
    switch error {
    case var error as Diagnostic:
      error.mend = error.mend ?? mend
      self = error
    case let error as HDF5Error where error.systemError == nil:
      // The subject names the data set or attribute inside the file, when it is one.
      self.init(
        error.subject.isEmpty ? path : error.subject, "is damaged: \(Self.reason(error))",
        mend: mend)
    case let error as DiskError:
      self.init(error.path, Self.reason(error), mend: error.code == ENOENT ? mend : nil)
    case is ReadFault, is Zstd.Failure:
      self.init(path, "is damaged: \(Self.reason(error))", mend: mend)
    default: self.init(path, Self.reason(error), mend: mend)
    }
  }

  /// The words of an error below, without the place.
  static func reason(_ error: any Error) -> String {
    switch error {
    case let error as Diagnostic: error.message
    case let error as ReadFault: error.message
    case let error as Zstd.Failure: error.message
    case let error as HDF5Dataset.Unusable: error.message
    case let error as DiskError: "cannot \(error.call): \(String(cString: strerror(error.code)))"
    case let error as HDF5Error:
      error.systemError.map { "cannot \(error.call): \(String(cString: strerror($0)))" }
        ?? "HDF5 could not \(error.call): \(error.message)"
    default: "\(error)"
    }
  }
}
