public import Alignment
public import Configuration
import Diagnostics
import Foundation
public import Metrics
public import Shards

/// All there is to see of one output: what it is, where it comes from, what it holds.
public struct OutputReport: Codable, Sendable {
  public struct Stream: Codable, Sendable, Equatable {
    public var name: String
    public var samples: Int
    public var shards: [String]
    public var bytes: Int
    public var fields: [FieldReport]
  }

  /// The networks of a model.
  public struct Network: Codable, Sendable, Equatable {
    public var file: String
    public var variant: String
    public var seed: Int
    /// Numbers that were trained; `nil` where the shard was not opened.
    public var parameters: Int?
    public var steps: Int?
    public var finalLoss: Double?
    public var agreement: Double?
    public var heldBackAgreement: Double?
    /// Loss by step, from the first to the last.
    public var losses: [Double]
  }

  /// What can be seen of a student without truth.
  public struct Light: Codable, Sendable, Equatable {
    public var variant: String
    public var agreement: Double
    /// Predictions for each class.
    public var predicted: [Int]
    /// Pseudo-labels for each class.
    public var pseudo: [Int]
    public var light: WarningLight

    public init(variant: String, agreement: Double, predicted: [Int], pseudo: [Int]) {
      self.variant = variant
      self.agreement = agreement
      self.predicted = predicted
      self.pseudo = pseudo
      light = WarningLight(agreement: agreement, predictions: predicted, labels: pseudo)
    }

    private enum CodingKeys: String, CodingKey { case variant, agreement, predicted, pseudo, light }

    /// The light follows from the counts, whatever the text says of it.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      self.init(
        variant: try container.decode(String.self, forKey: .variant),
        agreement: try container.decode(Double.self, forKey: .agreement),
        predicted: try container.decode([Int].self, forKey: .predicted),
        pseudo: try container.decode([Int].self, forKey: .pseudo))
    }

    /// - Returns: the lights that the details of a model's manifest tell of.
    static func all(in details: Value) throws -> [Light] {
      guard let lights = details["lights"] else { return [] }
      return try JSONDecoder().decode([Light].self, from: Data(lights.canonicalJSON.utf8))
    }
  }

  public var directory: String
  public var pipeline: String
  public var stage: String
  public var kind: String
  public var schema: String
  public var fingerprint: String
  public var tool: String
  public var samples: Int
  public var splits: [String: Int]
  public var bytes: Int
  /// What networks answer of the samples; `nil` where the manifest does not say it.
  public var task: LearningTask?
  /// Of a regression the names of its values.
  public var classes: [String]?
  /// Of a regression the units of its values.
  public var units: [String]?
  public var modalities: [ModalityDescription]
  public var streams: [Stream]
  public var networks: [Network]
  public var lights: [Light]
  /// Of an evaluation.
  public var metrics: MetricsDocument?
  /// Of aligned samples: what became of the recordings.
  public var alignment: AlignmentReport?
  public var files: [Manifest.File]
  /// What else the stage has to say of its work.
  public var details: Value
  /// Whether true labels were looked at.
  public var showsTruth: Bool

  /// How much is looked at.
  public struct Options: Sendable {
    /// One shard alone.
    public var shard: String?
    /// Every value, not a part of large streams.
    public var isComplete: Bool
    /// True labels too.
    public var includesSealed: Bool

    public init(shard: String? = nil, isComplete: Bool = false, includesSealed: Bool = false) {
      self.shard = shard
      self.isComplete = isComplete
      self.includesSealed = includesSealed
    }
  }

  /// - Throws: `Diagnostic` for a shard that cannot be read.
  public init(of output: Output, _ options: Options = Options()) throws {
    let manifest = output.manifest
    let shards = manifest.shards.filter { options.shard == nil || $0.file == options.shard }
    directory = output.directory
    pipeline = manifest.pipeline
    stage = manifest.stage
    kind = manifest.kind
    schema = manifest.schema
    fingerprint = manifest.fingerprint
    tool = manifest.tool
    samples = manifest.samples
    splits = manifest.splits
    task = manifest.task
    classes = manifest.classes
    units = manifest.units
    modalities = manifest.modalities
    files = options.shard == nil ? manifest.files : []
    bytes = shards.map(\.bytes).reduce(0, +) + files.map(\.bytes).reduce(0, +)
    details = manifest.details
    showsTruth = options.includesSealed
    do {
      lights = try Light.all(in: manifest.details)
    } catch {
      throw Diagnostic(
        "\(output.directory)/manifest.json", "its warning lights cannot be read: \(error)",
        mend: "rerun the stage that made it with --force")
    }
    // Details of another version are shown as they are.
    alignment = try? manifest.details["alignment"]?.decode(AlignmentReport.self)
    networks = []
    var names: [String] = []
    for shard in shards where shard.stream != Manifest.arraysStream {
      if !names.contains(shard.stream) { names.append(shard.stream) }
    }
    streams = try Self.ordered(names).map { name in
      var range = 0..<output.count(of: name)
      if let file = options.shard {
        let before = manifest.shards.filter { $0.stream == name }.prefix { $0.file != file }
        let start = before.map(\.samples).reduce(0, +)
        range = start..<start + (shards.first?.samples ?? 0)
      }
      let survey = FieldSurvey(
        output: output, stream: name, classes: manifest.classes, isComplete: options.isComplete,
        includesSealed: options.includesSealed, range: range)
      let own = shards.filter { $0.stream == name }
      return Stream(
        name: name, samples: own.map(\.samples).reduce(0, +), shards: own.map(\.file),
        bytes: own.map(\.bytes).reduce(0, +),
        fields: try output.fields(of: name).map(survey.report))
    }
    networks = try Self.networks(of: output, shards: shards.map(\.file))
    if files.contains(where: { $0.file == MetricsReport.fileName }) {
      metrics = try MetricsReport.read("\(output.directory)/\(MetricsReport.fileName)")
    }
  }

  private static func networks(of output: Output, shards: [String]) throws -> [Network] {
    var opened: Set<String> = []
    return try (output.manifest.details["networks"]?.arrayValue ?? []).compactMap { entry in
      guard let file = entry["file"]?.stringValue, let variant = entry["variant"]?.stringValue
      else { return nil }
      // Of TorchScript from elsewhere, which is no shard.
      var parameters = entry["script"]?["parameters"]?.integerValue
      guard shards.contains(file) || parameters != nil else { return nil }
      // All networks of a variant are alike: one of them is opened.
      if shards.contains(file), opened.insert(variant).inserted {
        parameters = try output.arrays(in: file).arrays
          .map { $0.shape.reduce(1, *) }.reduce(0, +)
      }
      let report = entry["report"]
      return Network(
        file: file, variant: variant, seed: entry["seed"]?.integerValue ?? 0,
        parameters: parameters, steps: report?["steps"]?.integerValue,
        finalLoss: report?["finalLoss"]?.doubleValue,
        agreement: report?["agreement"]?.doubleValue,
        heldBackAgreement: report?["heldBackAgreement"]?.doubleValue,
        losses: report?["curve"]?.arrayValue?.compactMap { $0["loss"]?.doubleValue } ?? [])
    }
  }
}
