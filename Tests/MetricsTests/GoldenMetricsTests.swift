import Foundation
import Metrics
import Testing

/// Golden: scikit-learn (its version stands in the file), float64, made by Tools/golden/metrics.py.
@Suite struct GoldenMetricsTests {
  struct Golden: Decodable {
    var cases: [Case]
  }

  struct Case: Decodable, CustomStringConvertible {
    var name: String
    var classes: Int
    var truth: [Int]
    var prediction: [Int]
    var confidence: [Double]
    var accuracy: Double
    var balancedAccuracy: Double
    var macroF1: Double
    var ece: Double
    var confusion: [[Int]]

    enum CodingKeys: String, CodingKey {
      case name, classes, truth, prediction, confidence, accuracy, ece, confusion
      case balancedAccuracy = "balanced-accuracy"
      case macroF1 = "macro-f1"
    }

    var description: String { name }
  }

  static func cases() throws -> [Case] {
    let url = try #require(
      Bundle.module.url(forResource: "metrics", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url)).cases
  }

  /// Tolerance: sums of at most 200 terms in another order.
  private func isNear(_ value: Double?, _ wanted: Double) -> Bool {
    value.map { abs($0 - wanted) < 1e-12 } ?? false
  }

  @Test func everyCaseMatchesScikitLearn() throws {
    let cases = try Self.cases()
    #expect(cases.count == 6)
    for golden in cases {
      var accuracy = Accuracy()
      var balanced = BalancedAccuracy()
      var macroF1 = MacroF1()
      var calibration = ExpectedCalibrationError()
      var matrix = ConfusionMatrix(classes: golden.classes)
      for (index, truth) in golden.truth.enumerated() {
        let prediction = golden.prediction[index]
        accuracy.add((truth, prediction))
        balanced.add((truth, prediction))
        macroF1.add((truth, prediction))
        matrix.add((truth, prediction))
        calibration.add((golden.confidence[index], truth == prediction))
      }
      #expect(isNear(accuracy.value, golden.accuracy), "\(golden)")
      #expect(isNear(balanced.value, golden.balancedAccuracy), "\(golden)")
      #expect(isNear(macroF1.value, golden.macroF1), "\(golden)")
      #expect(isNear(calibration.value, golden.ece), "\(golden)")
      #expect(matrix.counts == golden.confusion, "\(golden)")
      #expect(BalancedAccuracy(matrix).value == balanced.value)
      #expect(MacroF1(matrix).value == macroF1.value)
    }
  }
}
