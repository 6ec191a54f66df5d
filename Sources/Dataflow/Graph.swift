public import Configuration
public import Diagnostics

/// A checked pipeline: every stage with its complete configuration, inputs before their users.
public struct Graph: Sendable {
  /// One stage of the pipeline.
  public struct Node: Sendable {
    public var name: String
    public var face: any Stage.Type
    /// Of the stage's name in the file.
    public var location: SourceLocation
    /// Checked; defaults filled in; paths absolute; references (`points.labelled`) and words
    /// (`truth`) under the names of their ports. Of a kind with variants:
    /// `{names: […], variants: {name: configuration, …}}`, each variant whole.
    public var configuration: Value
    /// What of `configuration` can change the result: without execution-only keys, and with a path
    /// replaced by its key's name (its content is in `outsideFiles`).
    public var fingerprinted: Value
    /// What is wired to each port, in the order of the file.
    public var inputs: [String: [Input]]
    /// The files that the stage reads from outside the store.
    public var outsideFiles: [OutsideFile]
    public var output: OutputDescription
    /// Whether the work may read sealed labels.
    public var readsTruth: Bool

    public init(
      name: String, face: any Stage.Type, location: SourceLocation, configuration: Value,
      fingerprinted: Value, inputs: [String: [Input]], outsideFiles: [OutsideFile],
      output: OutputDescription, readsTruth: Bool
    ) {
      self.name = name
      self.face = face
      self.location = location
      self.configuration = configuration
      self.fingerprinted = fingerprinted
      self.inputs = inputs
      self.outsideFiles = outsideFiles
      self.output = output
      self.readsTruth = readsTruth
    }

    /// The stages that this one reads, each once, in the order of its ports.
    public var upstream: [String] {
      var seen: Set<String> = []
      return face.inputs.flatMap { inputs[$0.name] ?? [] }.map(\.reference.stage)
        .filter { seen.insert($0).inserted }
    }
  }

  /// One edge into a node.
  public struct Input: Sendable, Hashable {
    public var reference: StageReference
    /// The variants that ask for it; empty when the stage has none or all of them do.
    public var variants: [String]

    public init(_ reference: StageReference, variants: [String] = []) {
      self.reference = reference
      self.variants = variants
    }
  }

  /// The pipeline's `name`.
  public var name: String
  /// The pipeline file.
  public var file: String
  /// Every stage once, each after all that it reads; otherwise in the order of the file.
  public var nodes: [Node]

  public init(name: String, file: String, nodes: [Node]) {
    self.name = name
    self.file = file
    self.nodes = nodes
  }

  public subscript(stage: String) -> Node? { nodes.first { $0.name == stage } }
}

/// The stage kinds that a pipeline file may name.
public struct StageRegistry: Sendable {
  public var faces: [any Stage.Type]

  public init(_ faces: [any Stage.Type]) { self.faces = faces }

  public subscript(kind: String) -> (any Stage.Type)? { faces.first { $0.kind == kind } }
}
