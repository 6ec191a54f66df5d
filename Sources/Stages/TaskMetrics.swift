public import Configuration

/// The names of the metrics that `evaluate` reports, by task. The work computes the same; a test
/// holds the two together.
public enum TaskMetrics {
  public static func names(of task: LearningTask) -> [String] {
    switch task {
    case .singleLabel: ["accuracy", "balanced-accuracy", "macro-f1", "ece"]
    case .multiLabel: ["map", "macro-auc", "d-prime"]
    case .regression: ["mae", "rmse", "r2", "pearson"]
    case .segmentation: ["miou", "miou-per-image", "pixel-accuracy", "mean-class-accuracy"]
    }
  }

  static let all = LearningTask.allCases.flatMap(names)
}
