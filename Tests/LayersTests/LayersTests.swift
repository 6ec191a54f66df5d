import Layers
import Tensors
import Testing

/// Golden: torch.nn, PyTorch 2.15.0, float32; `Tools/golden/tensors.py`.
@Suite struct LayersTests {
  struct Case: Decodable {
    struct Step: Decodable {
      let mode: String
      let input: GoldenArray
      let output: GoldenArray
      let slopes: GoldenArray
      let gradients: [GoldenArray]
      let buffers: [GoldenArray]
    }

    let layer: String
    let settings: [String: Int]
    let parameters: [GoldenArray]
    let steps: [Step]

    func make() throws -> any Layer {
      func parameter(_ name: String) throws -> Tensor {
        try #require(parameters.first { $0.name == name }).tensor().asParameter()
      }
      func assigned(_ layer: any Layer) throws -> any Layer {
        for own in layer.parameters { try own.tensor.assign(parameter(own.name)) }
        return layer
      }
      switch layer {
      case "Linear": return Linear(weight: try parameter("weight"), bias: try parameter("bias"))
      case "Conv1d":
        return Conv1d(
          weight: try parameter("weight"), bias: try parameter("bias"),
          stride: try #require(settings["stride"]), padding: try #require(settings["padding"]))
      case "Conv2d":
        return Conv2d(
          weight: try parameter("weight"), bias: try parameter("bias"),
          stride: try #require(settings["stride"]), padding: try #require(settings["padding"]),
          dilation: try #require(settings["dilation"]), groups: try #require(settings["groups"]))
      case "BatchNorm1d", "BatchNorm2d": return try assigned(BatchNorm(parameter("weight").count))
      case "LayerNorm": return try assigned(LayerNorm(parameter("weight").count))
      case "MaxPool1d": return MaxPool1d(window: try #require(settings["window"]))
      case "MaxPool2d":
        return MaxPool2d(
          window: try #require(settings["window"]), stride: settings["stride"],
          padding: try #require(settings["padding"]))
      case "AveragePool2d":
        return AveragePool2d(
          window: try #require(settings["window"]), stride: settings["stride"],
          padding: try #require(settings["padding"]))
      case "AdaptiveAveragePool2d":
        return AdaptiveAveragePool2d(
          height: try #require(settings["height"]), width: try #require(settings["width"]))
      case "GlobalAveragePool": return GlobalAveragePool()
      case "relu": return Activation.relu
      case "gelu": return Activation.gelu
      case "tanh": return Activation.tanh
      case "sigmoid": return Activation.sigmoid
      default: throw TensorError(operation: layer, shapes: [], message: "no such layer")
      }
    }
  }

  /// Rounding of float32.
  let tolerance = 2e-6

  @Test func outputsGradientsAndStatisticsMatchTheReference() throws {
    let cases = try GoldenFile<Case>.read("layers").cases
    #expect(Set(cases.map(\.layer)).count == 15)
    for one in cases {
      let layer = try one.make()
      #expect(layer.parameters.map(\.name) == one.parameters.compactMap(\.name))
      for step in one.steps {
        let mode: Mode =
          step.mode == "training" ? .training(try RandomStream(seed: 0)) : .evaluation
        let input = try step.input.tensor().asParameter()
        let output = try layer(input, mode: mode)
        #expect(try difference(output, step.output) < tolerance, "\(one.layer)")
        let found = try gradients(
          of: (output * step.slopes.tensor()).sum(),
          withRespectTo: [input] + layer.parameters.map(\.tensor))
        #expect(found.count == step.gradients.count)
        for (gradient, wanted) in zip(found, step.gradients) {
          #expect(try difference(gradient, wanted) < tolerance, "\(one.layer) \(step.mode)")
        }
        #expect(layer.buffers.map(\.name) == step.buffers.compactMap(\.name))
        for (buffer, wanted) in zip(layer.buffers, step.buffers) {
          #expect(try difference(buffer.tensor, wanted) < tolerance, "\(one.layer)")
        }
      }
    }
  }

  @Test func randomStartsLieInsideTheirBoundsAndFollowTheSeed() throws {
    let linear = try Linear(16, 500, stream: RandomStream(seed: 1))
    let again = try Linear(16, 500, stream: RandomStream(seed: 1))
    let other = try Linear(16, 500, stream: RandomStream(seed: 2))
    let weights = try linear.weight.floats()
    #expect(linear.weight.shape == [500, 16])
    #expect(linear.weight.requiresGradient)
    // U(−1/√16, 1/√16)
    #expect(weights.allSatisfy { abs($0) <= 0.25 })
    #expect((weights.max() ?? 0) > 0.249 && (weights.min() ?? 0) < -0.249)
    #expect(try weights == again.weight.floats())
    #expect(try linear.bias?.floats() == again.bias?.floats())
    #expect(try weights != other.weight.floats())
    let convolution = try Conv1d(4, 30, kernelSize: 9, stream: RandomStream(seed: 3))
    let picture = try Conv2d(4, 20, kernelSize: 3, groups: 2, stream: RandomStream(seed: 3))
    // Fan-in 18 for each of the two groups.
    #expect(picture.weight.shape == [20, 2, 3, 3])
    #expect(try picture.weight.floats().allSatisfy { abs($0) <= 1 / Float(18).squareRoot() })
    // Fan-in 36.
    let kernel = try convolution.weight.floats()
    #expect(convolution.weight.shape == [30, 4, 9])
    #expect(kernel.allSatisfy { abs($0) <= 1 / 6.0 + 1e-6 })
    #expect((kernel.max() ?? 0) > 0.16)
  }

  @Test func dropoutActsInTrainingAlone() throws {
    let layer = Dropout(rate: 0.5)
    let input = try Tensor.full(1, shape: [100, 10])
    #expect(try layer(input).floats() == input.floats())
    let dropped = try layer(input, mode: .training(RandomStream(seed: 1))).floats()
    #expect(Set(dropped) == [0, 2])
    #expect(try layer(input, mode: .training(RandomStream(seed: 1))).floats() == dropped)
    #expect(throws: TensorError.self) {
      try Dropout(rate: 1)(input, mode: .training(RandomStream(seed: 1)))
    }
  }

  @Test func aSecondPassOverABatchLeavesTheRunningStatistics() throws {
    let layer = try BatchNorm(2)
    let input = try RandomStream(seed: 1).normal([8, 2])
    let stream = try RandomStream(seed: 2)
    let first = try layer(input, mode: .training(stream))
    let moved = try layer.buffers.map { try $0.tensor.floats() }
    #expect(moved[0] != [0, 0])
    let second = try layer(input, mode: .training(stream, movesStatistics: false))
    #expect(try second.floats() == first.floats())
    #expect(try layer.buffers.map { try $0.tensor.floats() } == moved)
  }

  @Test func sequencesNameTheirTensorsByPlace() throws {
    let stream = try RandomStream(seed: 1)
    let layers = Sequential([
      try Linear(2, 3, stream: stream), Activation.relu, try BatchNorm(3),
      Linear(weight: try Tensor.zeros([1, 3])),
    ])
    #expect(
      layers.parameters.map(\.name)
        == ["0.weight", "0.bias", "2.weight", "2.bias", "3.weight"])
    #expect(layers.buffers.map(\.name) == ["2.running_mean", "2.running_var"])
    #expect(try layers(Tensor.zeros([4, 2])).floats() == [0, 0, 0, 0])
  }

  @Test func namesTheShapesThatDoNotFit() throws {
    let layer = Linear(weight: try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))
    let input = try Tensor([1, 2, 3] as [Float], shape: [1, 3])
    let error = #expect(throws: TensorError.self) { try layer(input) }
    #expect(error?.shapes == [[1, 3], [2, 2]])
    let stream = try RandomStream(seed: 1)
    let convolution = try Conv1d(3, 4, kernelSize: 5, stream: stream)
    #expect(throws: TensorError.self) { try convolution(Tensor.zeros([2, 2, 9])) }
    #expect(throws: TensorError.self) { try convolution(Tensor.zeros([2, 3, 4])) }
    #expect(throws: TensorError.self) { try MaxPool1d(window: 5)(Tensor.zeros([2, 3, 4])) }
    #expect(throws: TensorError.self) { try BatchNorm(3)(Tensor.zeros([4, 2])) }
    #expect(throws: TensorError.self) { try LayerNorm(3)(Tensor.zeros([4, 2])) }
    #expect(throws: TensorError.self) {
      try BatchNorm(3)(Tensor.zeros([1, 3]), mode: .training(stream))
    }
    #expect(throws: TensorError.self) { try Linear(2, -1, stream: stream) }
    let picture = try Conv2d(3, 4, kernelSize: 5, stream: stream)
    #expect(throws: TensorError.self) { try picture(Tensor.zeros([2, 2, 9, 9])) }
    #expect(throws: TensorError.self) { try picture(Tensor.zeros([2, 3, 4, 9])) }
    #expect(throws: TensorError.self) { try picture(Tensor.zeros([3, 9, 9])) }
    #expect(throws: TensorError.self) { try MaxPool2d(window: 5)(Tensor.zeros([2, 3, 4, 9])) }
  }
}
