import Diagnostics
import Foundation

/// Takes the samples of one stream and writes them into shards; holds the samples of one chunk.
///
/// For one thread at a time. Shards are cut by the size of their values, whatever the packing and
/// however the samples were handed over, so that the same samples make the same files.
public final class SampleStream {
  /// Samples that are packed together when nothing else limits them.
  private static let mostSamplesPerChunk = 1 << 16

  public let name: String
  public let fields: [FieldDescription]
  private let writer: OutputWriter
  private let compression: Compression
  private let bytesPerShard: Int
  private let packing: Packing
  /// `nil` until enough samples were seen to tell.
  private var samplesPerChunk: Int?
  /// While that is so: the bytes of each field's samples.
  private var measured: [Int]
  private var block: SampleBlock
  private var shard: ShardWriter?
  private var shardCount = 0
  private var isClosed = false

  /// Samples taken, those of an earlier attempt included.
  public private(set) var count = 0

  init(
    _ name: String, fields: [FieldDescription], compression: Compression, samplesPerChunk: Int?,
    bytesPerShard: Int, writer: OutputWriter
  ) throws {
    self.name = name
    self.fields = fields
    self.compression = compression
    self.samplesPerChunk = samplesPerChunk.map { max(1, $0) }
    self.bytesPerShard = bytesPerShard
    self.writer = writer
    packing = try Packing()
    measured = fields.map { _ in 0 }
    block = SampleBlock(fields)
  }

  deinit {
    if let shard { unlink(shard.temporaryPath) }
  }

  /// Continues after the whole shards that an earlier attempt left, before anything is appended.
  ///
  /// - Returns: the number of samples that need not be appended again: the first ones.
  public func resume() throws -> Int {
    guard count == 0, shardCount == 0 else {
      throw Diagnostic(subject(shardCount), "resumed after samples were appended")
    }
    while let kept = writer.keep(shardFile(shardCount), stream: name, fields: fields) {
      // A shard without samples is all there is of an empty stream: nothing to continue after.
      guard kept.samples > 0 else { break }
      samplesPerChunk = kept.samplesPerChunk
      count += kept.samples
      shardCount += 1
    }
    return count
  }

  /// Some fields of the samples that `resume` found, all of them in memory.
  ///
  /// - Throws: `Diagnostic` when a shard is damaged, or there is no such field.
  public func resumed(reading paths: [String]) throws -> [String: Column] {
    let shards = (0..<shardCount).compactMap { writer.shard(shardFile($0)) }
    guard !shards.isEmpty else { return [:] }
    let manifest = Manifest(
      schema: writer.header.schema, pipeline: writer.header.pipeline, stage: writer.header.stage,
      kind: writer.header.kind, fingerprint: writer.header.fingerprint, tool: writer.header.tool,
      samples: count, splits: [name: count], modalities: [], shards: shards, files: [],
      details: .null)
    return try Output(writer.directory, unfinished: manifest).readAll(paths, of: name)
  }

  /// Takes samples: one column for each field, by path, all of the same count.
  ///
  /// - Throws: `Diagnostic` when a column does not fit its field, and when the disk fails.
  public func append(_ columns: [String: Column]) throws {
    guard !isClosed else { throw Diagnostic(subject(shardCount), "appended to after closing") }
    let checked = try check(columns)
    let samples = checked.first?.column.count ?? 0
    var row = 0
    while row < samples {
      let taken: Int
      if let samplesPerChunk {
        taken = min(samplesPerChunk - block.count, samples - row)
      } else {
        taken = measure(checked, from: row, of: samples)
      }
      block.append(row..<(row + taken), of: checked)
      row += taken
      count += taken
      if block.count == samplesPerChunk { try flush() }
    }
  }

  /// Writes what is left; the stream's last shard gets its name. An empty stream has one empty shard.
  public func close() throws {
    guard !isClosed else { return }
    isClosed = true
    if samplesPerChunk == nil { samplesPerChunk = max(1, block.count) }
    if block.count > 0 || shardCount == 0 && shard == nil { try flush() }
    try closeShard()
    writer.streamIsClosed(self, shards: shardCount)
  }

  // MARK: Steps

  private func check(_ columns: [String: Column]) throws -> [CheckedColumn] {
    let paths = fields.map(\.path)
    for path in columns.keys.sorted() where !paths.contains(path) {
      throw Diagnostic(
        "\(subject(shardCount)):\(path)", "stream '\(name)' has no field '\(path)'",
        mend: Suggestions.mend(path, among: paths, called: "fields"))
    }
    let samples = fields.first.flatMap { columns[$0.path]?.count } ?? 0
    return try fields.map { field in
      let subject = "\(subject(shardCount)):\(field.path)"
      guard let column = columns[field.path] else {
        throw Diagnostic(subject, "no values were given for this field")
      }
      guard column.count == samples else {
        throw Diagnostic(
          subject, "\(column.count) samples, but '\(paths[0])' has \(samples) of them")
      }
      do throws(CheckedColumn.Fault) {
        return try CheckedColumn(column, field)
      } catch {
        throw Diagnostic(subject, error.message)
      }
    }
  }

  /// Samples from `row` on that the first chunk takes; settles how many make a chunk when the
  /// largest field reaches the wanted size.
  private func measure(_ columns: [CheckedColumn], from row: Int, of samples: Int) -> Int {
    var next = row
    while next < samples {
      for (index, column) in columns.enumerated() { measured[index] += column.size(next) }
      next += 1
      let taken = block.count + next - row
      if measured.contains(where: { $0 >= ShardWriter.targetChunkBytes })
        || taken == Self.mostSamplesPerChunk
      {
        samplesPerChunk = taken
        break
      }
    }
    return next - row
  }

  private func flush() throws {
    if let open = shard,
      !open.hasRoom(for: block) || open.rawBytes + block.byteCount > bytesPerShard
    {
      try closeShard()
    }
    try making { shard in
      try shard.write(block)
    }
    block.removeAll()
  }

  private func closeShard() throws {
    guard shard != nil else { return }
    let file = shardFile(shardCount)
    try making { shard in
      try shard.finish(stream: name)
      try writer.commit(shard, file: file, stream: name, fields: fields)
    }
    shard = nil
    shardCount += 1
  }

  /// Works on the shard that is being made, which is made when there is none; when that fails,
  /// nothing is left of it.
  private func making(_ body: (ShardWriter) throws -> Void) throws {
    let temporary =
      shard?.temporaryPath ?? AtomicFile.temporaryPath(for: subject(shardCount))
    do {
      let current =
        try shard
        ?? ShardWriter(
          temporaryPath: temporary, header: writer.header, compression: compression,
          samplesPerChunk: samplesPerChunk ?? 1, first: block, packing: packing)
      shard = current
      try body(current)
    } catch {
      shard = nil
      isClosed = true
      unlink(temporary)
      throw Diagnostic(writing: subject(shardCount), error)
    }
  }

  private func shardFile(_ number: Int) -> String {
    let digits = String(number)
    return "\(name)-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".h5"
  }

  private func subject(_ number: Int) -> String { "\(writer.directory)/\(shardFile(number))" }
}
