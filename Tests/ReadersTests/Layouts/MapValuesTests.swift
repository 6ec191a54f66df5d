import Diagnostics
import Readers
import Testing

@Suite struct MapValuesTests {
  @Test func aValueIsItsClassUnlessOtherwiseSaid() throws {
    let plain = try MapValues(classes: 3, ignored: [7])
    #expect([0, 2, 3, 7, 255, 256, -1].map { plain[$0] } == [0, 2, nil, 255, 255, nil, nil])
    let listed = try MapValues(classes: 2, values: [[10, 20], [1000]])
    #expect([10, 20, 1000, 0, 255, 65_535].map { listed[$0] } == [0, 0, 1, nil, 255, nil])
    #expect(try MapValues(classes: 2, values: [[0], [255]])[255] == 1)
  }

  @Test(
    arguments: [
      (256, nil, [], "256 classes, where a label map tells 255 apart"),
      (2, [[1]], [], "1 values for 2 classes"), (1, [[70_000]], [], "70000 is no value of a pixel"),
      (2, [[1], [2, 1]], [], "the value 1 means two things"),
      (2, nil, [1], "the value 1 means two things"), (1, nil, [-1], "-1 is no value of a pixel"),
    ] as [(Int, [[Int]]?, [Int], String)])
  func whatDoesNotFitIsRefused(classes: Int, values: [[Int]]?, ignored: [Int], wanted: String) {
    let error = #expect(throws: Diagnostic.self) {
      try MapValues(classes: classes, values: values, ignored: ignored)
    }
    #expect(error?.message == wanted)
  }
}
