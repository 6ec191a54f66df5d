public import Configuration

/// The face of a stage kind: all that planning needs, nothing that running needs.
///
/// A kind is a face here and a `StageWork` in the worker, held together by `kind`.
public protocol Stage: Sendable {
  /// What the checked keys decode to. A kind with variants decodes `VariantSet<…>`.
  associatedtype Configuration: Decodable & Sendable

  /// The word after `kind:` in a pipeline file.
  static var kind: String { get }
  /// One sentence for `--help` and editors.
  static var documentation: String { get }
  static var inputs: [Port] { get }
  static var output: PortType { get }
  /// Keys besides `kind`, `variants` and the names of the inputs.
  static var keys: [Key] { get }
  /// Whether `variants:` may stand in the stage.
  static var hasVariants: Bool { get }
  /// Raised whenever the same inputs would give other outputs.
  static var version: Int { get }
  /// Whether the work computes on the device: only then is `cpu` or `cuda` part of the fingerprint.
  static var usesDevice: Bool { get }
  /// Whether the work may read sealed labels: the truth of D_u and of the test split.
  static func readsTruth(_ configuration: Configuration) -> Bool

  /// Checks what single keys cannot show (modalities that exist, class lists that agree) and says
  /// what the output will be. Complaints are collected, not thrown: all are shown at once.
  static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription

  /// Files outside the store beyond those that `path` keys name themselves, such as those that the
  /// rows of a manifest point at. Their content is part of the fingerprint; their place is not.
  ///
  /// - Throws: `Diagnostic` when a file that names the others cannot be read.
  static func outsideFiles(_ configuration: Configuration) throws -> [OutsideFile]
}

extension Stage {
  public static var hasVariants: Bool { false }
  public static var usesDevice: Bool { true }
  public static func readsTruth(_ configuration: Configuration) -> Bool { false }
  public static func outsideFiles(_ configuration: Configuration) throws -> [OutsideFile] { [] }
}

/// What is wired to a stage, by port, in the order of the file.
public struct StageInputs: Sendable {
  public struct Source: Sendable {
    public var reference: StageReference
    /// `nil` when the stage that it names has faults of its own.
    public var description: OutputDescription?
    /// The variants that ask for it; empty when the stage has none or all of them do.
    public var variants: [String]

    public init(
      reference: StageReference, description: OutputDescription?, variants: [String] = []
    ) {
      self.reference = reference
      self.description = description
      self.variants = variants
    }
  }

  public var sources: [String: [Source]]

  public init(_ sources: [String: [Source]]) { self.sources = sources }

  /// What the port `name` is wired to; of a variant, what that variant wires there.
  public func all(_ name: String, variant: String? = nil) -> [Source] {
    (sources[name] ?? []).filter { source in
      guard let variant, !source.variants.isEmpty else { return true }
      return source.variants.contains(variant)
    }
  }

  public func first(_ name: String, variant: String? = nil) -> Source? {
    all(name, variant: variant).first
  }
}

/// One fault found by a face, at a key of its stage.
public struct Complaint: Sendable {
  /// Keys from the stage downwards, list indices as numbers: `["modalities", "1"]`. In a kind with
  /// variants it starts with the variant, `["variants", "mke", "modalities", "1"]`, also where the
  /// key is common to all of them; it is shown where the key stands.
  public var path: [String]
  public var message: String
  public var mend: String?
  public var isWarning: Bool

  public init(_ path: [String], _ message: String, mend: String? = nil, isWarning: Bool = false) {
    self.path = path
    self.message = message
    self.mend = mend
    self.isWarning = isWarning
  }
}

/// A file that a stage reads from outside the store.
public struct OutsideFile: Hashable, Sendable {
  /// A name that moves with the data: the key, or the path relative to the manifest.
  public var name: String
  public var path: String

  public init(name: String, path: String) {
    self.name = name
    self.path = path
  }
}

/// `points`, `points.labelled`, `students.mke`.
public struct StageReference: Hashable, Sendable, Codable, CustomStringConvertible {
  public var stage: String
  public var selection: String?

  public init(stage: String, selection: String? = nil) {
    self.stage = stage
    self.selection = selection
  }

  /// - Parameter text: a stage's name, or `stage.selection`.
  public init(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(
      stage: String(parts.first ?? ""), selection: parts.count > 1 ? String(parts[1]) : nil)
  }

  public var description: String { selection.map { "\(stage).\($0)" } ?? stage }

  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// The configuration of a kind with variants: every variant whole, with the common keys filled in.
///
/// A stage without `variants:` has one variant that carries the stage's own name.
public struct VariantSet<Variant: Decodable & Sendable>: Decodable, Sendable {
  /// By name; run and reported in the order of `names`.
  public var variants: [String: Variant]
  /// In the order of the file.
  public var names: [String]

  /// Each variant with its name, in the order of the file.
  public var ordered: [(name: String, configuration: Variant)] {
    names.compactMap { name in variants[name].map { (name, $0) } }
  }
}
