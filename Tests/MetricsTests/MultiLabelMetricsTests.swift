import Foundation
import Metrics
import Testing

/// Golden: scikit-learn and scipy (their versions stand in the file), float64, class by class; made
/// by Tools/golden/metrics.py.
@Suite struct MultiLabelMetricsTests {
  struct Golden: Decodable {
    var cases: [Case]
  }

  struct Case: Decodable {
    var name: String
    var scores: [[Float]]
    var truth: [[Int]]
    var averagePrecisions: [Double?]
    var areas: [Double?]
    var map: Double?
    var mapClasses: Int
    var macroAUC: Double?
    var macroAUCClasses: Int
    var dPrime: Double?

    enum CodingKeys: String, CodingKey {
      case name, scores, truth, areas, map
      case averagePrecisions = "average-precisions"
      case mapClasses = "map-classes"
      case macroAUC = "macro-auc"
      case macroAUCClasses = "macro-auc-classes"
      case dPrime = "d-prime"
    }

    /// 255 is unknown.
    var labels: LabelScores {
      var labels = LabelScores(classes: scores.first?.count ?? 0)
      for (scores, truth) in zip(scores, truth) {
        labels.add((scores, truth.map { $0 == 255 ? -1 : $0 }))
      }
      return labels
    }
  }

  /// Tolerance: sums in another order, and the quantile of another implementation.
  private func isNear(_ value: Double?, _ wanted: Double?) -> Bool {
    guard let value, let wanted else { return value == nil && wanted == nil }
    return abs(value - wanted) < 1e-12
  }

  @Test func everyCaseMatchesScikitLearn() throws {
    let url = try #require(
      Bundle.module.url(forResource: "multi-label", withExtension: "json", subdirectory: "Golden"))
    let cases = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url)).cases
    #expect(cases.count == 8)
    for golden in cases {
      let labels = golden.labels
      #expect(
        zip(labels.averagePrecisions, golden.averagePrecisions).allSatisfy(isNear), "\(golden.name)"
      )
      #expect(zip(labels.areas, golden.areas).allSatisfy(isNear), "\(golden.name)")
      let (precision, area) = (MeanAveragePrecision(labels), MacroAUC(labels))
      #expect(isNear(precision.value, golden.map), "\(golden.name)")
      #expect(precision.classes == golden.mapClasses, "\(golden.name)")
      #expect(isNear(area.value, golden.macroAUC), "\(golden.name)")
      #expect(area.classes == golden.macroAUCClasses, "\(golden.name)")
      #expect(isNear(DPrime(labels).value, golden.dPrime), "\(golden.name)")
    }
  }

  @Test func perfectScoresAreOneAndHaveNoDistance() {
    var precision = MeanAveragePrecision(classes: 2)
    var distance = DPrime(classes: 2)
    for truth in [[0, 1], [1, 0], [1, 1], [0, 0]] {
      precision.add((truth.map(Float.init), truth))
      distance.add((truth.map(Float.init), truth))
    }
    #expect(precision.value == 1)
    #expect(distance.classes == 2)
    #expect(distance.value == nil)
    #expect(DPrime.value(ofArea: 0.5) == 0)
  }

  /// Golden: sqrt(2) * scipy.stats.norm.ppf(area), scipy 1.17.1.
  @Test(arguments: [
    (1e-12, -9.948_262_430_035_0), (0.025, -2.771_807_648_699_6), (0.76, 0.998_862_663_507_3),
    (0.999_999, 6.722_357_125_243_1),
  ])
  func distanceFollowsFromTheArea(_ area: Double, _ wanted: Double) throws {
    #expect(abs(try #require(DPrime.value(ofArea: area)) - wanted) < 1e-8)
  }

  @Test(arguments: 0..<10)
  func orderOfSamplesDoesNotMatterAndMirroredScoresMirrorTheArea(seed: UInt64) throws {
    var generator = AnswerGenerator(state: seed)
    let samples = (0..<40).map { _ in
      (
        scores: (0..<3).map { _ in Float(Int.random(in: 0..<9, using: &generator)) },
        truth: (0..<3).map { _ in Int.random(in: -1...1, using: &generator) }
      )
    }
    func scores(_ samples: [(scores: [Float], truth: [Int])], sign: Float = 1) -> LabelScores {
      var labels = LabelScores(classes: 3)
      for sample in samples { labels.add((sample.scores.map { $0 * sign }, sample.truth)) }
      return labels
    }
    let plain = scores(samples)
    let shuffled = scores(samples.shuffled(using: &generator))
    #expect(plain.averagePrecisions == shuffled.averagePrecisions)
    #expect(plain.areas == shuffled.areas)
    let area = try #require(MacroAUC(plain).value)
    let mirrored = try #require(MacroAUC(scores(samples, sign: -1)).value)
    #expect(abs(area + mirrored - 1) < 1e-12)
  }

  @Test func scoresThatAreNoNumbersHaveNoValue() {
    var labels = LabelScores(classes: 2)
    labels.add(([0.5, .nan], [1, 1]))
    labels.add(([0.1, 0.2], [0, 0]))
    #expect(labels.averagePrecisions == [1, nil])
    #expect(labels.areas == [1, nil])
  }

  @Test func decisionsOfLabelsAreCountedByLabel() {
    var denoising = Denoising(classes: 2)
    denoising.add(truth: 1, pseudoLabel: 0, student: 1, of: 0)
    denoising.add(truth: 0, pseudoLabel: 0, student: 1, of: 1)
    denoising.add(truth: 0, pseudoLabel: 0, student: 0, of: 1)
    #expect(denoising.overall.teacherError == 1.0 / 3)
    #expect(denoising.overall.studentError == 1.0 / 3)
    #expect(denoising.ofEachClass[0].correctionRate == 1)
    #expect(denoising.ofEachClass[1].corruptionRate == 0.5)
  }
}
