import Configuration
import Dataflow
import Diagnostics
import Foundation
import PipelineFile
import Stages

/// The real faces of training and evaluation between toys of the first two stages, and two toys
/// that have a key of every shape.
enum Toys {
  static let registry = StageRegistry([
    ToyIngest.self, ToyAlign.self, TeacherStage.self, InferStage.self, PseudoLabelStage.self,
    DistillStage.self, EvaluateStage.self, ToyShapes.self, ToyVariants.self,
  ])

  static let file = "Pipelines/toy.yaml"

  /// What `PipelineFile` makes of a text.
  static func load(
    _ text: String, settings: [String] = [], folder: String = "/nowhere", file: String = file
  ) throws -> LoadedPipeline {
    try PipelineFile.parse(
      text, file: file, settings: settings, registry: registry, currentFolder: folder)
  }

  /// What the user sees of the faults of a text; empty when there are none.
  static func faults(
    _ text: String, settings: [String] = [], folder: String = "/nowhere"
  ) -> String {
    do {
      _ = try load(text, settings: settings, folder: folder)
      return ""
    } catch let list as DiagnosticList {
      return list.description
    } catch {
      return "not a list of diagnostics: \(error)"
    }
  }

  /// A pipeline with the given stages, which start in line 4.
  static func pipeline(_ stages: String) -> String { "mke: 1\nname: toy\nstages:\n\(stages)" }

  /// A pipeline of one stage called `it`, of kind `shapes` with the one required key given; the keys
  /// start in line 7.
  static func shapes(_ keys: String) -> String {
    pipeline("  it:\n    kind: shapes\n    word: w\n" + keys)
  }
}

enum ToyIngest: Stage {
  struct Configuration: Decodable, Sendable {
    struct Source: Decodable, Sendable { var kind: String }
    var source: Source
  }

  static let kind = "ingest"
  static let documentation = "Brings samples in from outside."
  static let inputs: [Dataflow.Port] = []
  static let output = PortType.samples
  static let keys = [
    Key.required(
      "source",
      .tagged([
        .init(
          "two-moons", "Two interleaving half circles.",
          keys: [
            Key("samples", .positiveInteger, default: 500, "How many points."),
            Key("noise", .nonNegativeNumber, default: 0.1, "Standard deviation of the noise."),
            Key("seed", .count, default: 0, "Of the points."),
          ]),
        .init("table", "A table.", keys: [.required("path", .path, "A CSV table.")]),
      ]), "What the samples are made of."),
    Key(
      "split",
      .object([
        Key("test", .share, default: 0.4, "Share of the test split."),
        Key("labelled", .share, default: 0.3, "Share that has labels."),
        Key("seed", .count, default: 0, "Of the split."),
      ]), "Which samples are for what."),
  ]
  static let version = 1

  static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription {
    OutputDescription(
      .samples, modalities: ["xa", "xb"], splits: Split.allCases, classes: ["0", "1"])
  }
}

enum ToyAlign: Stage {
  struct Configuration: Decodable, Sendable { var from: [StageReference] }

  static let kind = "align"
  static let documentation = "Puts every modality on one clock."
  static let from = Dataflow.Port("from", .samples, count: .many, "The samples.")
  static let inputs = [from]
  static let output = PortType.alignedSamples
  static let keys = [
    Key("standardise", .list(.string), default: .array([]), "Modalities to standardise."),
    Key("rate", .positiveNumber, "Output rate, Hz."),
    Key("tolerance", .nonNegativeNumber, default: 0, "Largest gap, seconds."),
  ]
  static let version = 1

  static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription {
    let samples = inputs.first(from.name)?.description
    return OutputDescription(
      .alignedSamples, modalities: samples?.modalities, splits: samples?.splits ?? [],
      classes: samples?.classes)
  }
}

/// A key of every shape; no inputs.
enum ToyShapes: Stage {
  enum Layer: Decodable, Equatable, Sendable {
    case plain
    case wide(width: Int)

