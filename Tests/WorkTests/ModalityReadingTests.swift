import Arrays
import Diagnostics
import Networks
import Shards
import Tensors
import Testing
import Training

@testable import Work

@Suite struct ModalityReadingTests {
  private func modality(
    _ type: ElementType, _ shape: [Int?], scale: Double? = nil,
    standardisation: Standardisation? = nil
  ) -> ModalityDescription {
    ModalityDescription(
      name: "m", type: type, shape: shape, scale: scale, standardisation: standardisation)
  }

  private func fields(_ more: String...) -> [FieldDescription] {
    (["data"] + more).map { FieldDescription("/modalities/m/\($0)", .number(.uint8)) }
  }

  @Test(arguments: ElementType.allCases)
  func everyTypeOfNumberIsReadAndScaled(_ type: ElementType) throws {
    let reading = try ModalityReading(modality(type, [2], scale: 0.5), fields())
    let numbers = NumberArray([0, 1, 100, 7] as [Int32], shape: [2, 2]).converted(to: type)
    let input = try reading.input([
      "/modalities/m/data": Column(.numbers(type, numbers.bytes), count: 2)
    ])
    #expect(try input.floats().floats() == [0, 0.5, 50, 3.5])
    // As narrow in memory as tensors can be.
    let compact: [ElementType: DType] = [
      .uint8: .uint8, .int16: .int16, .uint16: .int32, .int32: .int32, .float16: .float16,
    ]
    #expect(input.values.type == compact[type] ?? .float32)
  }

  @Test func largeUnsignedNumbersStayPositive() throws {
    let reading = try ModalityReading(modality(.uint16, [1]), fields())
    let input = try reading.input(["/modalities/m/data": Column([65_535] as [UInt16], count: 1)])
    #expect(try input.floats().floats() == [65_535])
  }

  @Test func whatIsNotValidOrNotThereIsZero() throws {
    let reading = try ModalityReading(
      modality(.int16, [2, 2], scale: 2), fields("valid", "present"))
    #expect(
      reading.paths == ["/modalities/m/data", "/modalities/m/valid", "/modalities/m/present"])
    let input = try reading.input([
      "/modalities/m/data": Column([1, 2, 3, 4, 5, 6, 7, 8] as [Int16], count: 2),
      "/modalities/m/valid": Column([1, 0, 1, 1] as [UInt8], count: 2),
      "/modalities/m/present": Column([1, 0] as [UInt8], count: 2),
    ])
    #expect(try input.floats().floats() == [2, 4, 0, 0, 0, 0, 0, 0])
  }

  @Test func whatDoesNotFitIsNamed() throws {
    func refuse(_ message: String, _ body: () throws -> Void) {
      let error = #expect(throws: Diagnostic.self) { try body() }
      #expect(error?.message == message)
      #expect(error?.subject == "modality 'm'")
    }
    refuse("its samples differ in length") {
      _ = try ModalityReading(modality(.uint8, [nil, 3]), fields())
    }
    let reading = try ModalityReading(modality(.uint8, [2]), fields("valid"))
    refuse("'/modalities/m/data' could not be read") { _ = try reading.input([:]) }
    refuse("'/modalities/m/valid' has not one number for each time step") {
      _ = try reading.input([
        "/modalities/m/data": Column([1, 2] as [UInt8], count: 1),
        "/modalities/m/valid": Column([1, 1, 1] as [UInt8], count: 1),
      ])
    }
  }
}
