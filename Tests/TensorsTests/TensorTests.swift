import Tensors
import Testing

@Suite struct TensorTests {
  @Test func keepsWhatItWasMadeOf() throws {
    let floats = try Tensor([1, -2.5, 3, 4, 5, 6] as [Float], shape: [2, 3])
    #expect(floats.shape == [2, 3])
    #expect(floats.rank == 2)
    #expect(floats.count == 6)
    #expect(floats.type == .float32)
    #expect(floats.device == .cpu)
    #expect(!floats.requiresGradient)
    #expect(try floats.floats() == [1, -2.5, 3, 4, 5, 6])
    #expect(try Tensor([1.5, 2] as [Double], shape: [2]).doubles() == [1.5, 2])
    #expect(try Tensor([7, -8] as [Int32], shape: [2]).integers() == [7, -8])
    #expect(try Tensor(classes: [3, 1]).type == .int64)
    #expect(try Tensor([9] as [Int64], shape: []).item() == 9)
  }

  @Test(arguments: DType.allCases) func everyTypeGoesThereAndBack(_ type: DType) throws {
    let tensor = try Tensor([0, 1, 1] as [Float], shape: [3]).converted(to: type)
    #expect(tensor.type == type)
    #expect(try tensor.floats() == [0, 1, 1])
    var bytes = [UInt8](repeating: 0xff, count: 3 * type.size)
    try bytes.withUnsafeMutableBytes { try tensor.copy(into: $0, as: type) }
    let again = try bytes.withUnsafeBytes { try Tensor(bytes: $0, shape: [3], type: type) }
    #expect(try again.floats() == [0, 1, 1])
  }

  @Test func emptyTensorsAreTensors() throws {
    let empty = try Tensor([] as [Float], shape: [0, 3])
    #expect(empty.shape == [0, 3])
    #expect(try empty.floats() == [])
    #expect(try empty.sum().item() == 0)
  }

  @Test func valuesThatDoNotFillTheShapeAreRefused() throws {
    for shape in [[2], [4], [-3], [3, -1], [Int.max, 2], [Int.max, Int.max, Int.max], [-1, -3]] {
      let error = #expect(throws: TensorError.self) {
        try Tensor([1, 2, 3] as [Float], shape: shape)
      }
      #expect(error?.shapes == [shape])
    }
    #expect(throws: TensorError.self) { try Tensor.zeros([-1]) }
    #expect(throws: TensorError.self) { try Tensor.zeros([Int.max, Int.max]) }
  }

  @Test func readingIntoTooFewBytesIsRefused() throws {
    let tensor = try Tensor.zeros([3])
    var bytes = [UInt8](repeating: 0, count: 8)
    #expect(throws: TensorError.self) {
      try bytes.withUnsafeMutableBytes { try tensor.copy(into: $0, as: .float32) }
    }
    #expect(throws: TensorError.self) { try tensor.item() }
  }

  @Test func copiesAreApartAndSlicesShare() throws {
    let tensor = try Tensor([1, 2, 3, 4] as [Float], shape: [4])
    let copy = try tensor.copied()
    let slice = try tensor.sliced(1..<3)
    try slice.assign(Tensor([8, 9] as [Float], shape: [2]))
    #expect(try tensor.floats() == [1, 8, 9, 4])
    #expect(try copy.floats() == [1, 2, 3, 4])
  }

  @Test func assigningAnotherShapeIsRefused() throws {
    let tensor = try Tensor.zeros([2, 2])
    let error = #expect(throws: TensorError.self) { try tensor.assign(Tensor.zeros([4])) }
    #expect(error?.shapes == [[2, 2], [4]])
    #expect(error?.message == "shape [4] cannot replace shape [2, 2]")
    try tensor.assign(Tensor([1, 2, 3, 4] as [Double], shape: [2, 2]))
    #expect(try tensor.floats() == [1, 2, 3, 4])
  }

  @Test func rowsOfATransposedTensorAreReadInItsOwnOrder() throws {
    let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]).transposed(0, 1)
    #expect(try tensor.floats() == [1, 4, 2, 5, 3, 6])
  }

  @Test func aDeviceThatIsNotThereIsNamed() throws {
    for index in [Device.cudaDeviceCount, -1, Int.max] {
      let error = #expect(throws: TensorError.self) {
        try Tensor.zeros([1], device: .cuda(index))
      }
      #expect(error?.message.contains("there is no CUDA device") == true)
    }
  }
}
