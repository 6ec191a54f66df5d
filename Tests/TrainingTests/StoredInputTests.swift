import Tensors
import Testing
import Training

@Suite struct StoredInputTests {
  @Test(arguments: [DType.uint8, .int16, .int32, .float16, .float32])
  func recordedNumbersAreScaledThenStandardised(_ type: DType) throws {
    let values = try Tensor([0, 10, 100, 50] as [Float], shape: [2, 2]).converted(to: type)
    let input = StoredInput(
      "a", values, scaling: InputScaling(scale: 0.5, mean: [10, 5], std: [20, 0]))
    let floats = try input.floats()
    #expect(floats.type == .float32)
    // (x · 0.5 − mean) / std; a column that never changes is only centred.
    #expect(try floats.floats() == [-0.5, 0, 2, 20])
    #expect(input.values.type == type)
  }

  @Test func stepsAndSamplesWithoutValuesBecomeZeros() throws {
    let values = try Tensor([1, 2, .nan, 4, 5, 6] as [Float], shape: [3, 2, 1])
    let input = StoredInput(
      "a", values, scaling: InputScaling(mean: [1], std: [1]),
      valid: try Tensor([1, 1, 0, 1, 1, 0] as [Int32], shape: [3, 2]).converted(to: .uint8),
      present: try Tensor([1, 1, 0] as [Int32], shape: [3]).converted(to: .uint8))
    #expect(try input.floats().floats() == [0, 1, 0, 3, 0, 0])
    let chosen = try input.selecting(Tensor(classes: [1, 0]))
    #expect(try chosen.floats().floats() == [0, 3, 0, 1])
  }

  @Test func inputsThatWereRecordedAlikeStayCompact() throws {
    let scaling = InputScaling(scale: 2)
    let one = StoredInput("a", try Tensor.full(3, shape: [2, 1], type: .uint8), scaling: scaling)
    let both = try one.followed(by: one)
    #expect(both.values.type == .uint8)
    #expect(try both.floats().floats() == [6, 6, 6, 6])
    let other = StoredInput("a", try Tensor.full(3, shape: [1, 1], type: .int16))
    let mixed = try one.followed(by: other)
    #expect(mixed.values.type == .float32)
    #expect(try mixed.floats().floats() == [6, 6, 3])
  }

  @Test func sourcesOfSomeSamplesShareTheInputs() throws {
    let input = StoredInput(
      "a", try Tensor([0, 10, 20, 30] as [Int32], shape: [4, 1]).converted(to: .uint8),
      scaling: InputScaling(scale: 0.1))
    let source = try MemorySource(
      [input], rows: [3, 1], targets: .hard(try Tensor(classes: [0, 1])))
    #expect(source.count == 2)
    let batch = try source.batch(Tensor(classes: [1, 0]))
    #expect(try batch.inputs[0].floats() == [1, 3])
    #expect(try batch.targets.tensor.integers() == [1, 0])
    let wrong = #expect(throws: TrainingError.self) {
      try MemorySource([input], rows: [4], targets: .hard(Tensor(classes: [0])))
    }
    #expect(wrong?.description == "modality 'a' has 4 samples, and none at place 4")
    let count = #expect(throws: TrainingError.self) {
      try MemorySource([input], rows: [1], targets: .hard(Tensor(classes: [0, 1])))
    }
    #expect(count?.description == "1 rows for 2 targets")
  }
}
