/// Share of pixels whose predicted class is the true one, in 0...1; pixels without a truth count
/// nowhere.
public struct PixelAccuracy: Metric {
  public static let name = "pixel-accuracy"
  public static let direction = Direction.higherIsBetter
  public static let documentation = "Share of pixels whose predicted class is the true one."

  private var matrix = ConfusionMatrix(classes: 0)

  public init() {}

  public init(_ matrix: ConfusionMatrix) { self.matrix = matrix }

  /// Adds one pixel.
  public mutating func add(_ sample: (truth: Int, prediction: Int)) { matrix.add(sample) }

  public var value: Double? {
    let total = matrix.total
    return total == 0 ? nil : Double(matrix.hits.reduce(0, +)) / Double(total)
  }
}
