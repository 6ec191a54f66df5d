public import Configuration

/// Blocks of Conv3d, batch normalisation and activation with max pooling between them over videos
/// `[time, height, width, channel]`; then the mean over all.
public struct CNN3DDescription: EncoderSettings {
  /// Output channels of the blocks, first to last.
  public var channels: [Int]
  /// Odd, so that padding keeps the size; of time, height and width alike.
  public var kernelSize: Int
  /// Window and stride of the max pooling of height and width between two blocks; 1 means none.
  public var pool: Int
  /// The same of time.
  public var timePool: Int
  /// Convolutions in each block, each with batch normalisation and activation.
  public var convolutions: Int
  public var activation: ActivationDescription
  public var weights: String?

  public init(
    channels: [Int], kernelSize: Int = 3, pool: Int = 2, timePool: Int = 2, convolutions: Int = 1,
    activation: ActivationDescription = .relu, weights: String? = nil
  ) {
    self.channels = channels
    self.kernelSize = kernelSize
    self.pool = pool
    self.timePool = timePool
    self.convolutions = convolutions
    self.activation = activation
    self.weights = weights
  }

  public static let keys: [Key] = [
    EncoderKeys.channels,
    Key(
      "kernel-size", .integer(1...63), default: 3,
      "Frames and pixels that a convolution sees; odd, so that padding keeps the size."),
    Key(
      "pool", .positiveInteger, default: 2,
      "Window and stride of the max pooling of height and width between two blocks; 1 means none."),
    Key(
      "time-pool", .positiveInteger, default: 2,
      "Window and stride of the max pooling of time between two blocks; 1 means none."),
    Key("convolutions", .integer(1...64), default: 1, "Convolutions in each block."),
    ActivationDescription.key, EncoderKeys.weights,
  ]

  public func fault(ofAxes count: Int) -> String? {
    count == 4 ? nil : "a 3-D CNN takes videos [time, height, width, channel]"
  }

  public func faults(of shape: [Int?]) -> [DescriptionFault] {
    var faults = [DescriptionFault.even(kernelSize: kernelSize)].compactMap(\.self)
    guard shape.count == 4 else { return faults }
    func check(_ length: Int?, _ pool: Int, _ what: String, _ key: String) {
      guard let length, length > 0, pool > 1 else { return }
      var left = length
      for _ in channels.dropFirst() { left /= pool }
      guard left == 0 else { return }
      faults.append(
        DescriptionFault(
          [], "\(length) \(what) are too few for \(channels.count) blocks that pool by \(pool)",
          mend: "take fewer 'channels', or a smaller '\(key)'"))
    }
    check(shape[0], timePool, "frames", "time-pool")
    check(shape[1], pool, "rows of pixels", "pool")
    check(shape[2], pool, "columns of pixels", "pool")
    return faults
  }
}
