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

  public var weightDecay: Double {
    switch self {
    case .sgd(_, _, _, let decay), .adam(_, _, _, let decay), .adamW(_, _, _, let decay): decay
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
  /// How the learning rate rises at the start; one of the three is given.
  public struct WarmUp: Codable, Hashable, Sendable {
    /// Optimiser steps.
    public var steps: Int?
    /// Passes over the data.
    public var epochs: Int?
    /// Of all steps of the training, in 0..<1.
    public var share: Double?

    public init(steps: Int? = nil, epochs: Int? = nil, share: Double? = nil) {
      self.steps = steps
      self.epochs = epochs
      self.share = share
    }

    static let keys: [Key] = [
      Key("steps", .positiveInteger, "Optimiser steps of the rise."),
      Key("epochs", .positiveInteger, "Passes over the data of the rise."),
      Key(
        "share", .number(.init(0, 1, isLowerOpen: true, isUpperOpen: true)),
        "Share of all steps of the training."),
    ]
  }

  /// Which parameters the optimiser's weight decay pulls towards zero.
  public enum Decay: String, Codable, Hashable, Sendable, CaseIterable {
    case all
    /// Those of two axes and more: neither biases nor what normalisation layers scale and shift by.
    case weights
  }

  /// How much a class weighs in the loss: its samples or pixels; where samples have several labels,
  /// the samples that have the label.
  public enum ClassWeights: Codable, Hashable, Sendable {
    /// Inverse to how often the training labels have the class; the mean over samples or pixels is
    /// 1. Of several labels for a sample: how many samples lack the label for each that has it.
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
  public var schedule: ScheduleDescription
  /// A linear rise of the learning rate from near 0, before `schedule` begins; `nil` means none.
  public var warmUp: WarmUp?
  /// `nil` means all.
  public var decay: Decay?
  /// The largest norm of all gradients together; longer ones are shortened to it.
  public var clipGradients: Double?
  /// How much of each target is spread evenly over the classes, in 0..<1; `nil` means 0.
  public var labelSmoothing: Double?
  /// The network that is measured and kept averages the parameters of all steps, each one weighing
  /// this many times as much as the next; `nil` keeps the parameters themselves.
  public var ema: Double?
  /// Samples a step; absent means all of them (full batch).
  public var batchSize: Int?
  /// Passes over the data; either this or `steps`.
  public var epochs: Int?
  /// Optimiser steps; either this or `epochs`.
  public var steps: Int?
  /// Share of the training samples that is kept aside to measure agreement on.
  public var holdBack: Double
  public var select: Selection
  /// Training stops when the agreement on the held-back part has not risen in so many measurements
  /// in a row; `nil` means never. There are about fifty in a whole training.
  public var patience: Int?
  /// `nil` means that all classes weigh the same.
  public var classWeights: ClassWeights?
  /// What a regression minimises; `nil` means the squared error.
  public var loss: LossDescription?
  /// How many networks are trained, with seeds `firstSeed`, `firstSeed` + 1, …
  public var seeds: Int
  public var firstSeed: Int

  public init(
    optimizer: OptimizerDescription = .sgd(
      learningRate: 0.01, momentum: 0, nesterov: false, weightDecay: 0),
    schedule: ScheduleDescription = .constant, warmUp: WarmUp? = nil, decay: Decay? = nil,
    clipGradients: Double? = nil, labelSmoothing: Double? = nil, ema: Double? = nil,
    batchSize: Int? = nil, epochs: Int? = nil, steps: Int? = nil, holdBack: Double = 0,
    select: Selection = .last, patience: Int? = nil, classWeights: ClassWeights? = nil,
    loss: LossDescription? = nil, seeds: Int = 1, firstSeed: Int = 0
  ) {
    self.optimizer = optimizer
    self.schedule = schedule
    self.warmUp = warmUp
    self.decay = decay
    self.clipGradients = clipGradients
    self.labelSmoothing = labelSmoothing
    self.ema = ema
    self.batchSize = batchSize
    self.epochs = epochs
    self.steps = steps
    self.holdBack = holdBack
    self.select = select
    self.patience = patience
    self.classWeights = classWeights
    self.loss = loss
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
      "schedule", ScheduleDescription.shape, default: "constant",
      "How the learning rate moves after the warm-up."),
    Key(
      "warm-up", .object(WarmUp.keys),
      "A linear rise of the learning rate from near 0, before the schedule begins; absent means none."
    ),
    Key(
      "decay", .choice(Decay.allCases.map(\.rawValue)),
      "Which parameters 'weight-decay' pulls on: all (when absent), or the weights alone, sparing "
        + "biases and normalisation."),
    Key(
      "clip-gradients", .positiveNumber,
      "Largest norm of all gradients together; longer ones are shortened to it."),
    Key(
      "label-smoothing", .number(.init(0, 1, isUpperOpen: true)),
      "How much of each target is spread evenly over the classes; absent means 0."),
    Key(
      "ema", .number(.init(0, 1, isUpperOpen: true)),
      "Decay of a running average of the parameters, which is then what is measured and kept: "
        + "0.999; absent means none."),
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
      "patience", .positiveInteger,
      "Stop when the agreement on the held-back part has not risen in so many measurements in a "
        + "row, of about fifty in a whole training; absent means never."),
    Key(
      "class-weights", .either([.choice([ClassWeights.balancedWord]), .map(.positiveNumber)]),
      "How much each class weighs in the loss: 'balanced', or weights by class, 1 for those not "
        + "named; of several labels for a sample, how much those weigh that have the label."),
    Key(
      "loss", LossDescription.shape,
      "What a regression minimises; 'squared-error' when absent."),
    Key("seeds", .positiveInteger, default: 1, "How many networks, one for each seed."),
    Key("first-seed", .count, default: 0, "The seed of the first network."),
  ]
}
