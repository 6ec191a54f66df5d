public import Configuration
import Diagnostics
import Foundation
import Synchronization

/// Makes one output: a folder of shards and plain files, and at last its manifest.
///
/// Files appear under their final names when they are whole and on the disk, never before; a folder
/// without a manifest is an output that is not finished, whose files a later attempt may keep.
public final class OutputWriter: Sendable {
  public let directory: String
  public let header: OutputHeader

  private struct State {
    var shards: [String: Manifest.Shard] = [:]
    var files: [String: Manifest.File] = [:]
    /// Streams in the order they were opened, and whether they are still open.
    var streams: [(name: String, isOpen: Bool)] = []
  }

  private let state = Mutex(State())

  /// Makes the folder; keeps whole files of an earlier attempt and removes torn ones.
  ///
  /// - Throws: `Diagnostic` when the folder cannot be made, or when no such schema is known.
  public init(_ directory: String, header: OutputHeader) throws {
    self.directory = directory
    self.header = header
    guard ShardSchema.named(header.schema) != nil else {
      throw Diagnostic(
        directory, "no schema is called '\(header.schema)'",
        mend: Suggestions.mend(
          header.schema, among: ShardSchema.all.map(\.name), called: "schemas"))
    }
    do {
      try AtomicFile.makeFolder(directory)
    } catch {
      throw Diagnostic(writing: directory, error)
    }
    AtomicFile.removeTornFiles(in: directory)
    // While there is a manifest, the output counts as finished.
    unlink(path(Manifest.fileName))
  }

  /// Whether an earlier attempt left this file whole, so that it need not be made again: a shard
  /// must be of this output and pass every checksum, a plain file must be there. The file then
  /// belongs to the output. From any thread.
  public func isFinished(_ file: String) -> Bool {
    if state.withLock({ $0.shards[file] != nil || $0.files[file] != nil }) { return true }
    guard access(path(file), R_OK) == 0 else { return false }
    guard file.hasSuffix(".h5") else {
      guard let digest = try? AtomicFile.digest(path(file)) else { return false }
      state.withLock {
        $0.files[file] = Manifest.File(file: file, bytes: digest.bytes, sha256: digest.sha256)
      }
      return true
    }
    guard let shard = try? wholeShard(file) else { return false }
    state.withLock { $0.shards[file] = shard }
    return true
  }

  /// Opens a stream of samples.
  ///
  /// - Parameters:
  ///   - samplesPerChunk: samples that are packed together; by default as many as fill about 1 MiB
  ///     of the largest field.
  ///   - bytesPerShard: a shard is closed before its values, unpacked, exceed this.
  /// - Throws: `Diagnostic` when the fields are not what the output's schema says.
  public func stream(
    _ name: String, fields: [FieldDescription], compression: Compression,
    samplesPerChunk: Int? = nil, bytesPerShard: Int = 256 << 20
  ) throws -> SampleStream {
    let subject = path(name)
    if name.isEmpty || name.hasPrefix(".") || name.contains("/") || name == Manifest.arraysStream {
      throw Diagnostic(subject, "'\(name)' cannot be the name of a stream")
    }
    try check(fields, subject)
    let isNew = state.withLock { state in
      guard !state.streams.contains(where: { $0.name == name }) else { return false }
      state.streams.append((name, true))
      return true
    }
    guard isNew else { throw Diagnostic(subject, "the stream '\(name)' is opened a second time") }
    do {
      return try SampleStream(
        name, fields: fields, compression: compression, samplesPerChunk: samplesPerChunk,
        bytesPerShard: bytesPerShard, writer: self)
    } catch {
      throw Diagnostic(writing: subject, error)
    }
  }

  private func check(_ fields: [FieldDescription], _ subject: String) throws {
    var paths: Set<String> = []
    for field in fields {
      for path in field.isRagged ? [field.path, field.offsetsPath] : [field.path] {
        guard paths.insert(path).inserted else {
          throw Diagnostic("\(subject):\(path)", "two fields have the path '\(path)'")
        }
      }
      if let fault = field.fault { throw Diagnostic("\(subject):\(field.path)", fault) }
    }
    let violations = ShardSchema.named(header.schema)?.violations(fields) ?? []
    if !violations.isEmpty {
      throw DiagnosticList(violations.map { Diagnostic("\(subject):\($0.path)", $0.message) })
    }
  }

