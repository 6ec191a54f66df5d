public import Configuration
public import Diagnostics
public import Foundation

/// What the stages of a pipeline were last made from: read by `status` and `why`, and saved after
/// every stage, so that a crash loses nothing.
public struct RunRecord: Sendable, Hashable {
  /// One stage that was made.
  public struct Stage: Sendable, Hashable {
    public var fingerprint: String
    public var kind: String
    public var version: Int
    /// `cpu` or `cuda`; `nil` of a kind that does not compute on it.
    public var device: String?
    /// The part of the configuration that can change the result.
    public var configuration: Value
    /// By port.
    public var inputs: [String: [Input]]
    /// SHA-256 by name.
    public var files: [String: String]
    public var finishedAt: Date
    public var seconds: Double
    /// The lines that the work summed itself up with.
    public var summary: [String]
    public var warnings: [Diagnostic]

    public init(
      fingerprint: String, kind: String, version: Int, device: String?, configuration: Value,
      inputs: [String: [Input]], files: [String: String], finishedAt: Date = Date(),
      seconds: Double = 0, summary: [String] = [], warnings: [Diagnostic] = []
    ) {
      self.fingerprint = fingerprint
      self.kind = kind
      self.version = version
      self.device = device
      self.configuration = configuration
      self.inputs = inputs
      self.files = files
      self.finishedAt = finishedAt
      self.seconds = seconds
      self.summary = summary
      self.warnings = warnings
    }
  }

  /// One edge into a stage.
  public struct Input: Sendable, Hashable {
    public var reference: StageReference
    public var fingerprint: String
    public var variants: [String]

    public init(reference: StageReference, fingerprint: String, variants: [String] = []) {
      self.reference = reference
      self.fingerprint = fingerprint
      self.variants = variants
    }
  }

  public var pipeline: String
  public var stages: [String: Stage]
  /// What went wrong with a stage since it was last made.
  public var failures: [String: [Diagnostic]]

  public init(
    pipeline: String, stages: [String: Stage] = [:], failures: [String: [Diagnostic]] = [:]
  ) {
    self.pipeline = pipeline
    self.stages = stages
    self.failures = failures
  }

  /// The last record of a pipeline; an empty one when it never ran.
  ///
  /// - Returns: beside the record, a warning when there is one that cannot be read: it is ignored.
  public static func last(of pipeline: String, in workspace: Workspace) -> (
    record: RunRecord, warning: Diagnostic?
  ) {
    let path = workspace.record(of: pipeline)
    guard Files.exists(path) else { return (RunRecord(pipeline: pipeline), nil) }
    do {
      return (try RunRecord(reading: path), nil)
    } catch {
      let warning = Diagnostic(
        .warning, path, "the record of the last run is ignored: \(error)",
        mend: "nothing to do: the next run writes a new one")
      return (RunRecord(pipeline: pipeline), warning)
    }
  }

  /// Changes the record in the workspace in one step: runs of the same pipeline at the same time
  /// keep each other's stages.
  ///
  /// - Throws: `Diagnostic` when it cannot be written.
  static func update(
    _ pipeline: String, in workspace: Workspace, _ change: (inout RunRecord) -> Void
  ) throws {
    do {
      try Files.guarded(by: "\(workspace.locksFolder)/records") {
        let old = last(of: pipeline, in: workspace).record
        var new = old
        new.pipeline = pipeline
        change(&new)
        guard new != old else { return }
        let text = new.value.canonicalJSON + "\n"
        try Files.replace(workspace.record(of: pipeline), with: Array(text.utf8))
      }
    } catch let fault as FileFault {
      throw fault.diagnostic
    }
  }
}

// Written and read by hand rather than by `Codable`, to keep integers and doubles of a
// configuration apart and to be quick enough for a run that has nothing to do.

/// A record that cannot be understood, and why.
struct RecordFault: Error, CustomStringConvertible {
  var description: String
}

extension RunRecord {
  init(reading path: String) throws {
    let document = try Self.document(path)
    pipeline = document["pipeline"]?.stringValue ?? ""
    stages = try (document["stages"]?.objectValue ?? [:]).mapValues { try Stage($0) }
    failures = try (document["failures"]?.objectValue ?? [:]).mapValues { value in
      try (value.arrayValue ?? []).map { try Diagnostic(value: $0) }
    }
  }

