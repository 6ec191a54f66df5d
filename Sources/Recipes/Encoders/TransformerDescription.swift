public import Configuration

/// A small transformer over the steps of a series `[time, channel]`, or over the patches of a
/// picture: linear embedding, positions, blocks of attention and MLP with layer normalisation before
/// each, and one more behind them.
///
/// Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017; patches of Dosovitskiy et al.,
/// "An Image is Worth 16x16 Words", ICLR 2021.
public struct TransformerDescription: EncoderSettings {
  public enum Positions: String, Codable, Hashable, Sendable, CaseIterable {
    /// One vector for each place, moved by the optimiser.
    case learned
    /// Sines and cosines of the place, at wavelengths from 2π to 10000 · 2π.
    case sinusoidal
  }

  public enum Pool: String, Codable, Hashable, Sendable, CaseIterable {
    /// The mean over all tokens.
    case mean
    /// What becomes of one more token that stands before the others.
    case classToken = "class-token"
  }

  /// Numbers of a token.
  public var width: Int
  public var layers: Int
  public var heads: Int
  /// Of the hidden layer of each block's MLP; four times `width` when absent.
  public var mlpWidth: Int?
  /// In 0 ..< 1, while training.
  public var dropout: Double
  /// Pixels along a side of a patch; of a series none.
  public var patch: Int?
  public var positions: Positions
  public var pool: Pool
  public var activation: ActivationDescription
  public var weights: String?

  public init(
    width: Int = 64, layers: Int = 2, heads: Int = 4, mlpWidth: Int? = nil, dropout: Double = 0,
    patch: Int? = nil, positions: Positions = .learned, pool: Pool = .mean,
    activation: ActivationDescription = .gelu, weights: String? = nil
  ) {
    self.width = width
    self.layers = layers
    self.heads = heads
    self.mlpWidth = mlpWidth
    self.dropout = dropout
    self.patch = patch
    self.positions = positions
    self.pool = pool
    self.activation = activation
    self.weights = weights
  }

  public static let keys: [Key] = [
    Key("width", .integer(1...65_536), default: 64, "Numbers of a token."),
    Key("layers", .integer(1...256), default: 2, "Blocks of attention and MLP."),
    Key("heads", .integer(1...1024), default: 4, "Heads of attention; they divide the width."),
    Key(
      "mlp-width", .integer(1...1_048_576),
      "Width of the hidden layer of each MLP; four times 'width' when absent."),
    Key(
      "dropout", .number(Shape.Interval(0, 1, isUpperOpen: true)), default: 0,
      "Share of the numbers dropped, while training, from what attention and MLP add."),
    Key(
      "patch", .positiveInteger,
      "Pixels along a side of a patch of a picture, or of a plane [time, band]; absent, the steps of a "
        + "series are the tokens."),
    Key(
      "positions", .choice(Positions.allCases.map(\.rawValue)), default: "learned",
      "How a token knows its place."),
    Key(
      "pool", .choice(Pool.allCases.map(\.rawValue)), default: "mean",
      "How the tokens become features: their mean, or a class token."),
    ActivationDescription.key(default: .gelu), EncoderKeys.weights,
  ]

  public func fault(ofAxes count: Int) -> String? {
    count == 2 || count == 3
      ? nil
      : "a transformer takes series [time, channel], or pictures [height, width, channel] in patches"
  }

  public func faults(of shape: [Int?]) -> [DescriptionFault] {
    var faults: [DescriptionFault] = []
    if heads < 1 || width % heads != 0 {
      faults.append(
        DescriptionFault(
          ["heads"], "\(heads) heads do not divide a width of \(width)",
          mend: "take 'heads: \(Self.divisor(of: width, near: heads))'"))
    }
    if positions == .sinusoidal, width % 2 != 0 {
      faults.append(
        DescriptionFault(
          ["width"], "sinusoidal positions are pairs of sine and cosine, and width \(width) is odd",
          mend: "take \(width + 1)"))
    }
    if shape.count == 3, patch == nil {
      faults.append(
        DescriptionFault(
          [], "pictures go into a transformer in patches, and nothing says how large they are",
          mend: "add 'patch: 8'"))
    }
    let size = pictureSize(of: shape)
    if let patch, shape.count == 2 || shape.count == 3,
      [size.height, size.width].contains(where: { $0.map { $0 % patch != 0 } ?? false })
    {
      let text = [size.height, size.width].map { $0.map(String.init) ?? "*" }
      faults.append(
        DescriptionFault(
          ["patch"],
          "patches of \(patch) × \(patch) do not divide pictures of "
            + text.joined(separator: " × "), mend: "take a size that divides both sides"))
    }
    return faults
  }

  /// The greatest divisor of `width` that is at most `heads`.
  static func divisor(of width: Int, near heads: Int) -> Int {
    (1...max(1, min(heads, width))).last { width % $0 == 0 } ?? 1
  }
}
