import Arrays
import Diagnostics
import Foundation
import HDF5Files

/// One shard in the making: an HDF5 file under a temporary name.
final class ShardWriter {
  /// Of the largest data sets; a chunk is what is unpacked at once.
  static let targetChunkBytes = 1 << 20
  private static let smallestRaggedChunkBytes = 1 << 16
  private static let offsetsPerChunk = 1 << 16
  /// HDF5's own limit.
  private static let largestChunkBytes = 1 << 32 - 1

  private let header: OutputHeader
  private let file: HDF5File
  private let fields: [FieldDescription]
  private let writers: [RowWriter]
  private let datasets: [HDF5Dataset]
  /// Bytes of each text field's cells; 0 for numbers.
  private let textWidths: [Int]
  /// Of each ragged field: where samples start, and where the last one ends.
  private var offsets: [Int: [Int64]] = [:]
  private let packing: Packing
  private let compression: Compression

  let temporaryPath: String
  let samplesPerChunk: Int
  private(set) var samples = 0
  /// Bytes of all values written so far, unpacked.
  private(set) var rawBytes = 0

  /// Creates the file; `first` is the block that will be written first, after which the width of
  /// texts and the chunks of ragged fields are measured.
  init(
    temporaryPath: String, header: OutputHeader, compression: Compression, samplesPerChunk: Int,
    first: SampleBlock, packing: Packing
  ) throws {
    self.temporaryPath = temporaryPath
    self.header = header
    self.compression = compression
    self.samplesPerChunk = samplesPerChunk
    self.packing = packing
    fields = first.fields
    // A multiple of 16 leaves room for the counter in an id to grow.
    textWidths = zip(first.fields, first.cells).map { field, cells in
      field.cell == .text ? FixedText.width(longest: cells.longestText, step: 16) : 0
    }
    let file = try HDF5File.create(temporaryPath)
    self.file = file
    var datasets: [HDF5Dataset] = []
    for (index, field) in fields.enumerated() {
      let layout = try Self.layout(
        field, first.cells[index], textWidth: textWidths[index], compression: compression,
        samplesPerChunk: samplesPerChunk)
      datasets.append(try HDF5Dataset.create(field.path, layout, in: file))
      if field.isRagged { offsets[index] = [0] }
    }
    self.datasets = datasets
    writers = datasets.map { RowWriter($0, packing: packing) }
  }

  private static func layout(
    _ field: FieldDescription, _ cells: SampleBlock.Cells, textWidth: Int,
    compression: Compression, samplesPerChunk: Int
  ) throws -> HDF5Dataset.Layout {
    let cell: CellType =
      switch field.cell {
      case .number(let type): .number(type)
      case .text: .text(bytes: textWidth)
      }
    var layout = HDF5Dataset.Layout(
      cell: cell, shape: field.rowShape, rowsPerChunk: samplesPerChunk, compression: compression,
      isShuffled: field.isShuffled && cell.size > 1)
    if field.isRagged {
      // Samples do not start where chunks do: small chunks, so that little is unpacked twice.
      let steps = cells.lengths.reduce(0, +)
      let fewest = smallestRaggedChunkBytes / layout.rowBytes
      layout.rowsPerChunk = max(1, min(max(steps / 8, fewest), max(steps, 1)))
    }
    guard layout.chunkBytes <= largestChunkBytes else {
      throw Diagnostic(
        field.path,
        "\(layout.rowsPerChunk) samples of \(layout.rowBytes) bytes exceed the 4 GiB of a chunk",
        mend: "pack fewer samples together, or make samples smaller")
    }
    return layout
  }

  /// Whether the texts of the block fit into the shard's cells.
  func hasRoom(for block: SampleBlock) -> Bool {
    zip(textWidths, block.cells).allSatisfy { $0 == 0 || $1.longestText < $0 }
  }

  func write(_ block: SampleBlock) throws {
    for (index, cells) in block.cells.enumerated() {
      if textWidths[index] > 0 {
        let bytes = FixedText.bytes(cells.texts, width: textWidths[index])
        try bytes.withUnsafeBytes { try writers[index].append($0) }
      } else {
        try cells.numbers.withUnsafeBytes { try writers[index].append($0) }
      }
      if fields[index].isRagged {
        var end = offsets[index]?.last ?? 0
        for length in cells.lengths {
          end += Int64(length)
          offsets[index]?.append(end)
        }
      }
    }
    samples += block.count
    rawBytes += block.byteCount
  }

  /// Writes what is left, describes everything, and closes the file.
  func finish(stream: String) throws {
    for writer in writers { try writer.finish() }
    for (index, field) in fields.enumerated() {
      if let offsets = offsets[index] { try write(offsets, of: field) }
      try describe(field, datasets[index])
    }
    try header.write(to: file, stream: stream)
    try file.setAttribute("split", .text(stream), on: "/")
    try file.setAttribute("samples", .integer(samples), on: "/")
    try file.setAttribute("samples_per_chunk", .integer(samplesPerChunk), on: "/")
    try file.close()
  }

  private func write(_ offsets: [Int64], of field: FieldDescription) throws {
    let layout = HDF5Dataset.Layout(
      cell: .number(.int64), shape: [], rowsPerChunk: min(offsets.count, Self.offsetsPerChunk),
      compression: compression, isShuffled: true)
    let dataset = try HDF5Dataset.create(field.offsetsPath, layout, in: file)
    let writer = RowWriter(dataset, packing: packing)
    try offsets.withUnsafeBytes { try writer.append($0) }
    try writer.finish()
    try dataset.setAttribute("axes", .texts(["sample"]))
    try dataset.setAttribute(
      "documentation",
      .text("Sample i has the steps offsets[i] up to, not including, offsets[i + 1] of data."))
  }

  private func describe(_ field: FieldDescription, _ dataset: HDF5Dataset) throws {
    let names = field.axes.isEmpty ? field.shape.indices.map { "axis \($0 + 1)" } : field.axes
    try dataset.setAttribute("axes", .texts(field.isRagged ? names : ["sample"] + names))
    if field.isRagged {
      try dataset.setAttribute(
        "ragged", .text("the steps of all samples, one after the other; see offsets"))
    }
    if let unit = field.unit { try dataset.setAttribute("unit", .text(unit)) }
    if let rate = field.rate { try dataset.setAttribute("rate_hz", .real(rate)) }
    if let labels = field.labels { try dataset.setAttribute("labels", .texts(labels)) }
    if let documentation = field.documentation {
      try dataset.setAttribute("documentation", .text(documentation))
    }
  }
}

extension OutputHeader {
  /// Writes the attributes that every shard has.
  func write(to file: HDF5File, stream: String) throws(HDF5Error) {
    try file.setAttribute("format", .integer(Manifest.currentFormat), on: "/")
    let texts = [
      "schema": schema, "pipeline": pipeline, "stage": stage, "kind": kind,
      "fingerprint": fingerprint, "tool": tool, "stream": stream,
      "documentation": ShardSchema.named(schema)?.documentation ?? "",
    ]
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
      try file.setAttribute(name, .text(text), on: "/")
    }
  }
}
