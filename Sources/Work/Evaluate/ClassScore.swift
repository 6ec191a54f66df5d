import Metrics
import Tensors

/// One class for each sample.
struct ClassScore: TaskScore {
  private let classes: Int
  private var accuracy = Accuracy()
  private var calibration: ExpectedCalibrationError
  private var matrix: ConfusionMatrix

  init(_ classes: [String], calibrationBins: Int) {
    self.classes = classes.count
    calibration = ExpectedCalibrationError(bins: calibrationBins)
    matrix = ConfusionMatrix(classes: classes.count)
  }

  mutating func add(_ logits: Tensor, truth: Answers) throws {
    let truth = truth.decisions
    let shares = try logits.softmax(axis: 1).floats()
    for (place, truth) in truth.enumerated() where truth >= 0 {
      let row = shares[place * classes..<(place + 1) * classes]
      let label = PseudoLabelWork.argmax(row)
      accuracy.add((truth, label))
      calibration.add((Double(row[row.startIndex + label]), label == truth))
      matrix.add((truth, label))
    }
  }

  var figures: [Figure] {
    [
      Figure(Accuracy.name, accuracy.value),
      Figure(BalancedAccuracy.name, BalancedAccuracy(matrix).value),
      Figure(MacroF1.name, MacroF1(matrix).value),
      Figure(ExpectedCalibrationError.name, calibration.value),
    ]
  }

  var confusion: ConfusionMatrix? { matrix }
}
