/// How often each true class was taken for each class: `counts[truth][prediction]`.
public struct ConfusionMatrix: Hashable, Sendable {
  public private(set) var counts: [[Int]]

  /// - Parameter classes: how many there are; grows when a larger class number comes.
  public init(classes: Int) {
    counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
  }

  /// - Parameter counts: square, `counts[truth][prediction]`.
  public init(_ counts: [[Int]]) { self.counts = counts }

  /// Adds one sample; class numbers are from 0.
  public mutating func add(_ sample: (truth: Int, prediction: Int)) {
    let largest = max(sample.truth, sample.prediction)
    while counts.count <= largest {
      for row in counts.indices { counts[row].append(0) }
      counts.append(Array(repeating: 0, count: counts.count + 1))
    }
    counts[sample.truth][sample.prediction] += 1
  }

  /// Adds many, such as the pixels of a picture; what has no truth (less than 0) counts nowhere.
  public mutating func add(truths: [Int], predictions: [Int]) {
    for (truth, prediction) in zip(truths, predictions) where truth >= 0 {
      add((truth, prediction))
    }
  }

  /// Adds the samples of another one.
  public mutating func add(_ other: ConfusionMatrix) {
    for (truth, row) in other.counts.enumerated() {
      for (prediction, count) in row.enumerated() where count > 0 {
        if max(truth, prediction) >= counts.count {
          add((truth, prediction))
          counts[truth][prediction] += count - 1
        } else {
          counts[truth][prediction] += count
        }
      }
    }
  }

  public var classes: Int { counts.count }
  /// All samples.
  public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }
  /// Samples of each true class.
  public var truths: [Int] { counts.map { $0.reduce(0, +) } }
  /// The predicted-class histogram: how often each class was predicted.
  public var predictions: [Int] {
    counts.indices.map { column in counts.reduce(0) { $0 + $1[column] } }
  }
  /// Samples of each class that were recognised.
  public var hits: [Int] { counts.indices.map { counts[$0][$0] } }
  /// Share of each true class that was recognised; `nil` for a class without a sample.
  public var recalls: [Double?] {
    zip(hits, truths).map { $1 == 0 ? nil : Double($0) / Double($1) }
  }
}
