/// A modality as a network sees it.
public struct ModalityShape: Codable, Hashable, Sendable {
  public var name: String
  /// Of one sample: `[feature]` of a table, `[time, channel]` of a series, `[height, width, channel]`
  /// of a picture, `[time, height, width, channel]` of a video.
  public var shape: [Int]

  public init(_ name: String, _ shape: [Int]) {
    self.name = name
    self.shape = shape
  }

  /// Numbers in one sample.
  public var width: Int { shape.reduce(1, *) }

  /// Whether samples are pictures or videos of them.
  public var isOfPictures: Bool { shape.count == 3 || shape.count == 4 }

  /// Height and width; of two axes these are all. `nil` when there are fewer.
  public var picture: (height: Int, width: Int)? {
    switch shape.count {
    case 2, 3: (shape[0], shape[1])
    case 4: (shape[1], shape[2])
    default: nil
    }
  }

  /// `480 × 640`
  var pictureText: String { picture.map { "\($0.height) × \($0.width)" } ?? "\(shape)" }
}
