import Configuration
import Tensors

/// What networks decide, in the numbers of `LabelColumn`.
enum Decisions {
  /// Of logits `[n, class]` the greatest; of pixels `[n, class, height, width]` the greatest of each;
  /// of several labels 1 for those whose probability reaches `threshold`; of values nothing.
  static func of(
    _ logits: Tensor, _ task: LearningTask, threshold: Double
  ) throws(TensorError) -> [Int] {
    switch task {
    case .singleLabel, .segmentation: try logits.argmax(axis: 1).integers()
    case .multiLabel: try logits.sigmoid().isAtLeast(threshold).integers()
    case .regression: []
    }
  }

  /// Adds how often each class is given by `decisions`.
  static func count(
    _ decisions: [Int], _ task: LearningTask, into histogram: inout [Int]
  ) {
    let classes = histogram.count
    for (place, decision) in decisions.enumerated() where decision >= 0 {
      switch task {
      case .singleLabel, .segmentation: histogram[decision] += 1
      case .multiLabel: histogram[place % classes] += decision
      case .regression: break
      }
    }
  }
}
