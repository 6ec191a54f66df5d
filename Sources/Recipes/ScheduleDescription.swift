public import Configuration

/// How the learning rate moves after the warm-up.
public enum ScheduleDescription: Codable, Hashable, Sendable {
  case constant
  /// Half a cosine from the learning rate down to zero (Loshchilov and Hutter 2017, one cycle).
  case cosine
  /// The learning rate times `gamma` after every so many epochs or steps; one of them is given.
  case step(epochs: Int? = nil, steps: Int? = nil, gamma: Double = 0.1)

  static let stepWord = "step"

  public static let shape = Shape.either([
    .choice(["constant", "cosine"]),
    .tagged([
      .init("constant", "The learning rate stays."),
      .init("cosine", "Half a cosine from the learning rate down to zero."),
      .init(
        stepWord, "The learning rate times 'gamma' after every so many epochs or steps.",
        keys: [
          Key("epochs", .positiveInteger, "Passes over the data between two falls."),
          Key("steps", .positiveInteger, "Optimiser steps between two falls."),
          Key(
            "gamma", .number(.init(0, 1, isLowerOpen: true)), default: 0.1,
            "Factor of the learning rate at each fall."),
        ]),
    ]),
  ])

  private enum CodingKeys: String, CodingKey { case kind, epochs, steps, gamma }

  public init(from decoder: any Decoder) throws {
    let plain = try decoder.singleValueContainer()
    let container: KeyedDecodingContainer<CodingKeys>?
    let kind: String
    if let word = try? plain.decode(String.self) {
      (container, kind) = (nil, word)
    } else {
      let keyed = try decoder.container(keyedBy: CodingKeys.self)
      (container, kind) = (keyed, try keyed.decode(String.self, forKey: .kind))
    }
    switch (kind, container) {
    case ("constant", _): self = .constant
    case ("cosine", _): self = .cosine
    case (Self.stepWord, let container?):
      self = .step(
        epochs: try container.decodeIfPresent(Int.self, forKey: .epochs),
        steps: try container.decodeIfPresent(Int.self, forKey: .steps),
        gamma: try container.decode(Double.self, forKey: .gamma))
    default:
      throw DecodingError.dataCorruptedError(
        in: plain, debugDescription: "no schedule is called '\(kind)'")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .constant, .cosine:
      var container = encoder.singleValueContainer()
      try container.encode(self == .constant ? "constant" : "cosine")
    case .step(let epochs, let steps, let gamma):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(Self.stepWord, forKey: .kind)
      try container.encodeIfPresent(epochs, forKey: .epochs)
      try container.encodeIfPresent(steps, forKey: .steps)
      try container.encode(gamma, forKey: .gamma)
    }
  }
}
