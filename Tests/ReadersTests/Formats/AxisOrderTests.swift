import Arrays
import Readers
import Testing

@Suite struct AxisOrderTests {
  @Test(
    arguments: [
      [], [5], [1, 7], [3, 4], [2, 3, 4], [40, 3, 50], [2, 3, 4, 5], [33, 65], [1, 1, 1],
      [4, 1, 3],
      [3, 0, 2], [2, 2, 1, 2, 3],
    ] as [[Int]])
  func everyNumberGoesToItsPlaceTheOtherWayRound(shape: [Int]) {
    let count = shape.reduce(1, *)
    let numbers = (0..<count).map { Int32($0) }
    let turned = NumberArray(numbers, shape: shape).axesReversed()
    #expect(turned.shape == shape.reversed())
    let values = turned.values(as: Int32.self)
    for index in 0..<count {
      // The place of the number in the source, and so in the target.
      var (rest, place) = (index, [Int]())
      for size in shape.reversed() {
        place.append(rest % size)
        rest /= size
      }
      let target = zip(place, shape.reversed()).reduce(0) { $0 * $1.1 + $1.0 }
      #expect(values[target] == numbers[index])
    }
    #expect(turned.axesReversed().values(as: Int32.self) == numbers)
  }

  @Test func numbersOfEverySizeAreMoved() {
    #expect(
      NumberArray([1, 2, 3, 4, 5, 6] as [UInt8], shape: [2, 3]).axesReversed()
        == NumberArray([1, 4, 2, 5, 3, 6] as [UInt8], shape: [3, 2]))
    #expect(
      NumberArray([1, 2, 3, 4] as [UInt16], shape: [2, 2]).axesReversed()
        == NumberArray([1, 3, 2, 4] as [UInt16], shape: [2, 2]))
    #expect(
      NumberArray([1, 2, 3, 4] as [Double], shape: [2, 2]).axesReversed()
        == NumberArray([1, 3, 2, 4] as [Double], shape: [2, 2]))
  }
}
