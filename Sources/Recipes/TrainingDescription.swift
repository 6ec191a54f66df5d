public import Configuration

/// How parameters move: the optimiser of PyTorch with the same name, and its defaults.
public enum OptimizerDescription: Codable, Hashable, Sendable {
  case sgd(learningRate: Double, momentum: Double, nesterov: Bool, weightDecay: Double)
  case adam(learningRate: Double, betas: [Double], epsilon: Double, weightDecay: Double)
  case adamW(learningRate: Double, betas: [Double], epsilon: Double, weightDecay: Double)

  public var learningRate: Double {
    switch self {
    case .sgd(let rate, _, _, _), .adam(let rate, _, _, _), .adamW(let rate, _, _, _): rate
    }
  }

  private static func adaptiveKeys(weightDecay: Double) -> [Key] {
    [
      Key("learning-rate", .positiveNumber, default: 0.001, "Step size."),
      Key(
        "betas", .list(.number(.init(0, 1, isUpperOpen: true)), count: 2...2),
        default: .array([0.9, 0.999]), "Decay of the two running means."),
      Key("epsilon", .positiveNumber, default: 1e-8, "Added to the denominator."),
      Key("weight-decay", .nonNegativeNumber, default: .double(weightDecay), "Pull towards zero."),
    ]
  }

  public static let shape = Shape.tagged([
    .init(
      "sgd", "Stochastic gradient descent.",
      keys: [
        Key("learning-rate", .positiveNumber, default: 0.01, "Step size."),
        Key(
          "momentum", .number(.init(0, 1, isUpperOpen: true)), default: 0,
          "Share of the last step that is taken again."),
        Key("nesterov", .bool, default: false, "Look ahead along the momentum."),
        Key("weight-decay", .nonNegativeNumber, default: 0, "Pull towards zero."),
      ]),
    .init("adam", "Kingma and Ba 2015.", keys: adaptiveKeys(weightDecay: 0)),
    .init(
      "adamw", "Adam with decoupled weight decay (Loshchilov and Hutter 2019).",
      keys: adaptiveKeys(weightDecay: 0.01)),
  ])

  private enum CodingKeys: String, CodingKey {
    case kind, learningRate, momentum, nesterov, weightDecay, betas, epsilon
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let rate = try container.decode(Double.self, forKey: .learningRate)
    let decay = try container.decode(Double.self, forKey: .weightDecay)
    let kind = try container.decode(String.self, forKey: .kind)
    switch kind {
    case "sgd":
      self = .sgd(
        learningRate: rate, momentum: try container.decode(Double.self, forKey: .momentum),
        nesterov: try container.decode(Bool.self, forKey: .nesterov), weightDecay: decay)
    case "adam", "adamw":
      let betas = try container.decode([Double].self, forKey: .betas)
      let epsilon = try container.decode(Double.self, forKey: .epsilon)
      self =
        kind == "adam"
        ? .adam(learningRate: rate, betas: betas, epsilon: epsilon, weightDecay: decay)
        : .adamW(learningRate: rate, betas: betas, epsilon: epsilon, weightDecay: decay)
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "no optimiser is called '\(kind)'")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(learningRate, forKey: .learningRate)
    switch self {
    case .sgd(_, let momentum, let nesterov, let decay):
      try container.encode("sgd", forKey: .kind)
      try container.encode(momentum, forKey: .momentum)
      try container.encode(nesterov, forKey: .nesterov)
      try container.encode(decay, forKey: .weightDecay)
    case .adam(_, let betas, let epsilon, let decay), .adamW(_, let betas, let epsilon, let decay):
      if case .adam = self {
        try container.encode("adam", forKey: .kind)
      } else {
        try container.encode("adamw", forKey: .kind)
      }
      try container.encode(betas, forKey: .betas)
      try container.encode(epsilon, forKey: .epsilon)
      try container.encode(decay, forKey: .weightDecay)
    }
  }
}

