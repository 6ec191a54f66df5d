import Metrics
import Tensors

/// Several labels for each sample, ranked by their logits.
struct LabelsScore: TaskScore {
  private let classes: [String]
  private var labels: LabelScores

  init(_ classes: [String]) {
    self.classes = classes
    labels = LabelScores(classes: classes.count)
  }

  mutating func add(_ logits: Tensor, truth: Answers) throws {
    let truth = truth.decisions
    let scores = try logits.floats()
    let width = classes.count
    for start in stride(from: 0, to: scores.count, by: width) {
      labels.add((scores[start..<start + width], truth[start..<start + width]))
    }
  }

  var figures: [Figure] {
    let (precision, area) = (MeanAveragePrecision(labels), MacroAUC(labels))
    let distance = DPrime(labels)
    return [
      Figure(MeanAveragePrecision.name, precision.value, classes: precision.classes),
      Figure(MacroAUC.name, area.value, classes: area.classes),
      Figure(DPrime.name, distance.value, classes: distance.classes),
    ]
      + zip(classes, labels.averagePrecisions).map { name, value in
        Figure(
          MeanAveragePrecision.name, name: "\(Measure.averagePrecision.name)/\(name)", value)
      }
  }

  var confusion: ConfusionMatrix? { nil }
}
