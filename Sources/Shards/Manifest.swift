public import Arrays
public import Configuration
import Foundation

/// What standardised a modality: `(x − mean) / std`, column by column.
public struct Standardisation: Codable, Hashable, Sendable {
  /// The splits that the statistics are of.
  public var splits: [String]
  /// One per column.
  public var mean: [Double]
  /// One per column.
  public var std: [Double]
  /// Values per column that the statistics are of.
  public var count: Int

  public init(splits: [String], mean: [Double], std: [Double], count: Int) {
    self.splits = splits
    self.mean = mean
    self.std = std
    self.count = count
  }
}

/// One modality of an output.
public struct ModalityDescription: Codable, Hashable, Sendable {
  public var name: String
  public var type: ElementType
  /// Of one sample; starts with `nil` when samples differ in their number of steps.
  public var shape: [Int?]
  public var axes: [String]
  public var unit: String?
  /// Hz along the axis `time`.
  public var rate: Double?
  /// A value times this is in `unit`; `nil` stands for 1.
  public var scale: Double?
  /// Names along the last axis.
  public var columns: [String]?
  /// `nil` when nobody took statistics; `mean` and `std` are of scaled values.
  public var standardisation: Standardisation?

  public init(
    name: String, type: ElementType, shape: [Int?], axes: [String] = [], unit: String? = nil,
    rate: Double? = nil, scale: Double? = nil, columns: [String]? = nil,
    standardisation: Standardisation? = nil
  ) {
    self.name = name
    self.type = type
    self.shape = shape
    self.axes = axes
    self.unit = unit
    self.rate = rate
    self.scale = scale
    self.columns = columns
    self.standardisation = standardisation
  }
}

/// What an output is and holds: `manifest.json`, written last, so that an output with a manifest is
/// whole.
public struct Manifest: Codable, Sendable, Hashable {
  public static let fileName = "manifest.json"
  /// Raised whenever an older program would misread the output.
  public static let currentFormat = 1
  /// The stream of shards that hold arrays, not samples.
  public static let arraysStream = "arrays"

  /// One HDF5 file.
  public struct Shard: Codable, Hashable, Sendable {
    public var file: String
    /// The split, or `arrays`.
    public var stream: String
    public var samples: Int
    /// Samples that are packed together; 0 in a shard of arrays.
    public var samplesPerChunk: Int
    public var bytes: Int
    /// Of the whole file, in hexadecimal digits.
    public var sha256: String

    public init(
      file: String, stream: String, samples: Int, samplesPerChunk: Int, bytes: Int, sha256: String
    ) {
      self.file = file
      self.stream = stream
      self.samples = samples
      self.samplesPerChunk = samplesPerChunk
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  /// One file that is no shard.
  public struct File: Codable, Hashable, Sendable {
    public var file: String
    public var bytes: Int
    public var sha256: String

    public init(file: String, bytes: Int, sha256: String) {
      self.file = file
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  public var format = Manifest.currentFormat
  /// What flows along the edge: `samples`, `aligned-samples`, `model`, ….
  public var schema: String
  public var pipeline: String
  public var stage: String
  public var kind: String
  public var fingerprint: String
  /// Name and version of the program that made it.
  public var tool: String
  /// In all streams together.
  public var samples: Int
  /// Samples of each stream.
  public var splits: [String: Int]
  /// What networks answer of these samples; `nil` means one class of several.
  public var task: LearningTask?
  /// Of a regression the names of its values.
  public var classes: [String]?
  /// Of a regression the unit of each of its values; `nil` where none is known.
  public var units: [String]?
  public var modalities: [ModalityDescription]
  public var shards: [Shard]
  public var files: [File]
  /// What else the kind of stage has to say.
  public var details: Value

  /// The header of all its shards.
  var header: OutputHeader {
    OutputHeader(
      pipeline: pipeline, stage: stage, kind: kind, schema: schema, fingerprint: fingerprint,
      tool: tool)
  }

  /// Sorted keys, one per line: equal manifests give equal bytes.
  func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try encoder.encode(self) + Data("\n".utf8)
  }

  static func decoded(_ data: Data) throws -> Manifest {
    try Value(json: [UInt8](data)).decode(Manifest.self)
  }
}

/// What every file of an output says about where it comes from.
public struct OutputHeader: Hashable, Sendable {
  public var pipeline: String
  public var stage: String
  public var kind: String
  public var schema: String
  public var fingerprint: String
  public var tool: String

  public init(
    pipeline: String, stage: String, kind: String, schema: String, fingerprint: String,
    tool: String
  ) {
    self.pipeline = pipeline
    self.stage = stage
    self.kind = kind
    self.schema = schema
    self.fingerprint = fingerprint
    self.tool = tool
  }

  /// How an output of this stage is made again.
  var mend: String { "rerun stage '\(stage)' with --force \(stage)" }
}
