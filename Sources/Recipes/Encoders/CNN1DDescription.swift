public import Configuration

/// Blocks of Conv1d, batch normalisation, activation and max pooling over series
/// `[time, channel]`, raw sound among them; then the mean over time.
public struct CNN1DDescription: EncoderSettings {
  /// Output channels of the blocks, first to last.
  public var channels: [Int]
  /// Odd, so that padding keeps the length.
  public var kernelSize: Int
  /// Steps by which the convolution of each block moves on; a single number is that of all.
  public var strides: [Int]
  /// Window and stride of the max pooling of each block but the last; 1 means none.
  public var pool: Int
  public var activation: ActivationDescription
  public var weights: String?

  public init(
    channels: [Int], kernelSize: Int = 5, strides: [Int] = [1], pool: Int = 2,
    activation: ActivationDescription = .relu, weights: String? = nil
  ) {
    self.channels = channels
    self.kernelSize = kernelSize
    self.strides = strides
    self.pool = pool
    self.activation = activation
    self.weights = weights
  }

  public static let keys: [Key] = [
    EncoderKeys.channels,
    Key(
      "kernel-size", .integer(1...1023), default: 5,
      "Time steps that a convolution sees; odd, so that padding keeps the length."),
    Key(
      "stride", .either([.positiveInteger, .nonEmptyList(.positiveInteger)]), default: 1,
      "Steps by which each convolution moves on: of all blocks, or a list of one for each."),
    Key(
      "pool", .positiveInteger, default: 2,
      "Window and stride of the max pooling of each block but the last; 1 means none."),
    ActivationDescription.key, EncoderKeys.weights,
  ]

  /// Of the block at `index`.
  public func stride(of index: Int) -> Int {
    strides.indices.contains(index) ? strides[index] : strides.last ?? 1
  }

  public func fault(ofAxes count: Int) -> String? {
    count == 2 ? nil : "a 1-D CNN takes samples of shape [time, channel]"
  }

  public func faults(of shape: [Int?]) -> [DescriptionFault] {
    var faults = [DescriptionFault.even(kernelSize: kernelSize)].compactMap(\.self)
    if strides.count != 1, strides.count != channels.count {
      faults.append(
        DescriptionFault(
          ["stride"], "'stride' has \(strides.count) numbers for \(channels.count) blocks",
          mend: "give one number, or one for each of the 'channels'"))
    }
    guard shape.count == 2, let steps = shape[0] else { return faults }
    var time = steps
    for index in channels.indices {
      time = (time - 1) / max(1, stride(of: index)) + 1
      guard pool > 1, index + 1 < channels.count else { continue }
      if time < pool {
        faults.append(
          DescriptionFault(
            [],
            "\(steps) time steps are too few for \(channels.count) blocks that pool by \(pool)",
            mend: "take fewer 'channels', or a smaller 'pool'"))
        break
      }
      time /= pool
    }
    return faults
  }

  private enum CodingKeys: String, CodingKey {
    case channels, kernelSize, pool, activation, weights
    case strides = "stride"
  }

  /// Models that were made before there were strides have none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    channels = try container.decode([Int].self, forKey: .channels)
    kernelSize = try container.decode(Int.self, forKey: .kernelSize)
    pool = try container.decode(Int.self, forKey: .pool)
    activation = try container.decode(ActivationDescription.self, forKey: .activation)
    weights = try container.decodeIfPresent(String.self, forKey: .weights)
    if let one = try? container.decodeIfPresent(Int.self, forKey: .strides) {
      strides = [one]
    } else {
      strides = try container.decodeIfPresent([Int].self, forKey: .strides) ?? [1]
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(channels, forKey: .channels)
    try container.encode(kernelSize, forKey: .kernelSize)
    try container.encode(pool, forKey: .pool)
    try container.encode(activation, forKey: .activation)
    try container.encodeIfPresent(weights, forKey: .weights)
    if strides.count == 1 {
      try container.encode(strides[0], forKey: .strides)
    } else {
      try container.encode(strides, forKey: .strides)
    }
  }
}