  /// Writes a shard of arrays, such as the parameters of a network. From any thread.
  ///
  /// - Parameter attributes: texts about the whole, as attributes of the file.
  public func writeArrays(
    _ file: String, _ arrays: [NamedArray], attributes: [String: String],
    compression: Compression = .zstd
  ) throws {
    let final = path(file)
    if let name = attributes.keys.sorted().first(where: ArraysFile.isReserved) {
      throw Diagnostic("\(final)@\(name)", "the attribute '\(name)' belongs to every shard")
    }
    let temporary = AtomicFile.temporaryPath(for: final)
    do {
      try ArraysFile.write(
        arrays, attributes: attributes, compression: compression, header: header, to: temporary)
      let digest = try AtomicFile.digest(temporary)
      try AtomicFile.commit(temporary, as: final)
      state.withLock {
        $0.shards[file] = Manifest.Shard(
          file: file, stream: Manifest.arraysStream, samples: 0, samplesPerChunk: 0,
          bytes: digest.bytes, sha256: digest.sha256)
      }
    } catch {
      unlink(temporary)
      throw Diagnostic(writing: final, error)
    }
  }

  /// Writes a plain file. From any thread.
  public func writeFile(_ file: String, _ bytes: [UInt8]) throws {
    do {
      try AtomicFile.write(bytes, to: path(file))
      let digest = try AtomicFile.digest(path(file))
      state.withLock {
        $0.files[file] = Manifest.File(file: file, bytes: digest.bytes, sha256: digest.sha256)
      }
    } catch {
      throw Diagnostic(writing: path(file), error)
    }
  }

  /// Writes the manifest, after which the output is whole. All streams must be closed.
  ///
  /// - task: what networks answer of the samples; `nil` means one class of several.
  /// - units: of the values of a regression, one for each
  @discardableResult
  public func finish(
    task: LearningTask? = nil, classes: [String]?, units: [String]? = nil,
    modalities: [ModalityDescription], details: Value
  ) throws -> Manifest {
    let state = state.withLock { $0 }
    if let open = state.streams.first(where: \.isOpen) {
      throw Diagnostic(path(open.name), "the stream '\(open.name)' was not closed")
    }
    let shards = state.shards.values.sorted { $0.file < $1.file }
    var splits: [String: Int] = [:]
    for shard in shards where shard.stream != Manifest.arraysStream {
      splits[shard.stream, default: 0] += shard.samples
    }
    let manifest = Manifest(
      schema: header.schema, pipeline: header.pipeline, stage: header.stage, kind: header.kind,
      fingerprint: header.fingerprint, tool: header.tool, samples: splits.values.reduce(0, +),
      splits: splits, task: task, classes: classes, units: units, modalities: modalities,
      shards: shards,
      files: state.files.values.sorted { $0.file < $1.file }, details: details)
    do {
      try AtomicFile.write([UInt8](manifest.encoded()), to: path(Manifest.fileName))
    } catch {
      throw Diagnostic(writing: path(Manifest.fileName), error)
    }
    return manifest
  }

  // MARK: For streams

  /// Gives a shard its final name, after it was opened and checked as a reader would.
  func commit(
    _ shard: ShardWriter, file: String, stream: String, fields: [FieldDescription]
  ) throws {
    let digest = try AtomicFile.digest(shard.temporaryPath)
    let entry = Manifest.Shard(
      file: file, stream: stream, samples: shard.samples, samplesPerChunk: shard.samplesPerChunk,
      bytes: digest.bytes, sha256: digest.sha256)
    do {
      _ = try ShardReader(
        shard.temporaryPath, shard: entry, header: header, modalities: [],
        fields: fields.map(\.path))
    } catch var fault as Diagnostic {
      fault.subject = fault.subject.replacing(shard.temporaryPath, with: path(file))
      throw fault
    }
    try AtomicFile.commit(shard.temporaryPath, as: path(file))
    state.withLock { $0.shards[file] = entry }
  }

  /// The entry of a whole shard of an earlier attempt that has these fields.
  func keep(_ file: String, stream: String, fields: [FieldDescription]) -> Manifest.Shard? {
    guard access(path(file), R_OK) == 0, let shard = try? wholeShard(file),
      shard.stream == stream,
      let reader = try? ShardReader(
        path(file), shard: shard, header: header, modalities: [], fields: []),
      Set(reader.fields.map { "\($0.path) \($0.cell) \($0.shapeText)" })
        == Set(fields.map { "\($0.path) \($0.cell) \($0.shapeText)" })
    else { return nil }
    state.withLock { $0.shards[file] = shard }
    return shard
  }

  func streamIsClosed(_ stream: SampleStream, shards: Int) {
    state.withLock { state in
      for index in state.streams.indices where state.streams[index].name == stream.name {
        state.streams[index].isOpen = false
      }
    }
  }

  /// The entry of a finished shard.
  func shard(_ file: String) -> Manifest.Shard? { state.withLock { $0.shards[file] } }

  private func wholeShard(_ file: String) throws -> Manifest.Shard {
    var entry = try ShardReader.describe(path(file), file: file, header: header)
    let digest = try AtomicFile.digest(path(file))
    entry.bytes = digest.bytes
    entry.sha256 = digest.sha256
    if let fault = try ShardReader.faults(path(file), entry, header: header, modalities: []).first {
      throw fault
    }
    return entry
  }

  private func path(_ file: String) -> String { "\(directory)/\(file)" }
}