/// How long, how fast and on what a network trains.
public struct TrainingDescription: Codable, Hashable, Sendable {
  public enum Schedule: String, Codable, Hashable, Sendable, CaseIterable {
    case constant
    /// Half a cosine from the learning rate down to zero (Loshchilov and Hutter 2017, one cycle).
    case cosine
  }

  /// How much the pixels of a class weigh in the loss of a segmentation.
  public enum ClassWeights: Codable, Hashable, Sendable {
    /// Inverse to how often the training labels have the class; the mean over their pixels is 1.
    case balanced
    /// By name; 1 for classes that it does not name.
    case named([String: Double])

    static let balancedWord = "balanced"

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let weights = try? container.decode([String: Double].self) {
        self = .named(weights)
        return
      }
      let word = try container.decode(String.self)
      guard word == Self.balancedWord else {
        throw DecodingError.dataCorruptedError(
          in: container,
          debugDescription: "'\(word)' is neither '\(Self.balancedWord)' nor a mapping")
      }
      self = .balanced
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .balanced: try container.encode(Self.balancedWord)
      case .named(let weights): try container.encode(weights)
      }
    }
  }

  public enum Selection: String, Codable, Hashable, Sendable, CaseIterable {
    /// The network after the last step.
    case last
    /// The one that agreed best with the (pseudo-)labels of the held-back part.
    case agreement
  }

  public var optimizer: OptimizerDescription
  public var schedule: Schedule
  /// Samples a step; absent means all of them (full batch).
  public var batchSize: Int?
  /// Passes over the data; either this or `steps`.
  public var epochs: Int?
  /// Optimiser steps; either this or `epochs`.
  public var steps: Int?
  /// Share of the training samples that is kept aside to measure agreement on.
  public var holdBack: Double
  public var select: Selection
  /// Of a segmentation; `nil` means that all pixels weigh the same.
  public var classWeights: ClassWeights?
  /// How many networks are trained, with seeds `firstSeed`, `firstSeed` + 1, …
  public var seeds: Int
  public var firstSeed: Int

  public init(
    optimizer: OptimizerDescription = .sgd(
      learningRate: 0.01, momentum: 0, nesterov: false, weightDecay: 0),
    schedule: Schedule = .constant, batchSize: Int? = nil, epochs: Int? = nil, steps: Int? = nil,
    holdBack: Double = 0, select: Selection = .last, classWeights: ClassWeights? = nil,
    seeds: Int = 1, firstSeed: Int = 0
  ) {
    self.optimizer = optimizer
    self.schedule = schedule
    self.batchSize = batchSize
    self.epochs = epochs
    self.steps = steps
    self.holdBack = holdBack
    self.select = select
    self.classWeights = classWeights
    self.seeds = seeds
    self.firstSeed = firstSeed
  }

  /// The seed of each network, in order.
  public var seedList: [Int] { (0..<seeds).map { firstSeed + $0 } }

  public static let keys: [Key] = [
    Key(
      "optimizer", OptimizerDescription.shape, default: .object(["kind": .string("sgd")]),
      "How parameters move."),
    Key(
      "schedule", .choice(Schedule.allCases.map(\.rawValue)), default: "constant",
      "How the learning rate moves."),
    Key("batch-size", .positiveInteger, "Samples a step; absent means all of them (full batch)."),
    Key("epochs", .positiveInteger, "Passes over the data; either this or 'steps'."),
    Key("steps", .positiveInteger, "Optimiser steps; either this or 'epochs'."),
    Key(
      "hold-back", .number(.init(0, 0.9)), default: 0,
      "Share of the training samples kept aside to measure agreement on."),
    Key(
      "select", .choice(Selection.allCases.map(\.rawValue)), default: "last",
      "Which network is kept: the last, or the one that agreed best on the held-back part."),
    Key(
      "class-weights", .either([.choice([ClassWeights.balancedWord]), .map(.positiveNumber)]),
      "How much the pixels of each class weigh in a segmentation's loss: 'balanced', or weights by "
        + "class, 1 for those not named."),
    Key("seeds", .positiveInteger, default: 1, "How many networks, one for each seed."),
    Key("first-seed", .count, default: 0, "The seed of the first network."),
  ]
}
