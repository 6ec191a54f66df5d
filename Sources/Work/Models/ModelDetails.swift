import Dataflow
import Diagnostics
import Shards
import Training

/// What the manifest of a model output says beside its shards.
struct ModelDetails: Codable {
  struct Entry: Codable {
    var variant: String
    var seed: Int
    var file: String
    /// `nil` for a network that was trained elsewhere.
    var report: TrainingReport?
    /// What there is to know of a TorchScript file.
    var script: ScriptRecord?
  }

  /// In the order of the pipeline file, then of the seeds.
  var networks: [Entry]
  /// The warning lights of the students, by variant; absent for a teacher.
  var lights: [StudentLight]

  /// The networks of a model output that `reference` selects.
  ///
  /// - Throws: `Diagnostic` when there is none.
  static func entries(of output: Output, selectedBy reference: StageReference) throws -> [Entry] {
    let details = try JSON.value(
      ModelDetails.self, output.manifest.details.canonicalJSON,
      of: "\(output.directory)/manifest.json")
    let wanted = details.networks.filter {
      reference.selection == nil || reference.selection == $0.variant
    }
    guard !wanted.isEmpty else {
      throw Diagnostic(
        "input '\(reference)'", "the model has no such variant",
        mend: Suggestions.mend(
          reference.selection ?? "", among: details.variants, called: "variants"))
    }
    return wanted
  }

  var variants: [String] {
    networks.reduce(into: []) { if !$0.contains($1.variant) { $0.append($1.variant) } }
  }
}
