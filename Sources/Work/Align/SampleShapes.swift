import Alignment
import Arrays
import Dataflow
import Diagnostics
import Shards

/// The one shape that every aligned sample has of each modality: known from the input and the window,
/// else from the first recording that has it.
struct SampleShapes: Sendable {
  /// HDF5 packs no more than this at once.
  private static let mostBytes = 1 << 32 - 1

  /// Where each of them comes from is in memory.
  private static let mostSteps = 1 << 26

  /// Time steps, in the order of the modalities; `nil` of what is no stream.
  private(set) var steps: [Int?]
  /// The recording that fixed the steps, for the error of one that differs.
  private var examples: [String?]
  private(set) var shapes: [[Int]] = []
  /// Bytes of all values of one sample.
  private(set) var sampleBytes = 0

  /// - Throws: `Diagnostic` when no recording tells how long a stream is, and for samples that are
  ///   too large.
  init(
    _ aligner: RecordAligner, _ joined: JoinedSamples, threads: Int, spillingTo folder: String
  ) throws {
    steps = aligner.modalities.map(\.windowSteps)
    examples = aligner.modalities.map { _ in nil }
    try probe(aligner, joined, threads: threads, folder)
    for (index, modality) in aligner.modalities.enumerated() {
      if modality.course != .still, steps[index] == nil {
        throw Diagnostic(
          "modality '\(modality.name)'",
          "no sample that is left has it, so that its length is not known",
          mend: "leave it out: 'modalities: […]'")
      }
      let shape = modality.shape(steps: steps[index])
      var bytes = modality.description.type.size
      for size in shape {
        let (product, isTooLarge) = bytes.multipliedReportingOverflow(by: size)
        guard !isTooLarge, product <= Self.mostBytes else {
          throw Diagnostic(
            "modality '\(modality.name)'",
            "one sample of \(shape.map(String.init).joined(separator: " × ")) numbers exceeds the "
              + "4 GiB that fit into a shard",
            mend: "take a lower 'rate', shorter windows or a smaller 'size'")
        }
        bytes = product
      }
      if let found = steps[index], found > Self.mostSteps, modality.computesSteps {
        throw Diagnostic(
          "modality '\(modality.name)'",
          "one sample has \(found) time steps, more than the \(Self.mostSteps) that are computed at "
            + "once", mend: "take a lower 'rate' or shorter windows")
      }
      guard bytes > 0 else {
        throw Diagnostic(
          "sample '\(examples[index] ?? "")'",
          "modality '\(modality.name)' has no time step in it",
          mend: "take a higher 'rate', or leave such recordings out")
      }
      shapes.append(shape)
      sampleBytes += bytes
    }
  }

  /// Reads until every length is known.
  private mutating func probe(
    _ aligner: RecordAligner, _ joined: JoinedSamples, threads: Int, _ folder: String
  ) throws {
    func isOpen(_ index: Int) -> Bool {
      steps[index] == nil && aligner.modalities[index].course != .still
    }
    guard steps.indices.contains(where: isOpen) else { return }
    for split in Split.allCases where joined.count(split) > 0 {
      let reader = try joined.read(split, threads: threads, spillingTo: folder)
      while let record = try reader.sample() {
        try Task.checkCancellation()
        let prepared = try aligner.prepare(record)
        if prepared.pieces == 0 { continue }
        for index in steps.indices where isOpen(index) {
          guard let found = try aligner.steps(prepared, index) else { continue }
          steps[index] = found
          examples[index] = record.id
        }
        if !steps.indices.contains(where: isOpen) { return }
      }
    }
  }

  /// - Throws: `Diagnostic` when a recording's samples would have other lengths.
  func check(_ prepared: RecordAligner.Prepared, _ aligner: RecordAligner) throws {
    for (index, wanted) in steps.enumerated() {
      guard let wanted, let found = try aligner.steps(prepared, index), found != wanted else {
        continue
      }
      let name = aligner.modalities[index].name
      throw Diagnostic(
        "sample '\(prepared.record.id)'",
        "modality '\(name)' has \(found) time steps; "
          + "\(examples[index].map { "'\($0)'" } ?? "the others") has \(wanted)",
        mend: "cut series into windows of equal length: 'window: {length: SECONDS}'")
    }
  }
}
