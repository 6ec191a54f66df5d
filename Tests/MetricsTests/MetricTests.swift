import Metrics
import Testing

/// Repeats itself: each test sees the same answers every time.
struct AnswerGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 32) | (state << 32)
  }

  mutating func answers(_ count: Int, classes: Int) -> [(truth: Int, prediction: Int)] {
    (0..<count).map { _ in
      let truth = Int.random(in: 0..<classes, using: &self)
      return (truth, Bool.random(using: &self) ? truth : Int.random(in: 0..<classes, using: &self))
    }
  }
}

@Suite struct MetricTests {
  @Test func nothingIsNotZero() {
    #expect(Accuracy().value == nil)
    #expect(BalancedAccuracy().value == nil)
    #expect(MacroF1().value == nil)
    #expect(ExpectedCalibrationError().value == nil)
    #expect(Denoising(classes: 2).overall.values.allSatisfy { $0.value == nil })
  }

  @Test func perfectAnswersScoreOne() {
    var accuracy = Accuracy()
    var balanced = BalancedAccuracy()
    var macroF1 = MacroF1()
    for label in [0, 1, 1, 4] {
      accuracy.add((label, label))
      balanced.add((label, label))
      macroF1.add((label, label))
    }
    #expect(accuracy.value == 1)
    #expect(balanced.value == 1)
    #expect(macroF1.value == 1)
    #expect(macroF1.ofEachClass == [1, 1, nil, nil, 1])
  }

  @Test(arguments: 0..<20)
  func valuesStayInRangeAndOrderDoesNotMatter(seed: UInt64) {
    var generator = AnswerGenerator(state: seed)
    let answers = generator.answers(100, classes: 5)
    func values(_ answers: [(truth: Int, prediction: Int)]) -> [Double?] {
      var accuracy = Accuracy()
      var balanced = BalancedAccuracy()
      var macroF1 = MacroF1()
      for answer in answers {
        accuracy.add(answer)
        balanced.add(answer)
        macroF1.add(answer)
      }
      return [accuracy.value, balanced.value, macroF1.value]
    }
    let inOrder = values(answers)
    #expect(inOrder.allSatisfy { ($0 ?? -1) >= 0 && ($0 ?? 2) <= 1 })
    #expect(values(answers.shuffled(using: &generator)) == inOrder)
  }

  @Test(arguments: 0..<20)
  func matrixCountsEverySampleOnce(seed: UInt64) {
    var generator = AnswerGenerator(state: seed)
    let answers = generator.answers(100, classes: 4)
    var matrix = ConfusionMatrix(classes: 2)
    var accuracy = Accuracy()
    for answer in answers {
      matrix.add(answer)
      accuracy.add(answer)
    }
    #expect(matrix.classes == 4)
    #expect(matrix.total == 100)
    #expect(matrix.truths.reduce(0, +) == 100)
    #expect(matrix.predictions.reduce(0, +) == 100)
    #expect(accuracy.value == Double(matrix.hits.reduce(0, +)) / 100)
  }

  @Test func everyMeasureHasANameOfItsOwnAndOneSentence() {
    #expect(Set(Measure.all.map(\.name)).count == Measure.all.count)
    #expect(Measure.all.allSatisfy { $0.documentation.hasSuffix(".") })
    #expect(Measure.named("ece")?.direction == .lowerIsBetter)
    #expect(Measure.named("accuracy")?.direction == .higherIsBetter)
    #expect(Measure.named("precision") == nil)
  }

  @Test func directionSaysWhatIsBetter() {
    #expect(Direction.higherIsBetter.isBetter(0.8, than: 0.7))
    #expect(Direction.lowerIsBetter.isBetter(0.1, than: 0.2))
    #expect(!Direction.neither.isBetter(1, than: 0))
    #expect(!Direction.higherIsBetter.isBetter(0.7, than: 0.7))
  }
}

@Suite struct ExpectedCalibrationErrorTests {
  @Test func certaintyGoesIntoTheLastBin() {
    var error = ExpectedCalibrationError(bins: 10)
    error.add((1, true))
    #expect(error.bins.last?.count == 1)
    #expect(error.value == 0)
    error.add((1, false))
    #expect(error.value == 0.5)
  }

  @Test func lowerEdgeBelongsToTheBin() {
    var error = ExpectedCalibrationError(bins: 4)
    error.add((0.5, true))
    #expect(error.bins.map(\.count) == [0, 0, 1, 0])
  }

  /// Float32 probabilities of a softmax may sum to a little more than 1.
  @Test func aHairAboveOneIsOne() {
    var error = ExpectedCalibrationError()
    error.add((1.000_000_1, true))
    #expect(error.value == 0)
  }

  @Test func aNetworkThatDivergedHasNoCalibration() {
    var error = ExpectedCalibrationError()
    error.add((0.9, true))
    error.add((.nan, false))
    #expect(error.undefined == 1)
    #expect(error.value == nil)
  }

  @Test(arguments: 0..<10)
  func oneBinIsTheDistanceOfTheMeans(seed: UInt64) {
    var generator = AnswerGenerator(state: seed)
    var error = ExpectedCalibrationError(bins: 1)
    var (sum, correct) = (0.0, 0.0)
    for _ in 0..<50 {
      let confidence = Double.random(in: 0...1, using: &generator)
      let isCorrect = Bool.random(using: &generator)
      error.add((confidence, isCorrect))
      sum += confidence
      correct += isCorrect ? 1 : 0
    }
    // Sums in the same order: no tolerance needed but for the division.
    #expect(abs((error.value ?? -1) - abs(correct - sum) / 50) < 1e-15)
  }
}