  static func document(_ path: String) throws -> Value {
    let document: Value
    do {
      document = try Value(json: try Files.read(path))
    } catch let fault as JSONFault {
      throw RecordFault(description: "\(fault.message) (byte \(fault.offset))")
    } catch let fault as FileFault {
      throw RecordFault(description: fault.reason)
    }
    guard document["format"] == 1 else {
      throw RecordFault(description: "it has another format")
    }
    return document
  }

  var value: Value {
    .object([
      "format": 1, "pipeline": .string(pipeline), "stages": .object(stages.mapValues(\.value)),
      "failures": .object(failures.mapValues { .array($0.map(\.value)) }),
    ])
  }
}

extension RunRecord.Stage {
  init(_ value: Value) throws {
    guard let fingerprint = value["fingerprint"]?.stringValue,
      let kind = value["kind"]?.stringValue,
      let version = value["version"]?.integerValue, let configuration = value["configuration"],
      let inputs = value["inputs"]?.objectValue, let files = value["files"]?.objectValue
    else { throw RecordFault(description: "a stage lacks a key") }
    let finished = value["finished-at"]?.stringValue
      .flatMap { try? Date($0, strategy: .iso8601) }
    self.init(
      fingerprint: fingerprint, kind: kind, version: version,
      device: value["device"]?.stringValue, configuration: configuration,
      inputs: try inputs.mapValues { try ($0.arrayValue ?? []).map { try RunRecord.Input($0) } },
      files: files.compactMapValues(\.stringValue),
      finishedAt: finished ?? Date(timeIntervalSince1970: 0),
      seconds: value["seconds"]?.doubleValue ?? 0,
      summary: (value["summary"]?.arrayValue ?? []).compactMap(\.stringValue),
      warnings: try (value["warnings"]?.arrayValue ?? []).map { try Diagnostic(value: $0) })
  }

  var value: Value {
    .object([
      "fingerprint": .string(fingerprint), "kind": .string(kind), "version": .integer(version),
      "device": device.map { .string($0) } ?? .null, "configuration": configuration,
      "inputs": .object(inputs.mapValues { .array($0.map(\.value)) }),
      "files": .object(files.mapValues { .string($0) }),
      "finished-at": .string(finishedAt.formatted(.iso8601)),
      "seconds": .double((seconds * 1000).rounded() / 1000),
      "summary": .array(summary.map { .string($0) }),
      "warnings": .array(warnings.map(\.value)),
    ])
  }

  /// Whether both were made from the same, under the same names; when and how long apart.
  func hasSameRecipe(as other: RunRecord.Stage) -> Bool {
    fingerprint == other.fingerprint && configuration == other.configuration
      && inputs == other.inputs && files == other.files
  }

  /// The record that travels with an output in the store, so that another pipeline which finds the
  /// output there knows what it said of itself.
  static func travelling(with output: String) -> RunRecord.Stage? {
    try? RunRecord.Stage(RunRecord.document("\(output)/record.json")["stage"] ?? .null)
  }

  func travel(with output: String) throws(FileFault) {
    let text = Value.object(["format": 1, "stage": value]).canonicalJSON + "\n"
    try Files.replace("\(output)/record.json", with: Array(text.utf8))
  }
}

extension RunRecord.Input {
  fileprivate init(_ value: Value) throws {
    guard let reference = value["of"]?.stringValue,
      let fingerprint = value["fingerprint"]?.stringValue
    else { throw RecordFault(description: "an input lacks a key") }
    self.init(
      reference: StageReference(reference), fingerprint: fingerprint,
      variants: (value["variants"]?.arrayValue ?? []).compactMap(\.stringValue))
  }

  fileprivate var value: Value {
    .object([
      "of": .string(reference.description), "fingerprint": .string(fingerprint),
      "variants": .array(variants.map { .string($0) }),
    ])
  }
}

extension Diagnostic {
  init(value: Value) throws {
    guard let subject = value["subject"]?.stringValue, let message = value["message"]?.stringValue
    else { throw RecordFault(description: "a diagnostic lacks a key") }
    self.init(
      Severity(rawValue: value["severity"]?.stringValue ?? "") ?? .error, subject, message,
      mend: value["mend"]?.stringValue)
  }

  var value: Value {
    var members: [String: Value] = [
      "severity": .string(severity.rawValue), "subject": .string(subject),
      "message": .string(message),
    ]
    if let mend { members["mend"] = .string(mend) }
    return .object(members)
  }
}
