public import Diagnostics
import Foundation

/// A finished output, opened to read.
public struct Output: Sendable {
  public let directory: String
  public let manifest: Manifest

  /// Opens an output by its manifest, and sees that its files are there in their full sizes; what
  /// they hold is verified when it is read.
  ///
  /// - Parameter schema: what the output must hold; `nil` takes any.
  /// - Throws: `Diagnostic` when there is no manifest, when it is of another format or schema, and
  ///   when a file is missing or of another size.
  public init(opening directory: String, schema: String? = nil) throws {
    self.directory = directory
    let path = "\(directory)/\(Manifest.fileName)"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Diagnostic(
        path, "there is no manifest: the output is not finished, or this is none",
        mend: "run the pipeline again; it continues from what is whole")
    }
    let mend = "rerun the stage that made it with --force"
    struct Format: Decodable { var format: Int }
    if let format = try? JSONDecoder().decode(Format.self, from: data).format,
      format != Manifest.currentFormat
    {
      throw Diagnostic(
        path, "format \(format), this program reads \(Manifest.currentFormat)", mend: mend)
    }
    do {
      manifest = try Manifest.decoded(data)
    } catch {
      throw Diagnostic(path, "is damaged: it does not read as a manifest", mend: mend)
    }
    if let schema, schema != manifest.schema {
      throw Diagnostic(
        path, "holds '\(manifest.schema)', '\(schema)' wanted",
        mend: "wire a stage that makes '\(schema)'")
    }
    for (file, bytes) in manifest.shards.map({ ($0.file, $0.bytes) })
      + manifest.files.map({ ($0.file, $0.bytes) })
    {
      var status = stat()
      guard stat("\(directory)/\(file)", &status) == 0 else {
        throw Diagnostic("\(directory)/\(file)", "missing", mend: manifest.header.mend)
      }
      guard status.st_size == bytes else {
        throw Diagnostic(
          "\(directory)/\(file)",
          "is damaged: \(status.st_size) bytes, manifest says \(bytes)",
          mend: manifest.header.mend)
      }
    }
  }

  /// What is whole of an output that is still being made.
  init(_ directory: String, unfinished manifest: Manifest) {
    self.directory = directory
    self.manifest = manifest
  }

  /// The streams, sorted.
  public var streams: [String] {
    Set(manifest.shards.map(\.stream)).subtracting([Manifest.arraysStream]).sorted()
  }

  /// The shards of a stream, in order.
  private func shards(of stream: String) -> [Manifest.Shard] {
    manifest.shards.filter { $0.stream == stream && stream != Manifest.arraysStream }
  }

  /// The fields of a stream, in the order of their paths; empty when there is no such stream.
  ///
  /// - Throws: `Diagnostic` when its first shard is damaged.
  public func fields(of stream: String) throws -> [FieldDescription] {
    guard let first = shards(of: stream).first else { return [] }
    return try open(first, fields: []).fields
  }

  /// Samples in a stream; 0 when there is no such stream.
  public func count(of stream: String) -> Int {
    shards(of: stream).reduce(0) { $0 + $1.samples }
  }

  /// Opens a stream to read some of its fields.
  ///
  /// - Throws: `Diagnostic` for a stream or field that is not there, a sealed field without leave,
  ///   and a damaged shard.
  public func read(
    _ fields: [String], of stream: String, options: ReadOptions = ReadOptions()
  ) throws -> SampleReader {
    let shards = shards(of: stream)
    guard !shards.isEmpty else {
      throw Diagnostic(
        directory, "there is no stream '\(stream)'",
        mend: Suggestions.mend(stream, among: streams, called: "streams"))
    }
    let known = try self.fields(of: stream)
    let wanted = try fields.map { path in
      if !options.includesSealed, path.hasPrefix("/sealed/") {
        throw Diagnostic(
          "\(directory):\(path)", "sealed: true labels are for evaluation alone",
          mend: "read them through 'evaluate', or name 'truth' as the labels of a variant")
      }
      guard let field = known.first(where: { $0.path == path }) else {
        throw Diagnostic(
          "\(directory):\(path)", "stream '\(stream)' has no field '\(path)'",
          mend: Suggestions.mend(path, among: known.map(\.path), called: "fields"))
      }
      return field
    }
    return SampleReader(self, shards, wanted, options)
  }

  /// Reads some fields of all samples of a stream, by path.
  public func readAll(
    _ fields: [String], of stream: String, options: ReadOptions = ReadOptions()
  ) throws -> [String: Column] {
    let reader = try read(fields, of: stream, options: options)
    let first = try reader.next()
    if let first, first.count == reader.count { return first.columns }
    var builder = BatchBuilder(reader.fields, room: reader.count)
    if let first { builder.append(first) }
    while let batch = try reader.next() { builder.append(batch) }
    return builder.batch.columns
  }

  /// The arrays of a shard that `writeArrays` made, in the order of their names, and its attributes.
  ///
  /// - Throws: `Diagnostic` when there is no such shard or it is damaged.
  public func arrays(
    in file: String
  ) throws -> (arrays: [NamedArray], attributes: [String: String]) {
    let shards = manifest.shards.filter { $0.stream == Manifest.arraysStream }
    guard let shard = shards.first(where: { $0.file == file }) else {
      throw Diagnostic(
        "\(directory)/\(file)", "there is no such shard of arrays",
        mend: Suggestions.mend(file, among: shards.map(\.file), called: "shards"))
    }
    return try ArraysFile.read("\(directory)/\(file)", shard: shard, header: manifest.header)
  }

  /// Reads everything: every file's SHA-256, every chunk's checksum, every shard's schema.
  ///
  /// - Returns: all that is damaged; empty when nothing is.
  public func verify() throws -> [Diagnostic] {
    var found: [Diagnostic] = []
    let sums =
      manifest.shards.map { ($0.file, $0.sha256) } + manifest.files.map { ($0.file, $0.sha256) }
    for (file, sha256) in sums {
      do {
        if try AtomicFile.digest("\(directory)/\(file)").sha256 != sha256 {
          found.append(
            Diagnostic(
              "\(directory)/\(file)", "is damaged: its SHA-256 is not that of the manifest",
              mend: manifest.header.mend))
        }
      } catch {
        found.append(
          Diagnostic(reading: "\(directory)/\(file)", error, mend: manifest.header.mend))
      }
    }
    for shard in manifest.shards {
      found += try ShardReader.faults(
        "\(directory)/\(shard.file)", shard, header: manifest.header,
        modalities: checkedModalities)
    }
    return found
  }

  /// Where the packed chunks of a field stand, for measurements.
  package func packedChunks(
    of field: String, in stream: String
  ) throws -> [(file: String, offset: UInt64, size: Int)] {
    try shards(of: stream).flatMap { shard in
      let chunks = try open(shard, fields: [field]).packedChunks(of: field)
      return chunks.map { ("\(directory)/\(shard.file)", $0.offset, $0.size) }
    }
  }

  func open(_ shard: Manifest.Shard, fields: [String]) throws -> ShardReader {
    try ShardReader(
      "\(directory)/\(shard.file)", shard: shard, header: manifest.header,
      modalities: checkedModalities, fields: fields)
  }

  /// The modalities that the shards must hold: models and predictions only name theirs.
  private var checkedModalities: [ModalityDescription] {
    let holders = [ShardSchema.samples.name, ShardSchema.alignedSamples.name]
    return holders.contains(manifest.schema) ? manifest.modalities : []
  }
}
