import Arrays
import Configuration
import Dataflow
import Diagnostics
import Shards
import Tensors
import Training

/// The pseudo-labels of a stage, by sample.
struct PseudoLabelSet {
  let classes: [String]
  let task: LearningTask
  /// Seeds of the teacher that made them.
  let seeds: Int
  /// The modalities that the teacher saw; empty when nobody knows.
  let modalities: [String]
  private let input: Job.Input
  private let place: [String: Int]
  /// `[sample, seed]`, with a decision for each class or pixel behind.
  private let labels: LabelColumn
  private let kept: [UInt8]
  /// `[sample, seed, class]`, of pixels `[sample, seed, class, height, width]`; absent when labels are
  /// hard.
  private let probabilities: Column?
  /// `[height, width]`
  private let pixels: [Int]

  init(_ input: Job.Input) throws {
    self.input = input
    let output = try Output(opening: input.directory, schema: PortType.pseudoLabels.rawValue)
    let stream = Split.unlabelled.rawValue
    let fields = try output.fields(of: stream)
    let task = output.manifest.task ?? .singleLabel
    let path = StandardField.pseudoLabel(task)
    let isSoft = fields.contains { $0.path == StandardField.pseudoProbabilities }
    let columns = try output.readAll(
      [StandardField.id, path, StandardField.pseudoKept]
        + (isSoft ? [StandardField.pseudoProbabilities] : []), of: stream)
    self.task = task
    classes = output.manifest.classes ?? []
    modalities = output.manifest.modalities.map(\.name)
    let ids = columns[StandardField.id]?.texts ?? []
    let shape = (fields.first { $0.path == path }?.shape ?? []).compactMap(\.self)
    guard let seeds = shape.first, seeds > 0, !ids.isEmpty, !classes.isEmpty else {
      throw Diagnostic(
        "input '\(input.reference)'", "it holds no label",
        mend: "lower the 'threshold' of the pseudo-label stage")
    }
    self.seeds = seeds
    pixels = task == .segmentation ? Array(shape.dropFirst()) : []
    labels = try Self.column(
      columns[path], task, seeds: seeds, classes: classes.count, of: "input '\(input.reference)'")
    kept = columns[StandardField.pseudoKept]?.values(as: UInt8.self) ?? []
    probabilities = isSoft ? columns[StandardField.pseudoProbabilities] : nil
    place = Dictionary(ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let decisions = labels.count * labels.perSample
    var shares: Int?
    if case .numbers(let type, let bytes)? = probabilities?.cells {
      shares = bytes.count / type.size
    }
    let wantedShares = task == .multiLabel ? decisions : decisions * classes.count
    guard kept.count == decisions, shares == nil || shares == wantedShares else {
      throw Diagnostic(
        "input '\(input.reference)'",
        "it does not say of every label whether it is kept and how probable it is",
        mend: "rerun the pseudo-label stage with --force")
    }
  }

  /// One row for each sample and seed.
  private static func column(
    _ column: Column?, _ task: LearningTask, seeds: Int, classes: Int, of subject: String
  ) throws -> LabelColumn {
    var column = column
    column?.count *= seeds
    return try LabelColumn(column, task, classes: classes, of: subject)
  }

  /// Decisions on one sample.
  var perSample: Int { labels.perSample }

  /// The same with the values of a regression, NaN where it has nothing to say.
  func answers(on ids: some Sequence<String>, seed: Int) -> Answers {
    guard task == .regression else { return Answers(decisions: decisions(on: ids, seed: seed)) }
    return Answers(
      values: ids.flatMap { id in
        place[id].map { labels.answers([row($0, seed)]).values }
          ?? Array(repeating: Float.nan, count: labels.perSample)
      })
  }

  /// What the teacher's seed `seed` (modulo their number) decides on the samples, kept or not; −1
  /// where it has nothing to say.
  func decisions(on ids: some Sequence<String>, seed: Int) -> [Int] {
    ids.flatMap { id in
      place[id].map { labels.decisions([row($0, seed)]) }
        ?? Array(repeating: -1, count: labels.perSample)
    }
  }

  private func row(_ sample: Int, _ seed: Int) -> Int { sample * seeds + seed % seeds }

  /// The samples of which something was kept, and what is to be learned of them.
  ///
  /// - Throws: `Diagnostic` when not one sample is known here: the wrong labels.
  func lesson(for samples: SampleSet, picture: (height: Int, width: Int)?, seed: Int) throws
    -> Lesson
  {
    guard samples.ids.contains(where: { place[$0] != nil }) else {
      throw Diagnostic(
        "input '\(input.reference)'",
        "none of its labels is of a sample of '\(samples.input.reference)'",
        mend: "label the same samples that the students learn from")
    }
    if task == .segmentation {
      guard let picture, pixels == [picture.height, picture.width] else {
        throw Diagnostic(
          "input '\(input.reference)'",
          "its label maps are \(pixels.map(String.init).joined(separator: " × ")), the pictures "
            + (picture.map { "\($0.height) × \($0.width)" } ?? "have no size"),
          mend: "let teacher and students see pictures of one size")
      }
    }
    let width = labels.perSample
    var (rows, entries) = ([Int](), [Int]())
    for (place, id) in samples.ids.enumerated() {
      guard let sample = self.place[id] else { continue }
      let entry = row(sample, seed)
      guard kept[entry * width..<(entry + 1) * width].contains(where: { $0 != 0 }) else { continue }
      rows.append(place)
      entries.append(entry)
    }
    return Lesson(rows: rows, targets: try targets(entries))
  }

  private func targets(_ entries: [Int]) throws -> Targets {
    let width = labels.perSample
    switch task {
    case .regression:
      var values = labels.answers(entries).values
      for place in values.indices where kept[entries[place / width] * width + place % width] == 0 {
        values[place] = .nan
      }
      return .values(try Tensor(values, shape: [entries.count, width]))
    case .singleLabel:
      guard let shares = try shares(entries) else {
        return .hard(try Tensor(classes: labels.decisions(entries)))
      }
      return .soft(try shares.converted(to: .float32))
    case .multiLabel:
      let values = try shares(entries)?.floats() ?? labels.decisions(entries).map(Float.init)
      var known: [Float] = []
      known.reserveCapacity(values.count)
      for (place, value) in values.enumerated() {
        let isKept = kept[entries[place / width] * width + place % width] != 0
        known.append(isKept ? value : -1)
      }
      return .labels(try Tensor(known, shape: [entries.count, classes.count]))
    case .segmentation:
      let isDropped = try Tensor(
        Column(
          entries.flatMap { kept[$0 * width..<($0 + 1) * width] }.map { $0 == 0 ? UInt8(1) : 0 },
          count: entries.count), sampleShape: pixels
      ).converted(to: .bool)
      if let shares = try shares(entries) {
        return .softMaps(
          try shares.filled(
            where: isDropped.reshaped([entries.count, 1] + pixels), with: -1))
      }
      let classes = try Tensor(
        Column(labels.bytes(entries), count: entries.count), sampleShape: pixels)
      return .maps(try classes.filled(where: isDropped, with: Double(Targets.ignored)))
    }
  }

  /// Soft labels of some samples and seeds; `nil` when labels are hard.
  private func shares(_ entries: [Int]) throws -> Tensor? {
    guard let probabilities, case .numbers(let type, let bytes) = probabilities.cells else {
      return nil
    }
    let size = classes.count * pixels.reduce(type.size, *)
    var chosen: [UInt8] = []
    chosen.reserveCapacity(entries.count * size)
    for entry in entries { chosen += bytes[entry * size..<(entry + 1) * size] }
    return try Tensor(
      Column(.numbers(type, chosen), count: entries.count),
      sampleShape: [classes.count] + pixels)
  }
}
