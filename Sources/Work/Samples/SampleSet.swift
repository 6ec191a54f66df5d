import Arrays
import Configuration
import Dataflow
import Diagnostics
import Networks
import Recipes
import Shards
import Tensors
import Training

/// The samples of one split, as the stages that learn and predict see them: without sealed labels.
struct SampleSet {
  let input: Job.Input
  let output: Output
  let split: Split
  /// In the order of the shards, which is that of every column read from here.
  let ids: [String]

  /// The samples that `input` selects, as `points.unlabelled`.
  ///
  /// - Throws: `Diagnostic` when the output cannot be read, or holds no sample of the split.
  init(_ input: Job.Input) throws {
    let output = try Output(opening: input.directory, schema: input.type.rawValue)
    guard let split = input.reference.selection.flatMap(Split.init(rawValue:)) else {
      throw Diagnostic(
        "input '\(input.reference)'", "it names no split",
        mend: "write '\(input.reference.stage).labelled', '.unlabelled' or '.test'")
    }
    guard output.count(of: split.rawValue) > 0 else {
      let counts = Split.allCases.map { "\($0.rawValue) \(output.count(of: $0.rawValue))" }
      throw Diagnostic(
        "input '\(input.reference)'",
        "stage '\(input.reference.stage)' has no \(split.rawValue) sample "
          + "(\(counts.joined(separator: ", ")))",
        mend: "look at the 'split' of the ingest stage")
    }
    self.input = input
    self.output = output
    self.split = split
    ids = try output.readAll([StandardField.id], of: split.rawValue)[StandardField.id]?.texts ?? []
  }

  var count: Int { ids.count }

  /// What networks answer of these samples.
  var task: LearningTask { output.manifest.task ?? .singleLabel }

  /// - Throws: `Diagnostic` when the samples came without labels, so that no class is known.
  func classes() throws -> [String] {
    guard let classes = output.manifest.classes, !classes.isEmpty else {
      throw Diagnostic(
        "input '\(input.reference)'", "these samples have no classes",
        mend: "name the column of the labels: 'label: COLUMN' in the ingest stage")
    }
    return classes
  }

  func modality(_ name: String) throws -> ModalityDescription {
    guard let modality = output.manifest.modalities.first(where: { $0.name == name }) else {
      throw Diagnostic(
        "input '\(input.reference)'", "it has no modality '\(name)'",
        mend: Suggestions.mend(
          name, among: output.manifest.modalities.map(\.name), called: "modalities"))
    }
    return modality
  }

  /// How each modality is read.
  func readings(_ modalities: [String]) throws -> [ModalityReading] {
    let fields = try output.fields(of: split.rawValue)
    return try modalities.map { try ModalityReading(modality($0), fields) }
  }

  /// The fixed shape of one sample of each modality.
  func shapes(_ modalities: [String]) throws -> [ModalityShape] {
    try readings(modalities).map(\.shape)
  }

  /// All samples of each modality, as they were recorded.
  func inputs(_ modalities: [String]) throws -> [StoredInput] {
    let readings = try readings(modalities)
    let columns = try output.readAll(readings.flatMap(\.paths), of: split.rawValue)
    return try readings.map { try $0.input(columns) }
  }

  /// What each sample is labelled with, where that is open knowledge: the labelled split.
  func openLabels() throws -> LabelColumn {
    let path = StandardField.label(task)
    guard try output.fields(of: split.rawValue).contains(where: { $0.path == path }) else {
      throw Diagnostic(
        "input '\(input.reference)'", "the \(split.rawValue) samples have no open labels",
        mend: "name the column of the labels: 'label: COLUMN' in the ingest stage")
    }
    return try LabelColumn(
      output.readAll([path], of: split.rawValue)[path], task, classes: classes().count,
      of: "input '\(input.reference)'")
  }

  /// `description` with the head that these samples ask for.
  ///
  /// - Throws: `Diagnostic` when the file names another one.
  func network(_ description: NetworkDescription) throws -> NetworkDescription {
    var description = description
    if let kind = description.head.kind, kind != task {
      throw Diagnostic(
        "network",
        "its head is for '\(kind.rawValue)', and '\(input.reference)' asks for '\(task.rawValue)'",
        mend: "remove 'kind' from 'head': it then follows the samples")
    }
    let most = Int(LabelColumn.unknown)
    if task == .segmentation, try classes().count > most {
      throw Diagnostic(
        "input '\(input.reference)'",
        "it has \(try classes().count) classes, and a label map holds \(most) at most",
        mend: "merge classes")
    }
    if task != .singleLabel { description.head.kind = task }
    return description
  }

  /// Hashes over the values of each sample.
  func contents() throws -> [String] {
    try output.readAll([StandardField.content], of: split.rawValue)[StandardField.content]?.texts
      ?? []
  }
}
