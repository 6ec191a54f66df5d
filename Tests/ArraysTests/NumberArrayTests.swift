import Arrays
import Testing

@Suite struct NumberArrayTests {
  @Test func keepsValuesOfTheirOwnType() {
    let array = NumberArray([1, -2, 3] as [Int16], shape: [3, 1])
    #expect(array.count == 3)
    #expect(array.values(as: Int16.self) == [1, -2, 3])
  }

  @Test func clampsToWhatATypeHolds() {
    let array = NumberArray([-1.5, 0.9, 70_000, .nan] as [Float], shape: [4])
    #expect(array.values(as: UInt16.self) == [0, 0, 65535, 0])
    #expect(array.converted(to: .uint8) == NumberArray([0, 0, 255, 0] as [UInt8], shape: [4]))
  }

  @Test func halfPrecisionRoundsToNearest() {
    let array = NumberArray([1, 2049, 65504, 1e6] as [Double], shape: [4]).converted(to: .float16)
    #expect(array.bytes.count == 8)
    #expect(array.values(as: Float.self) == [1, 2048, 65504, .infinity])
  }
}
