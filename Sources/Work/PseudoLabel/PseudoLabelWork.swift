import Arrays
import Configuration
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
    let task = output.manifest.task ?? .singleLabel
    guard output.count(of: split) > 0, !classes.isEmpty else {
      throw Diagnostic(
        "input '\(input.reference)'", "it has no predictions for unlabelled samples",
        mend: "infer 'from: STAGE.unlabelled'")
    }
    let predicted = StandardField.prediction(task)
    let reader = try output.read(
      [StandardField.id, predicted], of: split,
      options: ReadOptions(threads: context.job.threads))
    guard
      let field = reader.fields.first(where: { $0.path == predicted }),
      let form = PredictionForm(field, task, classes: classes)
    else {
      throw Diagnostic(
        "input '\(input.reference)'",
        "its predictions are not of the shape that '\(task.rawValue)' has with \(classes.count) "
          + task.namesNoun,
        mend: "rerun the infer stage with --force")
    }
    try check(task, form, context)
    var labeller = configuration.labeller(task, form, units: output.manifest.units)
    let sink = try Sink(context, fields: labeller.fields)
    var done = 0
    while let batch = try reader.next() {
      try Task.checkCancellation()
      guard let ids = batch.columns[StandardField.id]?.texts,
        let logits = batch.columns[predicted], !ids.isEmpty
      else { continue }
      try sink.append(ids, labeller.label(logits))
      done += ids.count
      context.progress("labels", done, of: reader.count, unit: "samples")
    }
    try finish(
      sink, labeller.tally, type(of: labeller).noun, labeller.summary(classes), classes,
      units: output.manifest.units, task: output.manifest.task, seen: output.manifest.modalities,
      context)
  }

  /// What the face could not know before the data were there.
  private func check(
    _ task: LearningTask, _ form: PredictionForm, _ context: StageContext
  ) throws {
    if let fault = configuration.faults(of: task, values: form.classes).first {
      throw Diagnostic("stage '\(context.job.stage)'", fault.message, mend: fault.mend)
    }
    if configuration.maxSpread != nil, form.seeds == 1 {
      throw Diagnostic(
        "stage '\(context.job.stage)'",
        "'max-spread' asks how far the teacher's seeds are apart, and it has one",
        mend: "train the teacher with 'seeds: 5', or remove 'max-spread'")
    }
    guard task == .segmentation, configuration.threshold != nil else { return }
    throw Diagnostic(
      "stage '\(context.job.stage)'",
      "a pixel has one class: there is no threshold from which it is given",
      mend: "write 'min-confidence', the least confidence of a pixel that is learned from")
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
    guard samples.task == .singleLabel else {
      throw Diagnostic(
        "stage '\(context.job.stage)'",
        "a column of classes gives one label a sample, and '\(samples.input.reference)' asks for "
          + "'\(samples.task.rawValue)'", mend: "label them by 'from: PREDICTIONS'")
    }
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
    var tally = LabelTally(classes: classes.count)
    let sink = try Sink(context, fields: ClassLabeller.fields(seeds: 1))
    let given = samples.ids.compactMap { labels[$0] }
    for label in given { tally.add(label: label, isKept: true) }
    try sink.append(
      samples.ids,
      [
        StandardField.pseudoLabel: Column(given.map(Int32.init), count: given.count),
        StandardField.pseudoConfidence: Column(given.map { _ in Float(1) }, count: given.count),
        StandardField.pseudoKept: Column(given.map { _ in UInt8(1) }, count: given.count),
      ])
    try finish(
      sink, tally, ClassLabeller.noun, tally.summary(ClassLabeller.noun, classes), classes,
      units: nil, task: samples.output.manifest.task, seen: [], context)
  }

  /// - Parameter modalities: what the teacher saw; empty when nobody knows.
  private func finish(
    _ sink: Sink, _ tally: LabelTally, _ noun: String, _ summary: String, _ classes: [String],
    units: [String]?, task: LearningTask?, seen modalities: [ModalityDescription],
    _ context: StageContext
  ) throws {
    guard tally.kept > 0 else {
      if task == .regression {
        throw Diagnostic(
          "stage '\(context.job.stage)'",
          "of not one of \(tally.dropped) values the teacher's seeds are as near as 'max-spread' says",
          mend: "raise 'max-spread'; 'mke inspect' shows how far they are apart")
      }
      let isOfClasses = (task ?? .singleLabel) == .singleLabel
      let (key, value) =
        isOfClasses && configuration.threshold != nil
        ? ("threshold", configuration.leastConfidence)
        : ("min-confidence", configuration.minConfidence)
      throw Diagnostic(
        "stage '\(context.job.stage)'",
        "not one of \(tally.kept + tally.dropped) \(noun) reaches the \(key) of \(value)",
        mend: "lower '\(key)'; 'mke inspect' shows how confident the teacher is")
    }
    try sink.finish(
      task: task, classes, units: units, seen: modalities,
      details: Details(kept: tally.kept, dropped: tally.dropped, balance: tally.balance))
    context.summarise(summary)
  }

  private struct Details: Encodable {
    /// Labels over all seeds of the teacher.
    var kept: Int
    var dropped: Int
    /// Kept labels of each class.
    var balance: [Int]
  }

  /// The output under way.
  private final class Sink {
    private let writer: OutputWriter
    private let stream: SampleStream

    init(_ context: StageContext, fields: [FieldDescription]) throws {
      writer = try OutputWriter(
        context.outputDirectory, header: OutputHeader(context.job, .pseudoLabels))
      stream = try writer.stream(
        Split.unlabelled.rawValue,
        fields: [StandardField.idField, StandardField.splitField] + fields, compression: .zstd)
    }

    func append(_ ids: [String], _ labels: [String: Column]) throws {
      var columns = labels
      columns[StandardField.id] = Column(texts: ids)
      columns[StandardField.split] = Column(
        texts: Array(repeating: Split.unlabelled.rawValue, count: ids.count))
      try stream.append(columns)
    }

    func finish(
      task: LearningTask?, _ classes: [String], units: [String]?,
      seen modalities: [ModalityDescription], details: Details
    ) throws {
      try stream.close()
      _ = try writer.finish(
        task: task, classes: classes, units: units, modalities: modalities,
        details: try JSON.details(details))
    }
  }
}
