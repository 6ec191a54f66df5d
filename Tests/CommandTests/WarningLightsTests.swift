import Foundation
import Inspection
import Testing

@Suite struct WarningLightsTests {
  @Test func eachStudentHasItsLight() {
    let lights = [
      OutputReport.Light(variant: "copy", agreement: 0.995, predicted: [5, 5], pseudo: [5, 5]),
      OutputReport.Light(variant: "mke", agreement: 0.9, predicted: [6, 4], pseudo: [5, 5]),
      OutputReport.Light(variant: "lost", agreement: 0.8, predicted: [10, 0], pseudo: [8, 2]),
    ]
    #expect(
      WarningLights.lines(lights, classes: ["no", "yes"]).joined(separator: "\n") == """
        student  light               agrees  predicts
        copy     copies its teacher  99.5 %  no: 50 %, yes: 50 %
        mke      off                 90.0 %  no: 60 %, yes: 40 %
        lost     collapses           80.0 %  no: 100 %, yes: 0 %
        the pseudo-labels say  no: 50 %, yes: 50 %
        """)
  }

  @Test func ofManyClassesTheMostFrequentAreShown() {
    let light = OutputReport.Light(
      variant: "mke", agreement: 0.9, predicted: [1, 0, 4, 3, 0, 0, 2], pseudo: [])
    let line = WarningLights.lines([light], classes: ["a", "b", "c", "d", "e", "f", "g"])[1]
    #expect(
      line.hasSuffix("c: 40 %, d: 30 %, g: 20 %, a: 10 %, … (3 of 7 classes never)"), "\(line)")
  }

  @Test func theLightFollowsFromTheCounts() throws {
    let text = #"{"variant": "v", "agreement": 0.5, "predicted": [1], "pseudo": [1], "light": "x"}"#
    let light = try JSONDecoder().decode(OutputReport.Light.self, from: Data(text.utf8))
    #expect(light.light == .collapses)
  }
}
