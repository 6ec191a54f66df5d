import Testing

@testable import Work

@Suite struct WarningLightTests {
  @Test(arguments: [
    (1.0, WarningLight.Verdict.copies), (0.99, .copies), (0.985, .learns), (0.76, .learns),
    (0.75, .collapses), (0.2, .collapses),
  ])
  func verdictFollowsAgreement(_ agreement: Double, _ verdict: WarningLight.Verdict) {
    let light = WarningLight(
      variant: "mke", agreement: agreement, predicted: [50, 50], pseudo: [50, 50])
    #expect(light.verdict == verdict)
  }

  @Test func losingAClassThatTheTeacherSeesIsACollapse() {
    let light = WarningLight(
      variant: "mke", agreement: 0.9, predicted: [100, 0], pseudo: [90, 10])
    #expect(light.verdict == .collapses)
    let rare = WarningLight(
      variant: "mke", agreement: 0.95, predicted: [100, 0], pseudo: [96, 4])
    #expect(rare.verdict == .learns)
  }

  @Test func lineShowsAgreementAndHistogram() {
    let light = WarningLight(
      variant: "mke", agreement: 0.934, predicted: [55, 45], pseudo: [50, 50])
    #expect(
      light.line(classes: ["0", "1"])
        == "mke: agrees with 93.4 % of the pseudo-labels; predicts 0: 55 %, 1: 45 %")
  }
}
