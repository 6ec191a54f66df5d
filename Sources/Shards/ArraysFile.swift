import Diagnostics
import HDF5Files

/// Shards of arrays: every array is a data set `/parameters/<name>`, packed in chunks of rows.
enum ArraysFile {
  static let group = "/parameters/"
  /// On data sets that stand for one number without axes, which chunks cannot hold.
  private static let scalarMark = "scalar"
  private static let emptyMark = "empty_shape"
  private static let chunkBytes = 4 << 20

  /// Writes a new file.
  static func write(
    _ arrays: [NamedArray], attributes: [String: String], compression: Compression,
    header: OutputHeader, to path: String
  ) throws {
    let file = try HDF5File.create(path)
    let packing = try Packing()
    for array in arrays {
      guard array.shape.reduce(array.type.size, *) == array.bytes.count else {
        throw Diagnostic(
          "\(path):\(group)\(array.name)",
          "\(array.bytes.count / array.type.size) numbers for the shape \(array.shape)")
      }
      // Nothing to store, or no axis to chunk along: one row, and a mark that says what it means.
      let isEmpty = array.shape.contains(0)
      let shape = array.shape.isEmpty || isEmpty ? [1] : array.shape
      let rowBytes = shape.dropFirst().reduce(array.type.size, *)
      let layout = HDF5Dataset.Layout(
        cell: .number(array.type), shape: Array(shape.dropFirst()),
        rowsPerChunk: max(1, min(shape[0], chunkBytes / rowBytes)), compression: compression,
        isShuffled: array.type.size > 1)
      let dataset = try HDF5Dataset.create(group + array.name, layout, in: file)
      let writer = RowWriter(dataset, packing: packing)
      let bytes = isEmpty ? [UInt8](repeating: 0, count: array.type.size) : array.bytes
      try bytes.withUnsafeBytes { try writer.append($0) }
      try writer.finish()
      if array.shape.isEmpty { try dataset.setAttribute(scalarMark, .integer(1)) }
      if isEmpty {
        let sizes = array.shape.map(String.init).joined(separator: " ")
        try dataset.setAttribute(emptyMark, .text(sizes))
      }
    }
    try header.write(to: file, stream: Manifest.arraysStream)
    for (name, text) in attributes.sorted(by: { $0.key < $1.key }) {
      try file.setAttribute(name, .text(text), on: "/")
    }
    try file.close()
  }

  /// The shape that the array had when it was written.
  static func shape(of dataset: HDF5Dataset, rows: Int) throws -> [Int] {
    if try dataset.attribute(scalarMark) != nil { return [] }
    if let sizes = try dataset.attribute(emptyMark)?.text {
      return sizes.split(separator: " ").compactMap { Int($0) }
    }
    return [rows] + dataset.layout.shape
  }
}

extension ArraysFile {
  /// Attributes that every shard has; the others were handed over with the arrays.
  private static let headerAttributes: Set<String> = [
    "schema", "pipeline", "stage", "kind", "fingerprint", "tool", "stream", "documentation",
  ]

  static func isReserved(_ attribute: String) -> Bool {
    headerAttributes.contains(attribute) || attribute == "format"
  }

  /// Reads all arrays in the order of their names, verifying every chunk.
  ///
  /// - Throws: `Diagnostic`
  static func read(
    _ path: String, shard: Manifest.Shard, header: OutputHeader
  ) throws -> (arrays: [NamedArray], attributes: [String: String]) {
    // Checks root attributes and schema, as for samples.
    _ = try ShardReader(path, shard: shard, header: header, modalities: [], fields: [])
    do {
      let file = try ReadableFile(path)
      let library = try HDF5File.open(path)
      let unpacking = try Unpacking()
      var arrays: [NamedArray] = []
      for name in try library.datasets() where name.hasPrefix(group) {
        do {
          arrays.append(try array(name, library, file, unpacking))
        } catch {
          throw Diagnostic(
            "\(path):\(name)", "is damaged: \(Diagnostic.reason(error))", mend: header.mend)
        }
      }
      let attributes = try library.textAttributes(of: "/").filter { !isReserved($0.key) }
      return (arrays, attributes)
    } catch {
      throw Diagnostic(reading: path, error, mend: header.mend)
    }
  }

  private static func array(
    _ path: String, _ library: HDF5File, _ file: ReadableFile, _ unpacking: Unpacking
  ) throws -> NamedArray {
    let (dataset, rows) = try HDF5Dataset.openRows(path, in: library)
    guard case .number(let type) = dataset.layout.cell else {
      throw ReadFault(message: "holds text")
    }
    let reader = try DatasetReader(path, in: library)
    let shape = try shape(of: dataset, rows: rows)
    let bytes =
      shape.contains(0) ? [] : try reader.bytes(0..<rows, from: file, with: unpacking)
    return NamedArray(String(path.dropFirst(group.count)), type: type, shape: shape, bytes: bytes)
  }
}
