import Diagnostics
import Synchronization

/// The open shards of one stream, opened when first needed; the least recently opened go first.
final class ShardCache: Sendable {
  private static let mostOpen = 64

  private let output: Output
  private let shards: [Manifest.Shard]
  private let fields: [FieldDescription]
  private let open: Mutex<(readers: [Int: ShardReader], order: [Int])>

  init(_ output: Output, _ shards: [Manifest.Shard], _ fields: [FieldDescription]) {
    self.output = output
    self.shards = shards
    self.fields = fields
    open = Mutex(([:], []))
  }

  /// - Throws: `Diagnostic` when the shard is damaged or has other fields than its neighbours.
  func reader(_ index: Int) throws -> ShardReader {
    try open.withLock { open in
      if let reader = open.readers[index] { return reader }
      let reader = try output.open(shards[index], fields: fields.map(\.path))
      for field in fields {
        guard let found = reader.fields.first(where: { $0.path == field.path }),
          found.cell != field.cell || found.shape != field.shape
        else { continue }
        throw Diagnostic(
          "\(output.directory)/\(shards[index].file):\(field.path)",
          "\(found.cell) of shape \(found.shapeText), other shards of the stream have "
            + "\(field.cell) of shape \(field.shapeText)",
          mend: output.manifest.header.mend)
      }
      if open.order.count == Self.mostOpen { open.readers[open.order.removeFirst()] = nil }
      open.readers[index] = reader
      open.order.append(index)
      return reader
    }
  }
}
