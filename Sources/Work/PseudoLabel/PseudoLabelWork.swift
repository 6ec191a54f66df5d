import Arrays
public import Dataflow
import Diagnostics
import Foundation
import Readers
import Shards
public import Stages

/// Makes labels of predictions, or reads them from an outside file.
public struct PseudoLabelWork: StageWork {
  public typealias Face = PseudoLabelStage

  private let configuration: PseudoLabelStage.Configuration

  public init(_ configuration: PseudoLabelStage.Configuration) {
    self.configuration = configuration
  }

  public func run(_ context: StageContext) async throws {
    if let file = configuration.file {
      try labels(of: file, context)
    } else {
      try labels(of: try context.input(PseudoLabelStage.from), context)
    }
  }

  // MARK: From predictions

  private func labels(of input: Job.Input, _ context: StageContext) throws {
    let output = try Output(opening: input.directory, schema: PortType.predictions.rawValue)
    let split = Split.unlabelled.rawValue
    let classes = output.manifest.classes ?? []
    let isSoft = configuration.mode == .soft
    let reader = try output.read(
      [StandardField.id, StandardField.logits], of: split,
      options: ReadOptions(threads: context.job.threads))
    guard reader.count > 0, !classes.isEmpty else {
      throw Diagnostic(
        "input '\(input.reference)'", "it has no predictions for unlabelled samples",
        mend: "infer 'from: STAGE.unlabelled'")
    }
    var tally = Tally(classes: classes.count)
    var sink: Sink?
    var done = 0
    while let batch = try reader.next() {
      try Task.checkCancellation()
      guard let ids = batch.columns[StandardField.id]?.texts,
        let logits = batch.columns[StandardField.logits]?.values(as: Float.self), !ids.isEmpty
      else { continue }
      let seeds = logits.count / (ids.count * classes.count)
      let open =
        try sink
        ?? Sink(context, seeds: seeds, classes: classes, isSoft: isSoft)
      sink = open
      var rows = Rows()
      for entry in 0..<ids.count * seeds {
        let row = logits[entry * classes.count..<(entry + 1) * classes.count]
        let plain = Self.softmax(row, temperature: 1)
        let label = Self.argmax(row)
        rows.labels.append(Int32(label))
        rows.confidences.append(plain[label])
        rows.kept.append(Double(plain[label]) >= configuration.threshold ? 1 : 0)
        if isSoft {
          rows.probabilities += Self.softmax(row, temperature: configuration.temperature)
        }
        tally.add(label: label, isKept: rows.kept.last == 1)
      }
      try open.append(ids, rows)
      done += ids.count
      context.progress("labels", done, of: reader.count, unit: "samples")
    }
    try finish(sink, tally, classes, seen: output.manifest.modalities, context)
  }

  static func softmax(_ logits: ArraySlice<Float>, temperature: Double) -> [Float] {
    let top = logits.max() ?? 0
    let powers = logits.map { exp(Double($0 - top) / temperature) }
    let sum = powers.reduce(0, +)
    return powers.map { Float($0 / sum) }
  }

  /// The first of the greatest.
  static func argmax(_ values: ArraySlice<Float>) -> Int {
    var best = values.startIndex
    for index in values.indices where values[index] > values[best] { best = index }
    return best - values.startIndex
  }

  // MARK: From an outside file

  private func labels(
    of file: PseudoLabelStage.OutsideLabels, _ context: StageContext
  ) throws {
    let samples = try SampleSet(try context.input(PseudoLabelStage.samples))
    let classes = try samples.classes()
    let table = try DelimitedTable(reading: file.path)
    let idColumn = try table.column(file.id)
    let labelColumn = try table.column(file.column)
    let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    var labels: [String: Int] = [:]
    var faults: [Diagnostic] = []
    for row in table.rows {
      let (id, word) = (row.cells[idColumn], row.cells[labelColumn])
      if let label = numbers[word] {
        labels[id] = label
      } else {
        faults.append(
          Diagnostic(
            SourceLocation(file: table.path, line: row.line), "label '\(word)' is no class",
            mend: Suggestions.mend(word, among: classes, called: "classes")))
      }
    }
    let missing = samples.ids.filter { labels[$0] == nil }
    if faults.isEmpty, let first = missing.first {
      faults.append(
        Diagnostic(
          table.path,
          "\(missing.count) of \(samples.count) samples of '\(samples.input.reference)' have no "
            + "row, such as '\(first)'",
          mend: "give every unlabelled sample a row, or check the column of the ids: '\(file.id)'"))
    }
    guard faults.isEmpty else { throw DiagnosticList(Array(faults.prefix(20))) }
    var tally = Tally(classes: classes.count)
    let sink = try Sink(context, seeds: 1, classes: classes, isSoft: false)
    var rows = Rows()
    for label in samples.ids.compactMap({ labels[$0] }) {
      rows.labels.append(Int32(label))
      rows.confidences.append(1)
      rows.kept.append(1)
      tally.add(label: label, isKept: true)
    }
    try sink.append(samples.ids, rows)
    try finish(sink, tally, classes, seen: [], context)
  }

