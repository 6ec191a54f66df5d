public import Configuration

/// A residual network over pictures, the frames of videos and planes `[time, band]`; then the mean
/// over the picture and over time. Its parameters have the names of torchvision's.
///
/// Source: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016; strides as in
/// torchvision.
public struct ResNetDescription: EncoderSettings {
  public enum Stem: String, Codable, Hashable, Sendable, CaseIterable {
    /// A 7 × 7 convolution of stride 2, then max pooling of stride 2.
    case large
    /// A 3 × 3 convolution of stride 1 without pooling, for small pictures.
    case small
  }

  /// 18, 34 or 50.
  public var depth: Int
  public var stem: Stem
  /// Channels of the first stage; each of the three that follow has twice as many.
  public var width: Int
  public var weights: String?

  public init(depth: Int = 18, stem: Stem = .large, width: Int = 64, weights: String? = nil) {
    self.depth = depth
    self.stem = stem
    self.width = width
    self.weights = weights
  }

  public static let depths = [18, 34, 50]

  public static let keys: [Key] = [
    Key("depth", .integer(18...50), default: 18, "Layers with weights: 18, 34 or 50."),
    Key(
      "stem", .choice(Stem.allCases.map(\.rawValue)), default: "large",
      "'large' is a 7 × 7 convolution and a pooling that leave a quarter of height and width; 'small' "
        + "a 3 × 3 convolution that keeps them, for small pictures."),
    Key(
      "width", .integer(1...4096), default: 64,
      "Channels of the first stage; each of the three that follow has twice as many."),
    EncoderKeys.weights,
  ]

  /// Blocks of each of the four stages.
  public var blocks: [Int] { depth == 18 ? [2, 2, 2, 2] : [3, 4, 6, 3] }

  /// Whether blocks are three convolutions of which the middle one is narrow, not two alike.
  public var hasBottlenecks: Bool { depth == 50 }

  /// Output channels of a stage in channels of its inner convolutions.
  public var expansion: Int { hasBottlenecks ? 4 : 1 }

  /// Inner channels of the stage, 0 to 3.
  public func channels(of stage: Int) -> Int { width << stage }

  public func fault(ofAxes count: Int) -> String? {
    (2...4).contains(count)
      ? nil
      : "a ResNet takes pictures [height, width, channel], videos [time, height, width, channel] or "
        + "planes [time, band]"
  }

  public func faults(of shape: [Int?]) -> [DescriptionFault] {
    var faults: [DescriptionFault] = []
    if !Self.depths.contains(depth) {
      faults.append(
        DescriptionFault(
          ["depth"], "there is no ResNet of depth \(depth)", mend: "take 18, 34 or 50"))
    }
    // The last stage sees a pixel for each 32 or 8 of the picture.
    let least = stem == .large ? 32 : 8
    let size = pictureSize(of: shape)
    if [size.height, size.width].contains(where: { $0.map { $0 < least } ?? false }) {
      let text = [size.height, size.width].map { $0.map(String.init) ?? "*" }
      faults.append(
        DescriptionFault(
          ["stem"],
          "pictures of \(text.joined(separator: " × ")) are too small for a ResNet of the "
            + "\(stem.rawValue) stem, whose last stage sees one pixel for each \(least) of height and "
            + "width",
          mend: stem == .large ? "write 'stem: small'" : "take '{kind: cnn2d, channels: [16, 32]}'")
      )
    }
    return faults
  }

  /// The stem, where it makes maps of a size of its own, and the four stages.
  public func scales(of length: Int) -> [Int]? {
    func half(_ length: Int) -> Int { (length + 1) / 2 }
    var scales: [Int] = []
    var length = length
    if stem == .large {
      length = half(length)
      scales.append(length)
      length = half(length)
    }
    scales.append(length)
    for _ in 1...3 {
      length = half(length)
      scales.append(length)
    }
    return scales
  }

  /// Names and shapes of all parameters and running statistics, in the order of the network; the
  /// number of channels that pictures have is `nil` where it is not known.
  public func tensors(inputChannels: Int?) -> [WeightsFile.Wanted] {
    var wanted: [WeightsFile.Wanted] = []
    func convolution(_ name: String, _ input: Int?, _ output: Int, _ size: Int) {
      wanted.append(.init("\(name).weight", [output, input, size, size]))
    }
    func norm(_ name: String, _ channels: Int) {
      for part in ["weight", "bias", "running_mean", "running_var"] {
        wanted.append(.init("\(name).\(part)", [channels]))
      }
    }
    convolution("conv1", inputChannels, width, stem == .large ? 7 : 3)
    norm("bn1", width)
    var input = width
    for (stage, count) in blocks.enumerated() {
      let inner = channels(of: stage)
      let output = inner * expansion
      for block in 0..<count {
        let name = "layer\(stage + 1).\(block)"
        if hasBottlenecks {
          convolution("\(name).conv1", input, inner, 1)
          norm("\(name).bn1", inner)
          convolution("\(name).conv2", inner, inner, 3)
          norm("\(name).bn2", inner)
          convolution("\(name).conv3", inner, output, 1)
          norm("\(name).bn3", output)
        } else {
          convolution("\(name).conv1", input, inner, 3)
          norm("\(name).bn1", inner)
          convolution("\(name).conv2", inner, inner, 3)
          norm("\(name).bn2", inner)
        }
        if block == 0, stage > 0 || input != output {
          convolution("\(name).downsample.0", input, output, 1)
          norm("\(name).downsample.1", output)
        }
        input = output
      }
    }
    return wanted
  }
}
