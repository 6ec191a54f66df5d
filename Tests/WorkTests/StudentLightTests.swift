import Metrics
import Testing

@testable import Work

@Suite struct StudentLightTests {
  @Test(arguments: [
    (1.0, WarningLight.copiesItsTeacher), (0.99, .copiesItsTeacher), (0.985, .off), (0.76, .off),
    (0.75, .collapses), (0.2, .collapses),
  ])
  func verdictFollowsAgreement(_ agreement: Double, _ verdict: WarningLight) {
    let light = StudentLight(
      variant: "mke", agreement: agreement, predicted: [50, 50], pseudo: [50, 50])
    #expect(light.light == verdict)
  }

  @Test func losingAClassThatTheTeacherSeesIsACollapse() {
    let light = StudentLight(
      variant: "mke", agreement: 0.9, predicted: [100, 0], pseudo: [90, 10])
    #expect(light.light == .collapses)
    let rare = StudentLight(
      variant: "mke", agreement: 0.95, predicted: [100, 0], pseudo: [96, 4])
    #expect(rare.light == .off)
  }

  @Test func lineShowsAgreementAndHistogram() {
    let light = StudentLight(
      variant: "mke", agreement: 0.934, predicted: [55, 45], pseudo: [50, 50])
    #expect(
      light.line(classes: ["0", "1"])
        == "mke: agrees with 93.4 % of the pseudo-labels; predicts 0: 55 %, 1: 45 %")
  }
}
