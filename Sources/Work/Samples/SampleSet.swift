import Arrays
import Dataflow
import Diagnostics
import Networks
import Shards
import Tensors

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

  /// The fixed shape of one sample of each modality.
  func shapes(_ modalities: [String]) throws -> [ModalityShape] {
    try modalities.map { name in
      ModalityShape(
        name,
        try modality(name).shape.map { size in
          guard let size else {
            throw Diagnostic(
              "modality '\(name)'", "its samples differ in length",
              mend: "cut them into windows: 'window: {length: SECONDS}' in the align stage")
          }
          return size
        })
    }
  }

  /// All samples of each modality, float32 `[n, …sample shape]`.
  func tensors(_ modalities: [String]) throws -> [(name: String, values: Tensor)] {
    let shapes = try shapes(modalities)
    let columns = try output.readAll(
      modalities.map(StandardField.modality), of: split.rawValue)
    return try shapes.map { shape in
      guard let column = columns[StandardField.modality(shape.name)] else {
        throw Diagnostic("modality '\(shape.name)'", "it could not be read")
      }
      return (shape.name, try Tensor(column, sampleShape: shape.shape))
    }
  }

  /// The class of each sample, where that is open knowledge: the labelled split.
  func openLabels() throws -> [Int] {
    guard try output.fields(of: split.rawValue).contains(where: { $0.path == StandardField.label })
    else {
      throw Diagnostic(
        "input '\(input.reference)'", "the \(split.rawValue) samples have no open labels",
        mend: "name the column of the labels: 'label: COLUMN' in the ingest stage")
    }
    return try output.readAll([StandardField.label], of: split.rawValue)[StandardField.label]?
      .values(as: Int64.self).map(Int.init) ?? []
  }

  /// Hashes over the values of each sample.
  func contents() throws -> [String] {
    try output.readAll([StandardField.content], of: split.rawValue)[StandardField.content]?.texts
      ?? []
  }
}

extension Tensor {
  /// A fixed-length column of numbers as float32 `[n, …sample shape]`.
  init(_ column: Column, sampleShape: [Int]) throws {
    let values = column.values(as: Float.self)
    self = try Tensor(values, shape: [column.count] + sampleShape)
  }
}
