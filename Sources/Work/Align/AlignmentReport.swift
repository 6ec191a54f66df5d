import Dataflow

/// What became of the samples: in the manifest, and in the stage's summary.
struct AlignmentReport: Encodable {
  /// Samples in, and aligned samples out.
  var samples = 0
  var aligned = 0
  var splits: [String: Int] = [:]
  /// Samples that miss a modality, by split and modality, whatever became of them.
  var missing: [String: [String: Int]] = [:]
  /// Samples shorter than one window, by split.
  var tooShort: [String: Int] = [:]
  /// Time steps that were filled up with zeros.
  var padded = 0
  /// Up to ten ids of samples that miss a modality or are too short.
  var examples: [String] = []

  mutating func count(missing names: [String], _ split: Split, id: String) {
    for name in names { missing[split.rawValue, default: [:]][name, default: 0] += 1 }
    remember(id)
  }

  mutating func count(tooShort id: String, _ split: Split) {
    tooShort[split.rawValue, default: 0] += 1
    remember(id)
  }

  private mutating func remember(_ id: String) { if examples.count < 10 { examples.append(id) } }

  /// Such as `3 unlabelled samples miss 'right-leg'`.
  var reasons: String {
    let lines =
      missing.sorted { $0.key < $1.key }.flatMap { split, names in
        names.sorted { $0.key < $1.key }.map { name, count in
          "\(count) \(split) sample\(count == 1 ? " misses" : "s miss") '\(name)'"
        }
      }
      + tooShort.sorted { $0.key < $1.key }.map { split, count in
        "\(count) \(split) sample\(count == 1 ? " is" : "s are") shorter than a window"
      }
    return lines.joined(separator: ", ")
  }

  func tell(_ context: StageContext) {
    let counts = Split.allCases.compactMap { split in
      splits[split.rawValue].map { "\($0) \(split.rawValue)" }
    }
    context.summarise("\(aligned) aligned samples: \(counts.joined(separator: ", "))")
    if !reasons.isEmpty {
      context.warn(reasons + " (such as \(examples.prefix(3).joined(separator: ", ")))")
    }
    if padded > 0 { context.warn("\(padded) time steps were filled up with zeros") }
  }
}
