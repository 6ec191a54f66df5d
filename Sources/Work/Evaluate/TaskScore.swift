import Configuration
import Metrics
import Stages
import Tensors

/// What a network's answers are worth, in the metrics of one task.
protocol TaskScore {
  /// Adds some samples.
  ///
  /// - logits: `[n] + outputShape` of the network
  /// - truth: as `LabelColumn` knows it, one sample after the other
  mutating func add(_ logits: Tensor, truth: Answers) throws
  /// Every metric of the task, and those of single classes behind the mean that they belong to.
  var figures: [Figure] { get }
  /// `nil` where a sample has several classes, or none.
  var confusion: ConfusionMatrix? { get }
}

/// A row of `metrics.json` without its owner.
struct Figure {
  /// The metric that brought it into the table.
  var metric: String
  /// That metric, or one of a single class, such as `iou/road`.
  var name: String
  var value: Double?
  /// Classes that entered a mean which leaves some out.
  var classes: Int?

  init(_ metric: String, name: String? = nil, _ value: Double?, classes: Int? = nil) {
    self.metric = metric
    self.name = name ?? metric
    self.value = value
    self.classes = classes
  }
}

extension EvaluateStage.Configuration {
  /// What scores the networks of a task.
  func score(_ task: LearningTask, classes: [String]) -> any TaskScore {
    switch task {
    case .singleLabel: ClassScore(classes, calibrationBins: calibrationBins)
    case .multiLabel: LabelsScore(classes)
    case .segmentation: PixelScore(classes)
    case .regression: ValueScore(classes)
    }
  }

  /// Whether the file asks for a figure.
  func wants(_ figure: Figure) -> Bool { metrics?.contains(figure.metric) ?? true }
}