    private enum CodingKeys: String, CodingKey { case kind, layerWidth }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      self =
        try container.decode(String.self, forKey: .kind) == "plain"
        ? .plain : .wide(width: container.decode(Int.self, forKey: .layerWidth))
    }
  }

  struct Inner: Decodable, Equatable, Sendable {
    var deepCount: Int
    var deepShare: Double?
  }

  struct Configuration: Decodable, Equatable, Sendable {
    var word: String
    var isFast: Bool
    var whole: Int
    var ratio: Double
    var above: Double?
    var mode: String
    var file: String?
    var files: [String: String]?
    var names: [String]?
    var pair: [Double]?
    var weights: [String: Double]
    var inner: Inner
    var layer: Layer
    var layers: [Layer]?
    var loose: Value?
    var batchSize: Int
    var manifest: String?
  }

  static let kind = "shapes"
  static let documentation = "A key of every shape."
  static let inputs: [Dataflow.Port] = []
  static let output = PortType.samples
  static let keys: [Key] = [
    .required("word", .string, "Any text."),
    Key("is-fast", .bool, default: false, "Whether to hurry."),
    Key("whole", .integer(1...10), default: 5, "From one to ten."),
    Key("ratio", .share, default: 1, "A share."),
    Key("above", .number(.init(0, 1, isLowerOpen: true, isUpperOpen: true)), "Inside the unit."),
    Key("mode", .choice(["hard", "soft"]), default: "hard", "How."),
    Key("file", .path, "A file."),
    Key("files", .map(.path), "Files by name."),
    Key("names", .nonEmptyList(.string), "Names."),
    Key("pair", .list(.anyNumber, count: 2...2), "Two numbers."),
    Key("weights", .map(.positiveNumber), default: .object([:]), "Weights by modality."),
    Key(
      "inner",
      .object([
        Key("deep-count", .count, default: 3, "How deep."),
        Key("deep-share", .share, "How much."),
      ]), default: .object([:]), "More keys."),
    Key("layer", layer, default: ["kind": "plain"], "One layer."),
    Key("layers", .list(layer), "Several layers."),
    Key(
      "loose", .either([.choice(["all"]), .anyInteger, .list(.string), .object([])]),
      "All, a number, a list or nothing."),
    Key("batch-size", .positiveInteger, default: 256, "Samples at once.").keptOutOfFingerprint,
    Key("manifest", .path, "A file whose lines name other files."),
  ]
  static let layer = Shape.tagged([
    .init("plain", "Nothing to say."),
    .init(
      "wide", "With a width.",
      keys: [.required("layer-width", .positiveInteger, "Its width.")]),
  ])
  static let version = 1

  static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription {
    if configuration.word == "bad" {
      report(Complaint(["word"], "that is a bad word", mend: "choose another"))
    }
    if configuration.word == "odd" {
      report(Complaint(["word"], "that is an odd word", isWarning: true))
    }
    for (index, name) in (configuration.names ?? []).enumerated() where name == "bad" {
      report(Complaint(["names", "\(index)"], "a bad name"))
    }
    if configuration.inner.deepCount == 7 {
      report(Complaint(["inner", "deep-count"], "seven is too deep"))
    }
    return OutputDescription(.samples, modalities: configuration.names)
  }

  static func outsideFiles(_ configuration: Configuration) throws -> [OutsideFile] {
    guard let manifest = configuration.manifest else { return [] }
    let folder = URL(fileURLWithPath: manifest).deletingLastPathComponent()
    return try String(contentsOfFile: manifest, encoding: .utf8).split(separator: "\n").map {
      guard $0 != "bad" else {
        throw Diagnostic("\(URL(fileURLWithPath: manifest).lastPathComponent):1", "a bad line")
      }
      return OutsideFile(name: String($0), path: folder.appendingPathComponent(String($0)).path)
    }
  }
}

/// Ports of every count and selection, with variants.
enum ToyVariants: Stage {
  struct Variant: Decodable, Sendable {
    var from: StageReference
    var also: StageReference?
    var labels: String?
    var teacher: StageReference?
    var file: String?
    var scale: Double
    var bonus: Int?
    var title: String?
  }

  typealias Configuration = VariantSet<Variant>

  static let kind = "variants"
  static let documentation = "A stage with variants."
  static let inputs = [
    Dataflow.Port(
      "from", .alignedSamples, selection: .split([.labelled, .unlabelled]), "Samples to see."),
    Dataflow.Port("also", .samples, count: .optional, "More samples."),
    Dataflow.Port("labels", .pseudoLabels, count: .optional, words: ["truth"], "What to learn."),
    Dataflow.Port("teacher", .model, count: .optional, selection: .variant, "Whom to ask."),
  ]
  static let output = PortType.model
  static let hasVariants = true
  static let keys = [
    Key.required("scale", .positiveNumber, "How much."),
    Key("bonus", .anyInteger, "What more."),
    Key("file", .path, "A file."),
    Key("title", .string, "What to call it."),
  ]
  static let version = 1

  static func readsTruth(_ configuration: Configuration) -> Bool {
    configuration.variants.values.contains { $0.labels == "truth" }
  }

  static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription {
    for (name, variant) in configuration.ordered {
      if variant.scale > 100 {
        report(Complaint(["variants", name, "scale"], "a scale of more than 100"))
      }
      if variant.bonus == nil {
        report(Complaint(["variants", name, "bonus"], "without a bonus", isWarning: true))
      }
    }
    return OutputDescription(.model, variants: configuration.names)
  }
}
