public import Configuration

/// Blocks of Conv2d, batch normalisation and activation with max pooling between them over pictures,
/// the frames of videos and planes `[time, band]`; then the mean over the picture and over time.
public struct CNN2DDescription: EncoderSettings {
  /// Output channels of the blocks, first to last: one scale each.
  public var channels: [Int]
  /// Odd, so that padding keeps the size.
  public var kernelSize: Int
  /// Window and stride of the max pooling between two blocks; 1 means none.
  public var pool: Int
  /// Convolutions in each block, each with batch normalisation and activation.
  public var convolutions: Int
  public var activation: ActivationDescription
  public var weights: String?

  public init(
    channels: [Int], kernelSize: Int = 3, pool: Int = 2, convolutions: Int = 1,
    activation: ActivationDescription = .relu, weights: String? = nil
  ) {
    self.channels = channels
    self.kernelSize = kernelSize
    self.pool = pool
    self.convolutions = convolutions
    self.activation = activation
    self.weights = weights
  }

  public static let keys: [Key] = [
    EncoderKeys.channels,
    Key(
      "kernel-size", .integer(1...1023), default: 3,
      "Pixels that a convolution sees either way; odd, so that padding keeps the size."),
    Key(
      "pool", .positiveInteger, default: 2,
      "Window and stride of the max pooling between two blocks; 1 means none."),
    Key("convolutions", .integer(1...64), default: 1, "Convolutions in each block."),
    ActivationDescription.key, EncoderKeys.weights,
  ]

  public func fault(ofAxes count: Int) -> String? {
    (2...4).contains(count)
      ? nil
      : "a 2-D CNN takes pictures [height, width, channel], videos [time, height, width, channel] "
        + "or planes [time, band]"
  }

  public func faults(of shape: [Int?]) -> [DescriptionFault] {
    var faults = [DescriptionFault.even(kernelSize: kernelSize)].compactMap(\.self)
    let size = pictureSize(of: shape)
    if [size.height, size.width].contains(where: { $0.flatMap(scales(of:))?.last == 0 }) {
      let text = [size.height, size.width].map { $0.map(String.init) ?? "*" }
      faults.append(
        DescriptionFault(
          [],
          "pictures of \(text.joined(separator: " × ")) are too small for \(channels.count) blocks"
            + " that pool by \(pool)", mend: "take fewer 'channels', or a smaller 'pool'"))
    }
    return faults
  }

  public func scales(of length: Int) -> [Int]? {
    channels.indices.reduce(into: []) { lengths, index in
      lengths.append(index == 0 ? length : (lengths.last ?? 0) / max(1, pool))
    }
  }
}
