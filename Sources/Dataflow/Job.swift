public import Configuration
public import Diagnostics

/// One stage to run, as `mke` hands it to `mke-worker`: one line of JSON.
public struct Job: Codable, Sendable {
  /// One wired input.
  public struct Input: Codable, Sendable {
    public var reference: StageReference
    public var type: PortType
    /// The whole output folder in the store.
    public var directory: String
    public var fingerprint: String
    /// The variants that ask for it; empty when the stage has none or all of them do.
    public var variants: [String]

    public init(
      reference: StageReference, type: PortType, directory: String, fingerprint: String,
      variants: [String] = []
    ) {
      self.reference = reference
      self.type = type
      self.directory = directory
      self.fingerprint = fingerprint
      self.variants = variants
    }
  }

  public var pipeline: String
  public var stage: String
  public var kind: String
  /// Checked, with defaults filled in, paths absolute and variants spelled out.
  public var configuration: Value
  /// By port, in the order of the file.
  public var inputs: [String: [Input]]
  public var fingerprint: String
  /// Where the work writes; it takes its final name in the store when the work is done.
  public var outputDirectory: String
  /// How many threads the work may keep busy. Never changes a bit of the output.
  public var threads: Int
  /// `cpu` or `cuda`.
  public var device: String
  public var toolVersion: String

  public init(
    pipeline: String, stage: String, kind: String, configuration: Value,
    inputs: [String: [Input]], fingerprint: String, outputDirectory: String, threads: Int,
    device: String, toolVersion: String
  ) {
    self.pipeline = pipeline
    self.stage = stage
    self.kind = kind
    self.configuration = configuration
    self.inputs = inputs
    self.fingerprint = fingerprint
    self.outputDirectory = outputDirectory
    self.threads = threads
    self.device = device
    self.toolVersion = toolVersion
  }
}

/// What a worker says while it works: one line of JSON each.
public enum WorkerEvent: Codable, Sendable {
  /// - `item` is what is being worked on, such as `mke seed 3`; `figures` are shown beside the bar.
  case progress(item: String, done: Int, total: Int, unit: String, figures: [String: Double])
  /// Something that the user should read; kept in the run's log.
  case warning(Diagnostic)
  /// One line that sums up what the stage made.
  case summary(String)
  case finished
  case failed([Diagnostic])
}
