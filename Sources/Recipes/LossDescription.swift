import Configuration

/// What a regression minimises. Deviations are counted in standard deviations of what is learned, so
/// that values of any scale train alike.
public enum LossDescription: Codable, Hashable, Sendable {
  /// The mean of (f(x) − y)²: `torch.nn.MSELoss`.
  case squaredError
  /// Squared up to `delta`, straight beyond: `torch.nn.HuberLoss`. Huber, "Robust Estimation of a
  /// Location Parameter", 1964.
  case huber(delta: Double = 1)

  /// The word after `kind:`.
  public var kind: String {
    switch self {
    case .squaredError: "squared-error"
    case .huber: "huber"
    }
  }

  static let shape = Shape.either([
    .choice(["squared-error", "huber"]),
    .tagged([
      .init("squared-error", "The mean of the squared deviations."),
      .init(
        "huber", "Squared up to 'delta' and straight beyond, which far-off values bend less.",
        keys: [
          Key(
            "delta", .positiveNumber, default: 1,
            "Where it turns straight, in standard deviations of the values.")
        ]),
    ]),
  ])

  private enum CodingKeys: String, CodingKey { case kind, delta }

  /// A word alone, or a mapping with a `kind`.
  public init(from decoder: any Decoder) throws {
    let word = try? decoder.singleValueContainer().decode(String.self)
    let container = word == nil ? try decoder.container(keyedBy: CodingKeys.self) : nil
    switch try word ?? container?.decode(String.self, forKey: .kind) {
    case "squared-error": self = .squaredError
    case "huber":
      self = .huber(delta: try container?.decodeIfPresent(Double.self, forKey: .delta) ?? 1)
    case let kind:
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath, debugDescription: "no loss is called '\(kind ?? "")'"))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    if case .huber(let delta) = self { try container.encode(delta, forKey: .delta) }
  }
}
