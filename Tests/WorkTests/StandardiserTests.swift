import Arrays
import Testing

@testable import Work

@Suite struct StandardiserTests {
  private func array<T: ArrayElement>(_ values: [T], columns: Int) -> NumberArray {
    NumberArray(values, shape: [values.count / columns, columns])
  }

  /// Golden: sklearn.preprocessing.StandardScaler on [[1, 10], [2, 10], [4, 10], [5, 10]]: mean
  /// [3, 10], scale [1.5811388300841898, 1] (a constant column is only centred).
  @Test func matchesStandardScaler() {
    var standardiser = Standardiser(columns: 2)
    standardiser.add(array([1, 10, 2, 10] as [Float], columns: 2))
    standardiser.add(array([4, 10, 5, 10] as [Float], columns: 2))
    #expect(standardiser.count == 4)
    #expect(standardiser.constantColumns == [1])
    let statistics = standardiser.description(of: ["labelled"])
    #expect(statistics.mean == [3, 10])
    #expect(statistics.std == [1.5811388300841898, 0])
    let scaled = [1, 5].map { Float((Double($0) - statistics.mean[0]) * (1 / statistics.std[0])) }
    #expect(scaled == [-1.2649111, 1.2649111])
  }

  @Test func largeOffsetsLoseNoPrecision() {
    var standardiser = Standardiser(columns: 1)
    standardiser.add(array([1_000_000, 1_000_001, 1_000_002] as [Float], columns: 1))
    #expect(abs(standardiser.deviations[0] - 0.816496580927726) < 1e-9)
  }

  /// Sums of whole numbers are exact, so that they do not depend on how the samples came.
  @Test(arguments: [ElementType.uint8, .int16, .uint16])
  func wholeNumbersAgreeWithRealsAndInAnyOrder(type: ElementType) {
    let numbers = (0..<1000).map { Float($0 * 37 % 251) - (type == .int16 ? 125 : 0) }
    let whole = array(numbers, columns: 2).converted(to: type)
    var exact = Standardiser(columns: 2, scale: 1 / 255.0)
    exact.add(whole)
    var backwards = Standardiser(columns: 2, scale: 1 / 255.0)
    for row in (0..<500).reversed() {
      backwards.add(
        array([numbers[2 * row], numbers[2 * row + 1]], columns: 2).converted(to: type))
    }
    var reals = Standardiser(columns: 2, scale: 1 / 255.0)
    reals.add(array(numbers, columns: 2))
    let statistics = exact.description(of: [])
    #expect(backwards.description(of: []) == statistics)
    for (found, wanted) in zip(
      statistics.mean + statistics.std,
      reals.description(of: []).mean + reals.description(of: []).std)
    {
      #expect(abs(found - wanted) < 1e-12)
    }
  }

  @Test func stepsThatAreNotValidAndNumbersThatAreNoneDoNotCount() {
    var standardiser = Standardiser(columns: 2)
    standardiser.add(
      array([1, 2, 100, 200, 3, 4, .nan, 6] as [Float], columns: 2), valid: [1, 0, 1, 1])
    let statistics = standardiser.description(of: [])
    #expect(statistics.mean == [2, 4])
    #expect(standardiser.notFinite == 1)
    #expect(statistics.count == 3)
  }

  @Test func aModalityMayHaveOneMeanForAllItsColumns() {
    var standardiser = Standardiser(columns: 2, scale: 2, isPooled: true)
    standardiser.add(array([0, 1, 2, 3] as [Int32], columns: 2))
    let statistics = standardiser.description(of: [])
    #expect(statistics.mean == [3, 3])
    #expect(statistics.std == [Double(5).squareRoot(), Double(5).squareRoot()])
  }
}
