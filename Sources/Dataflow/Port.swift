public import Configuration

/// What flows along an edge of the graph.
public enum PortType: String, Codable, Sendable, CaseIterable {
  case samples = "samples"
  case alignedSamples = "aligned-samples"
  case model = "model"
  case predictions = "predictions"
  case pseudoLabels = "pseudo-labels"
  case evaluation = "evaluation"
}

/// The three parts of a study. METHOD: D_l, D_u, D_test.
public enum Split: String, Codable, Sendable, CaseIterable, Comparable {
  case labelled, unlabelled, test

  public static func < (left: Split, right: Split) -> Bool {
    Split.allCases.firstIndex(of: left) ?? 0 < Split.allCases.firstIndex(of: right) ?? 0
  }
}

/// One input of a stage kind. Its name is the key that holds the reference in the pipeline file.
public struct Port: Sendable {
  public enum Count: Sendable {
    /// Exactly one reference.
    case one
    /// One reference or none.
    case optional
    /// One reference or a list of them, at least one.
    case many
  }

  public enum Selection: Sendable {
    /// `stage` alone.
    case none
    /// `stage.split` must be said: one of these.
    case split([Split])
    /// `stage` or `stage.variant`.
    case variant
  }

  public var name: String
  /// What may be wired here: usually one type.
  public var types: [PortType]
  public var count: Count
  public var selection: Selection
  /// Words that may stand in place of a reference, as `truth` in `labels: truth`.
  public var words: [String]
  public var documentation: String

  public init(
    _ name: String, _ types: PortType..., count: Count = .one, selection: Selection = .none,
    words: [String] = [], _ documentation: String
  ) {
    self.name = name
    self.types = types
    self.count = count
    self.selection = selection
    self.words = words
    self.documentation = documentation
  }
}

/// What is known of a stage's output before anything has run: enough to refuse a wrong wiring.
public struct OutputDescription: Sendable, Equatable {
  public var type: PortType
  /// Names of the modalities that samples carry or that a model or prediction saw; `nil` when only
  /// the data can tell.
  public var modalities: [String]?
  /// Splits that samples come in; of predictions and pseudo-labels: the one they were made for.
  public var splits: [Split]
  /// What networks answer of the samples; `nil` when only the data can tell.
  public var task: LearningTask?
  public var classes: [String]?
  /// The shape of one sample of each modality, where the file tells; a length that only the data can
  /// tell is `nil`.
  public var shapes: [String: [Int?]]
  /// Variants of a model, in the order of the file.
  public var variants: [String]
  /// The stage whose samples this was made from, so that labels meet the samples they belong to.
  public var origin: String?

  public init(
    _ type: PortType, modalities: [String]? = nil, splits: [Split] = [],
    task: LearningTask? = nil, classes: [String]? = nil, shapes: [String: [Int?]] = [:],
    variants: [String] = [], origin: String? = nil
  ) {
    self.type = type
    self.modalities = modalities
    self.splits = splits
    self.task = task
    self.classes = classes
    self.shapes = shapes
    self.variants = variants
    self.origin = origin
  }
}
