public import Configuration

/// How the features of several modalities become one; of a segmentation at each of its scales. A
/// single modality is left as it is.
///
/// Modalities that a sample lacks are left out: their features count as zeros where they stand side
/// by side, and not at all in sums, gates, attention and means.
public enum FusionDescription: Hashable, Sendable {
  /// The features of all modalities side by side.
  case concatenate
  /// The sum of what linear maps make of them, all of one width.
  case sum(width: Int?)
  case gated(GatedDescription)
  /// The features of the modality `by` scale and shift those of the others, which then stand side by
  /// side with them.
  case film(by: String)
  case crossAttention(CrossAttentionDescription)
  /// A head for each modality, and the mean of their logits.
  case late

  /// The word after `kind:`.
  public var kind: String {
    switch self {
    case .concatenate: "concatenate"
    case .sum: "sum"
    case .gated: "gated"
    case .film: "film"
    case .crossAttention: "cross-attention"
    case .late: "late"
    }
  }

  private static let width = Key(
    "width", .integer(1...65_536),
    "Width that linear maps bring the features of all modalities to; that of the widest when absent."
  )

  public static let shape = Shape.either([
    .choice(["concatenate", "sum", "gated", "cross-attention", "late"]),
    .tagged([
      .init("concatenate", "The features of all modalities side by side."),
      .init("sum", "The sum of the features, brought to one width.", keys: [width]),
      .init(
        "gated",
        "The sum of the features, brought to one width, each times a gate that all of them open.",
        keys: [
          width,
          Key(
            "gate", .choice(GatedDescription.Gate.allCases.map(\.rawValue)), default: "softmax",
            "'softmax': the gates of all modalities add to one; 'sigmoid': each opens by itself."),
        ]),
      .init(
        "film",
        "The features of one modality scale and shift those of the others, channel by channel.",
        keys: [.required("by", .string, "The modality that modulates the others.")]),
      .init(
        "cross-attention",
        "The features of each modality look at the time steps or places of the others; the mean over "
          + "the modalities.",
        keys: [
          width, Key("heads", .integer(1...1024), default: 4, "Heads of attention."),
        ]),
      .init("late", "A head for each modality, and the mean of their logits."),
    ]),
  ])

  /// What is wrong with it for a network of these modalities.
  ///
  /// - task: what the logits stand for; `nil` where that is not known
  public func faults(among modalities: [String], task: LearningTask?) -> [DescriptionFault] {
    guard modalities.count > 1 else { return [] }
    switch self {
    case .concatenate, .sum, .gated, .late: return []
    case .film(let by):
      guard !modalities.contains(by) else { return [] }
      return [
        DescriptionFault(
          ["by"], "'\(by)' modulates the others, and this network does not see it",
          mend: "take one of \(modalities.joined(separator: ", "))")
      ]
    case .crossAttention(let settings):
      var faults: [DescriptionFault] = []
      if let width = settings.width, width % max(1, settings.heads) != 0 {
        faults.append(
          DescriptionFault(
            ["heads"], "\(settings.heads) heads do not divide a width of \(width)",
            mend:
              "take 'heads: \(TransformerDescription.divisor(of: width, near: settings.heads))'"))
      }
      if task == .segmentation {
        faults.append(
          DescriptionFault(
            [],
            "'cross-attention' fuses features of whole samples, and a segmentation those of pixels",
            mend: "take concatenate, sum, gated, film or late"))
      }
      return faults
    }
  }
}

/// Arevalo et al., "Gated Multimodal Units for Information Fusion", 2017: h = Σ z ⊙ tanh(W x), where
/// the gates z are linear in the features of all modalities.
public struct GatedDescription: Codable, Hashable, Sendable {
  public enum Gate: String, Codable, Hashable, Sendable, CaseIterable {
    /// The gates of all modalities add to one.
    case softmax
    /// Each opens by itself.
    case sigmoid
  }

  /// That of the widest modality when absent.
  public var width: Int?
  public var gate: Gate

  public init(width: Int? = nil, gate: Gate = .softmax) {
    self.width = width
    self.gate = gate
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    width = try container.decodeIfPresent(Int.self, forKey: .width)
    gate = try container.decodeIfPresent(Gate.self, forKey: .gate) ?? .softmax
  }
}

public struct CrossAttentionDescription: Codable, Hashable, Sendable {
  /// That of the widest modality when absent.
  public var width: Int?
  /// They divide the width.
  public var heads: Int

  public init(width: Int? = nil, heads: Int = 4) {
    self.width = width
    self.heads = heads
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    width = try container.decodeIfPresent(Int.self, forKey: .width)
    heads = try container.decodeIfPresent(Int.self, forKey: .heads) ?? 4
  }
}

extension FusionDescription: Codable {
  private enum CodingKeys: String, CodingKey { case kind, width, by }

  /// A word alone, or a mapping with a `kind`.
  public init(from decoder: any Decoder) throws {
    if let word = try? decoder.singleValueContainer().decode(String.self) {
      switch word {
      case "concatenate": self = .concatenate
      case "sum": self = .sum(width: nil)
      case "gated": self = .gated(GatedDescription())
      case "cross-attention": self = .crossAttention(CrossAttentionDescription())
      case "late": self = .late
      default: throw Self.unknown(word, decoder)
      }
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try container.decode(String.self, forKey: .kind)
    switch kind {
    case "concatenate": self = .concatenate
    case "sum": self = .sum(width: try container.decodeIfPresent(Int.self, forKey: .width))
    case "gated": self = .gated(try GatedDescription(from: decoder))
    case "film": self = .film(by: try container.decode(String.self, forKey: .by))
    case "cross-attention": self = .crossAttention(try CrossAttentionDescription(from: decoder))
    case "late": self = .late
    default: throw Self.unknown(kind, decoder)
    }
  }

  private static func unknown(_ kind: String, _ decoder: any Decoder) -> DecodingError {
    .dataCorrupted(
      .init(
        codingPath: decoder.codingPath, debugDescription: "no fusion is called '\(kind)'"))
  }

  public func encode(to encoder: any Encoder) throws {
    if case .concatenate = self {
      var container = encoder.singleValueContainer()
      return try container.encode(kind)
    }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    switch self {
    case .concatenate, .late: break
    case .sum(let width): try container.encodeIfPresent(width, forKey: .width)
    case .gated(let settings): try settings.encode(to: encoder)
    case .film(let by): try container.encode(by, forKey: .by)
    case .crossAttention(let settings): try settings.encode(to: encoder)
    }
  }
}