  /// - Parameter modalities: what the teacher saw; empty when nobody knows.
  private func finish(
    _ sink: Sink?, _ tally: Tally, _ classes: [String], seen modalities: [ModalityDescription],
    _ context: StageContext
  ) throws {
    guard let sink, tally.kept > 0 else {
      throw Diagnostic(
        "stage '\(context.job.stage)'",
        "not one of \(tally.kept + tally.dropped) labels reaches the threshold of "
          + "\(configuration.threshold)",
        mend: "lower 'threshold'; 'mke inspect' shows how confident the teacher is")
    }
    try sink.finish(
      seen: modalities,
      details: Details(kept: tally.kept, dropped: tally.dropped, balance: tally.balance))
    let shares = zip(classes, tally.balance).map { name, count in
      "\(name): \(Figures.percent([Double(count) / Double(tally.kept)]))"
    }
    context.summarise(
      "\(tally.kept) labels kept, \(tally.dropped) dropped; \(shares.joined(separator: ", "))")
  }

  private struct Details: Encodable {
    /// Labels over all seeds of the teacher.
    var kept: Int
    var dropped: Int
    /// Kept labels of each class.
    var balance: [Int]
  }

  private struct Tally {
    var kept = 0
    var dropped = 0
    var balance: [Int]

    init(classes: Int) { balance = Array(repeating: 0, count: classes) }

    mutating func add(label: Int, isKept: Bool) {
      if isKept {
        kept += 1
        balance[label] += 1
      } else {
        dropped += 1
      }
    }
  }

  /// Some samples' labels, `[sample, seed]` and `[sample, seed, class]`.
  private struct Rows {
    var labels: [Int32] = []
    var confidences: [Float] = []
    var kept: [UInt8] = []
    var probabilities: [Float] = []
  }

  /// The output under way.
  private final class Sink {
    private let writer: OutputWriter
    private let stream: SampleStream
    private let classes: [String]
    private let isSoft: Bool

    init(_ context: StageContext, seeds: Int, classes: [String], isSoft: Bool) throws {
      self.classes = classes
      self.isSoft = isSoft
      writer = try OutputWriter(
        context.outputDirectory, header: OutputHeader(context.job, .pseudoLabels))
      var fields = [
        StandardField.idField, StandardField.splitField,
        FieldDescription(
          StandardField.pseudoLabel, .number(.int32), shape: [seeds], axes: ["seed"],
          documentation: "The class that each seed of the teacher gives to the sample."),
        FieldDescription(
          StandardField.pseudoConfidence, .number(.float32), shape: [seeds], axes: ["seed"],
          documentation: "Probability of that class, at temperature 1."),
        FieldDescription(
          StandardField.pseudoKept, .number(.uint8), shape: [seeds], axes: ["seed"],
          documentation: "1 where the label takes part in training."),
      ]
      if isSoft {
        fields.append(
          FieldDescription(
            StandardField.pseudoProbabilities, .number(.float32), shape: [seeds, classes.count],
            axes: ["seed", "class"], labels: classes,
            documentation: "Soft label: distribution over classes at the stage's temperature."))
      }
      stream = try writer.stream(
        Split.unlabelled.rawValue, fields: fields, compression: .zstd)
    }

    func append(_ ids: [String], _ rows: Rows) throws {
      var columns = [
        StandardField.id: Column(texts: ids),
        StandardField.split: Column(
          texts: Array(repeating: Split.unlabelled.rawValue, count: ids.count)),
        StandardField.pseudoLabel: Column(rows.labels, count: ids.count),
        StandardField.pseudoConfidence: Column(rows.confidences, count: ids.count),
        StandardField.pseudoKept: Column(rows.kept, count: ids.count),
      ]
      if isSoft {
        columns[StandardField.pseudoProbabilities] = Column(rows.probabilities, count: ids.count)
      }
      try stream.append(columns)
    }

    func finish(seen modalities: [ModalityDescription], details: Details) throws {
      try stream.close()
      _ = try writer.finish(
        classes: classes, modalities: modalities, details: try JSON.details(details))
    }
  }
}
