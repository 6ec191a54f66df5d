import Foundation
import Metrics
import Testing

/// Golden: scikit-learn over the pixels that are not ignored (its version stands in the file),
/// float64; made by Tools/golden/metrics.py.
@Suite struct SegmentationMetricsTests {
  struct Golden: Decodable {
    var cases: [Case]
  }

  struct Case: Decodable {
    var name: String
    var classes: Int
    var truth: [[Int]]
    var prediction: [[Int]]
    var confusion: [[Int]]
    var iou: [Double?]
    var miou: Double?
    var perImage: Double?
    var pixelAccuracy: Double?
    var meanClassAccuracy: Double?

    enum CodingKeys: String, CodingKey {
      case name, classes, truth, prediction, confusion, iou, miou
      case perImage = "miou-per-image"
      case pixelAccuracy = "pixel-accuracy"
      case meanClassAccuracy = "mean-class-accuracy"
    }
  }

  private func isNear(_ value: Double?, _ wanted: Double?) -> Bool {
    guard let value, let wanted else { return value == nil && wanted == nil }
    return abs(value - wanted) < 1e-12
  }

  @Test func everyCaseMatchesScikitLearn() throws {
    let url = try #require(
      Bundle.module.url(forResource: "segmentation", withExtension: "json", subdirectory: "Golden"))
    let cases = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url)).cases
    #expect(cases.count == 5)
    for golden in cases {
      var all = ConfusionMatrix(classes: golden.classes)
      var perImage = MeanIoUPerImage()
      for (truth, prediction) in zip(golden.truth, golden.prediction) {
        var own = ConfusionMatrix(classes: golden.classes)
        own.add(truths: truth.map { $0 == 255 ? -1 : $0 }, predictions: prediction)
        all.add(own)
        perImage.add(own)
      }
      #expect(all.counts == golden.confusion, "\(golden.name)")
      #expect(zip(MeanIoU(all).ofEachClass, golden.iou).allSatisfy(isNear), "\(golden.name)")
      #expect(isNear(MeanIoU(all).value, golden.miou), "\(golden.name)")
      #expect(isNear(perImage.value, golden.perImage), "\(golden.name)")
      #expect(isNear(PixelAccuracy(all).value, golden.pixelAccuracy), "\(golden.name)")
      #expect(isNear(MeanClassAccuracy(all).value, golden.meanClassAccuracy), "\(golden.name)")
      #expect(MeanIoU(all).classes == golden.iou.count { $0 != nil }, "\(golden.name)")
    }
  }

  @Test func theTwoMeansOfIoUAreNotTheSame() {
    var all = ConfusionMatrix(classes: 2)
    var perImage = MeanIoUPerImage()
    for (truths, predictions) in [([0, 0, 0, 1], [0, 0, 0, 0]), ([1, 1, 1, 1], [1, 1, 1, 1])] {
      var own = ConfusionMatrix(classes: 2)
      own.add(truths: truths, predictions: predictions)
      all.add(own)
      perImage.add(own)
    }
    // (3/4 + 4/5) / 2 against ((3/4 + 0) / 2 + 1) / 2
    #expect(MeanIoU(all).value == (0.75 + 0.8) / 2)
    #expect(perImage.value == (0.375 + 1) / 2)
    #expect(perImage.pictures == 2)
  }

  @Test func matricesOfUnequalSizeAddUp() {
    var small = ConfusionMatrix(classes: 1)
    var large = ConfusionMatrix(classes: 2)
    for _ in 0..<3 { large.add((1, 0)) }
    small.add((0, 0))
    small.add(large)
    #expect(small.counts == [[1, 0], [3, 0]])
  }
}
