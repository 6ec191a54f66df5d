import Training

/// What the manifest of a model output says beside its shards.
struct ModelDetails: Codable {
  struct Entry: Codable {
    var variant: String
    var seed: Int
    var file: String
    var report: TrainingReport
  }

  /// In the order of the pipeline file, then of the seeds.
  var networks: [Entry]
  /// The warning lights of the students, by variant; absent for a teacher.
  var lights: [StudentLight]

  var variants: [String] {
    networks.reduce(into: []) { if !$0.contains($1.variant) { $0.append($1.variant) } }
  }
}
