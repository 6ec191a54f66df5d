/// Share of samples whose predicted class is the true one, in 0...1.
public struct Accuracy: Metric {
  public static let name = "accuracy"
  public static let direction = Direction.higherIsBetter
  public static let documentation = "Share of samples whose predicted class is the true one."

  private var correct = 0
  private var count = 0

  public init() {}

  public mutating func add(_ sample: (truth: Int, prediction: Int)) {
    count += 1
    if sample.truth == sample.prediction { correct += 1 }
  }

  public var value: Double? { count == 0 ? nil : Double(correct) / Double(count) }
}
