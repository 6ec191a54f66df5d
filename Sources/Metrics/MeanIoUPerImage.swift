/// Mean over pictures of their own mean intersection over union, in 0...1.
///
/// Not the same as `MeanIoU`: a class that is rare in the data set counts as much as any other in
/// the few pictures that show it. Of each picture the classes that stand in its truth or among its
/// predictions enter; a picture without a true pixel is left out.
public struct MeanIoUPerImage: Metric {
  public static let name = "miou-per-image"
  public static let direction = Direction.higherIsBetter
  public static let documentation =
    "Mean over pictures of the mean intersection over union of their classes."

  private var sum = 0.0
  /// Pictures that entered.
  public private(set) var pictures = 0

  public init() {}

  /// Adds one picture.
  public mutating func add(_ picture: ConfusionMatrix) {
    guard let value = MeanIoU(picture).value else { return }
    sum += value
    pictures += 1
  }

  public var value: Double? { pictures == 0 ? nil : sum / Double(pictures) }
}
