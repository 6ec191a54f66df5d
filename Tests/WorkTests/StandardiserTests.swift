import Testing

@testable import Work

@Suite struct StandardiserTests {
  /// Golden: sklearn.preprocessing.StandardScaler on [[1, 10], [2, 10], [4, 10], [5, 10]]: mean
  /// [3, 10], scale [1.5811388300841898, 1] (a constant column is only centred).
  @Test func matchesStandardScaler() {
    var standardiser = Standardiser(columns: 2)
    standardiser.add([1, 10, 2, 10])
    standardiser.add([4, 10, 5, 10])
    var values: [Float] = [1, 10, 5, 11]
    standardiser.apply(to: &values)
    #expect(values == [-1.2649111, 0, 1.2649111, 1])
    #expect(standardiser.count == 4)
    #expect(standardiser.constantColumns == [1])
    #expect(standardiser.description(of: ["labelled"]).std == [1.5811388300841898, 0])
  }

  @Test func largeOffsetsLoseNoPrecision() {
    var standardiser = Standardiser(columns: 1)
    standardiser.add([1_000_000, 1_000_001, 1_000_002])
    #expect(abs(standardiser.deviations[0] - 0.816496580927726) < 1e-9)
  }
}
