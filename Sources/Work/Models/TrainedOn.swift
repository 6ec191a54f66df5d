import Dataflow
import Diagnostics
import Readers
import Shards

/// Which samples a model has learned from: the stream `trained-on` of its output.
///
/// It lets a later stage find that a teacher labels its own training samples, or that a model is
/// tested on what it knows, also when the samples came by different ways.
enum TrainedOn {
  static let stream = "trained-on"

  static func write(_ sets: [SampleSet], to writer: OutputWriter) throws {
    let stream = try writer.stream(
      stream, fields: [StandardField.idField, StandardField.splitField, StandardField.contentField],
      compression: .zstd)
    for samples in sets {
      try stream.append([
        StandardField.id: Column(texts: samples.ids),
        StandardField.split: Column(
          texts: Array(repeating: samples.split.rawValue, count: samples.count)),
        StandardField.content: Column(texts: try samples.contents()),
      ])
    }
    try stream.close()
  }

  /// Samples that stand in `samples` and among those that the model at `input` has learned from.
  static func overlap(_ input: Job.Input, with samples: SampleSet) throws -> [String] {
    let output = try Output(opening: input.directory, schema: PortType.model.rawValue)
    guard output.count(of: stream) > 0 else { return [] }
    let known = try output.readAll([StandardField.id, StandardField.content], of: stream)
    let ids = Set(known[StandardField.id]?.texts ?? [])
    let contents = Set(known[StandardField.content]?.texts ?? [])
    return zip(samples.ids, try samples.contents()).compactMap { id, content in
      ids.contains(id) || contents.contains(content) ? id : nil
    }
  }

  /// - Throws: `Diagnostic` when the model has learned from one of `samples`.
  static func check(_ input: Job.Input, hasNotSeen samples: SampleSet) throws {
    let shared = try overlap(input, with: samples)
    guard let first = shared.first else { return }
    throw Diagnostic(
      "model '\(input.reference)'",
      "it has learned from \(shared.count) of the \(samples.count) samples of "
        + "'\(samples.input.reference)', such as '\(first)' (same id or same content)",
      mend: "keep D_l, D_u and test apart: look at the splits of the ingest stages")
  }
}
