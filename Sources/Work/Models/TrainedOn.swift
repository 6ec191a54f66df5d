import Dataflow
import Diagnostics
import Foundation
import Readers
import Shards

/// Which samples a model has learned from: the file `trained-on.csv` of its output.
///
/// It lets a later stage find that a teacher labels its own training samples, or that a model is
/// tested on what it knows, also when the samples came by different ways.
enum TrainedOn {
  static let file = "trained-on.csv"

  static func write(_ sets: [SampleSet], to writer: OutputWriter) throws {
    var text = "id,split,content\n"
    for samples in sets {
      for (id, content) in zip(samples.ids, try samples.contents()) {
        text += "\(quoted(id)),\(samples.split.rawValue),\(content)\n"
      }
    }
    try writer.writeFile(file, Array(text.utf8))
  }

  /// Of a network that was trained elsewhere, what its user knows: a table with the column `id`, and
  /// with `content` where it comes from an export.
  static func write(_ table: DelimitedTable, to writer: OutputWriter) throws {
    let id = try table.column("id")
    let content = table.header.contains("content") ? try table.column("content") : nil
    let rows = table.rows.map { row in
      "\(quoted(row.cells[id])),\(Split.labelled.rawValue),"
        + "\(content.map { quoted(row.cells[$0]) } ?? "")\n"
    }
    try writer.writeFile(file, Array(("id,split,content\n" + rows.joined()).utf8))
  }

  /// RFC 4180
  private static func quoted(_ id: String) -> String {
    id.contains { ",\"\n\r".contains($0) }
      ? "\"" + id.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        + "\"" : id
  }

  /// Samples that stand in `samples` and among those that the model at `input` has learned from.
  /// Nobody knows what most networks from elsewhere have learned from: then there is no overlap, and
  /// the stage that brought it has said so.
  static func overlap(_ input: Job.Input, with samples: SampleSet) throws -> [String] {
    guard FileManager.default.fileExists(atPath: "\(input.directory)/\(file)") else { return [] }
    let table = try DelimitedTable(reading: "\(input.directory)/\(file)")
    let (id, content) = (try table.column("id"), try table.column("content"))
    let ids = Set(table.rows.map { $0.cells[id] })
    let contents = Set(table.rows.map { $0.cells[content] }).subtracting([""])
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
