import Dataflow
import Diagnostics
import Shards

/// What a student should answer to one sample.
enum Answer: Sendable {
  case hard(Int)
  /// Over classes, summing to 1.
  case soft([Float])
}

/// The pseudo-labels of a stage, by sample.
struct PseudoLabelSet {
  let classes: [String]
  /// Seeds of the teacher that made them.
  let seeds: Int
  /// The modalities that the teacher saw; empty when nobody knows.
  let modalities: [String]
  private let input: Job.Input
  private let place: [String: Int]
  /// `[sample, seed]`
  private let labels: [Int32]
  private let kept: [UInt8]
  /// `[sample, seed, class]`; absent when labels are hard.
  private let probabilities: [Float]?

  init(_ input: Job.Input) throws {
    self.input = input
    let output = try Output(opening: input.directory, schema: PortType.pseudoLabels.rawValue)
    let stream = Split.unlabelled.rawValue
    let fields = try output.fields(of: stream)
    let isSoft = fields.contains { $0.path == StandardField.pseudoProbabilities }
    let columns = try output.readAll(
      [StandardField.id, StandardField.pseudoLabel, StandardField.pseudoKept]
        + (isSoft ? [StandardField.pseudoProbabilities] : []), of: stream)
    classes = output.manifest.classes ?? []
    modalities = output.manifest.modalities.map(\.name)
    let ids = columns[StandardField.id]?.texts ?? []
    labels = columns[StandardField.pseudoLabel]?.values(as: Int32.self) ?? []
    kept = columns[StandardField.pseudoKept]?.values(as: UInt8.self) ?? []
    probabilities =
      isSoft
      ? columns[StandardField.pseudoProbabilities]?.values(as: Float.self) : nil
    seeds = ids.isEmpty ? 0 : labels.count / ids.count
    place = Dictionary(ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    guard seeds > 0 else {
      throw Diagnostic(
        "input '\(input.reference)'", "it holds no label",
        mend: "lower the 'threshold' of the pseudo-label stage")
    }
  }

  /// The class that the teacher's seed `seed` (modulo their number) gives to each sample, kept or
  /// not; −1 where it has none.
  func hardLabels(for samples: SampleSet, seed: Int) throws -> [Int] {
    samples.ids.map { id in
      place[id].map { Int(labels[$0 * seeds + seed % seeds]) } ?? -1
    }
  }

  /// What to learn for each sample; `nil` for those that were not kept.
  ///
  /// - Throws: `Diagnostic` when not one sample is known here: the wrong labels.
  func answers(for samples: SampleSet, seed: Int) throws -> [Answer?] {
    guard samples.ids.contains(where: { place[$0] != nil }) else {
      throw Diagnostic(
        "input '\(input.reference)'",
        "none of its labels is of a sample of '\(samples.input.reference)'",
        mend: "label the same samples that the students learn from")
    }
    let column = seed % seeds
    return samples.ids.map { id in
      guard let row = place[id], kept[row * seeds + column] != 0 else { return nil }
      let entry = row * seeds + column
      guard let probabilities else { return .hard(Int(labels[entry])) }
      return .soft(Array(probabilities[entry * classes.count..<(entry + 1) * classes.count]))
    }
  }
}
