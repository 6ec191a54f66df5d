import Tensors
import Testing

/// What the steps compute is held against PyTorch in the tests of `Training`; here is what they refuse.
@Suite struct OptimizerStepsTests {
  let parameter: Tensor
  let gradient: Tensor

  init() throws {
    parameter = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]).asParameter()
    gradient = try Tensor.full(1, shape: [2, 2])
  }

  private func sgd(_ parameter: Tensor, _ gradient: Tensor, momentum: Tensor? = nil) throws {
    try stepSGD(
      [parameter], gradients: [gradient], momenta: momentum.map { [$0] } ?? [], learningRate: 0.5,
      momentum: momentum == nil ? 0 : 0.9, nesterov: false, weightDecay: 0, isFirst: false)
  }

  private func adam(_ gradient: Tensor, mean: Tensor, square: Tensor, counter: Tensor) throws {
    try stepAdam(
      [parameter], gradients: [gradient], means: [mean], squares: [square], counters: [counter],
      learningRate: 0.1, betas: (0.9, 0.999), epsilon: 1e-8, weightDecay: 0, isDecoupled: false)
  }

  @Test func gradientsThatAutogradExpandsAreRead() throws {
    let slope = try gradients(of: parameter.sum(), withRespectTo: [parameter])[0]
    try sgd(parameter, slope)
    #expect(try parameter.floats() == [0.5, 1.5, 2.5, 3.5])
    let turned = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]).transposed(0, 1)
    try sgd(parameter, turned)
    #expect(try parameter.floats() == [0, 0, 1.5, 1.5])
  }

  @Test func operandsOfAnotherShapeOrTypeAreRefused() throws {
    let (small, double) = (try Tensor.zeros([2]), try Tensor.zeros([2, 2], type: .float64))
    for wrong in [small, double] {
      #expect(throws: TensorError.self) { try sgd(parameter, wrong) }
      #expect(throws: TensorError.self) { try sgd(parameter, gradient, momentum: wrong) }
      #expect(throws: TensorError.self) {
        try adam(wrong, mean: gradient, square: gradient, counter: Tensor.zeros([]))
      }
      #expect(throws: TensorError.self) {
        try adam(gradient, mean: wrong, square: gradient, counter: Tensor.zeros([]))
      }
      #expect(throws: TensorError.self) {
        try adam(gradient, mean: gradient, square: wrong, counter: Tensor.zeros([]))
      }
      #expect(throws: TensorError.self) {
        try adam(gradient, mean: gradient, square: gradient, counter: wrong)
      }
    }
    #expect(try parameter.floats() == [1, 2, 3, 4])
    let error = #expect(throws: TensorError.self) { try sgd(parameter, small) }
    #expect(error?.operation == "sgd")
    #expect(error?.message == "gradient 0 is Float [2], its parameter Float [2, 2]")
  }

  @Test func parametersThatAreNotWholeAreRefused() throws {
    let turned = try Tensor.zeros([3, 2]).transposed(0, 1)
    #expect(throws: TensorError.self) { try sgd(turned, Tensor.zeros([2, 3])) }
  }
}
