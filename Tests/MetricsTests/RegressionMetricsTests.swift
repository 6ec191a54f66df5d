import Foundation
import Metrics
import Testing

/// Golden: scikit-learn and scipy (their versions stand in the file), float64; made by
/// Tools/golden/metrics.py.
@Suite struct RegressionMetricsTests {
  struct Golden: Decodable {
    var cases: [Case]
  }

  struct Case: Decodable {
    var name: String
    var truth: [Double]
    var prediction: [Double]
    var mae: Double?
    var rmse: Double?
    var r2: Double?
    var pearson: Double?

    func measured(by metric: some Metric) -> Double? {
      guard var metric = metric as? any ValueMetric else { return nil }
      for sample in zip(truth, prediction) { metric.add((sample.0, sample.1)) }
      return metric.value
    }
  }

  /// Tolerance: relative, sums in another order; far from zero scikit-learn itself loses digits.
  private func isNear(_ value: Double?, _ wanted: Double?) -> Bool {
    guard let value, let wanted else { return value == nil && wanted == nil }
    return abs(value - wanted) <= 1e-9 * max(1e-6, abs(wanted))
  }

  @Test func everyCaseMatchesScikitLearn() throws {
    let url = try #require(
      Bundle.module.url(forResource: "regression", withExtension: "json", subdirectory: "Golden"))
    let cases = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url)).cases
    #expect(cases.count == 12)
    for golden in cases {
      let name = Comment(rawValue: golden.name)
      #expect(isNear(golden.measured(by: MeanAbsoluteError()), golden.mae), name)
      #expect(isNear(golden.measured(by: RootMeanSquaredError()), golden.rmse), name)
      #expect(isNear(golden.measured(by: CoefficientOfDetermination()), golden.r2), name)
      #expect(isNear(golden.measured(by: PearsonCorrelation()), golden.pearson), name)
    }
  }

  @Test func nothingIsSaidOfNoSample() {
    #expect(MeanAbsoluteError().value == nil && RootMeanSquaredError().value == nil)
    #expect(CoefficientOfDetermination().value == nil && PearsonCorrelation().value == nil)
    #expect(ValueDenoising().values.allSatisfy { $0.value == nil })
  }

  @Test func correlationStaysInItsRange() {
    var correlation = PearsonCorrelation()
    for number in 0..<50 { correlation.add((0.1 * Double(number), 0.3 * Double(number) + 7)) }
    #expect(correlation.value.map { $0 <= 1 && $0 > 1 - 1e-12 } ?? false)
  }

  @Test func denoisingHoldsTeacherAgainstStudent() {
    var account = ValueDenoising()
    // Off by 1 and by 3; the student by 0.5 and by 3, on the other side.
    account.add(truth: 2, pseudoLabel: 3, student: 2.5)
    account.add(truth: 0, pseudoLabel: 3, student: -3)
    let values = Dictionary(
      uniqueKeysWithValues: account.values.map { ($0.measure.name, $0.value ?? .nan) })
    #expect(values["teacher-mae"] == 2)
    #expect(values["student-mae"] == 1.75)
    #expect(values["teacher-rmse"] == 5.0.squareRoot())
    #expect(values["student-rmse"] == (9.25 / 2).squareRoot())
    // As far off as the pseudo-label is no nearer.
    #expect(values["improvement-rate"] == 0.5)
    #expect(values["mae-gain"] == 0.25)
  }
}

/// What takes a pair of truth and prediction.
private protocol ValueMetric {
  mutating func add(_ sample: (truth: Double, prediction: Double))
  var value: Double? { get }
}

extension MeanAbsoluteError: ValueMetric {}
extension RootMeanSquaredError: ValueMetric {}
extension CoefficientOfDetermination: ValueMetric {}
extension PearsonCorrelation: ValueMetric {}
