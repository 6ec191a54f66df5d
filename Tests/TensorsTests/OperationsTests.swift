import Tensors
import Testing

/// Golden: PyTorch 2.15.0, float64 (integers for indices); `Tools/golden/tensors.py`.
@Suite struct OperationsTests {
  struct Case: Decodable {
    let operation: String
    let inputs: [GoldenArray]
    let settings: [String: [Double]]
    let output: GoldenArray
    let slopes: GoldenArray?
    let gradients: [GoldenArray]?
  }

  static func cases() throws -> [Case] { try GoldenFile<Case>.read("operations").cases }

  /// What a case asks of an operation besides its operands.
  struct Settings {
    let values: [String: [Double]]

    func number(_ name: String) throws -> Double {
      try #require(values[name]?.first, "the case sets '\(name)'")
    }
    func integer(_ name: String) throws -> Int { Int(try number(name)) }
    func integers(_ name: String) throws -> [Int] {
      try #require(values[name], "the case sets '\(name)'").map { Int($0) }
    }
    func vector(_ name: String) throws -> Tensor {
      let numbers = try #require(values[name])
      return try Tensor(numbers, shape: [numbers.count])
    }
  }

  typealias Operation = @Sendable ([Tensor], Settings) throws -> Tensor

  static let operations: [String: Operation] = [
    "add": { x, _ in try x[0] + x[1] },
    "subtract": { x, _ in try x[0] - x[1] },
    "multiply": { x, _ in try x[0] * x[1] },
    "divide": { x, _ in try x[0] / x[1] },
    "addNumber": { x, with in try x[0] + with.number("number") },
    "multiplyNumber": { x, with in try x[0] * with.number("number") },
    "equals": { x, _ in try x[0].equals(x[1]) },
    "absolute": { x, _ in try x[0].absolute() },
    "exponential": { x, _ in try x[0].exponential() },
    "logarithm": { x, _ in try x[0].logarithm() },
    "squared": { x, _ in try x[0].squared() },
    "relu": { x, _ in try x[0].relu() },
    "gelu": { x, _ in try x[0].gelu() },
    "tanh": { x, _ in try x[0].tanh() },
    "sigmoid": { x, _ in try x[0].sigmoid() },
    "sum": { x, _ in try x[0].sum() },
    "mean": { x, _ in try x[0].mean() },
    "sumAxis": { x, with in try x[0].sum(axis: with.integer("axis")) },
    "meanAxis": { x, with in try x[0].mean(axis: with.integer("axis")) },
    "softmax": { x, with in try x[0].softmax(axis: with.integer("axis")) },
    "logSoftmax": { x, with in try x[0].logSoftmax(axis: with.integer("axis")) },
    "argmax": { x, with in try x[0].argmax(axis: with.integer("axis")) },
    "reshaped": { x, with in try x[0].reshaped(with.integers("shape")) },
    "transposed": { x, with in
      let axes = try with.integers("axes")
      return try x[0].transposed(axes[0], axes[1])
    },
    "sliced": { x, with in
      let range = try with.integers("range")
      return try x[0].sliced(range[0]..<max(range[0], range[1]), axis: with.integer("axis"))
    },
    "selecting": { x, with in try x[0].selecting(x[1], axis: with.integer("axis")) },
    "gathering": { x, with in try x[0].gathering(x[1], axis: with.integer("axis")) },
    "concatenate": { x, with in try Tensor.concatenate(x, axis: with.integer("axis")) },
    "matmul": { x, _ in try matmul(x[0], x[1]) },
    "linear": { x, _ in try linear(x[0], weight: x[1], bias: x.count > 2 ? x[2] : nil) },
    "conv1d": { x, with in
      try conv1d(
        x[0], weight: x[1], bias: x.count > 2 ? x[2] : nil, stride: with.integer("stride"),
        padding: with.integer("padding"), dilation: with.integer("dilation"))
    },
    "batchNormTraining": { x, with in
      try batchNorm(
        x[0], weight: x[1], bias: x[2], moving: nil, momentum: 0.1,
        epsilon: with.number("epsilon"))
    },
    "batchNorm": { x, with in
      try batchNorm(
        x[0], weight: x[1], bias: x[2], runningMean: with.vector("mean"),
        runningVariance: with.vector("variance"), epsilon: with.number("epsilon"))
    },
    "layerNorm": { x, with in
      try layerNorm(x[0], weight: x[1], bias: x[2], epsilon: with.number("epsilon"))
    },
    "maxPool1d": { x, with in
      try maxPool1d(x[0], window: with.integer("window"), stride: with.integer("stride"))
    },
    "isAtLeast": { x, with in try x[0].isAtLeast(with.number("bound")) },
    "filled": { x, with in
      try x[0].filled(where: x[1].converted(to: .bool), with: with.number("value"))
    },
    "permuted": { x, with in try x[0].permuted(with.integers("axes")) },
    "conv2d": { x, with in
      try conv2d(
        x[0], weight: x[1], bias: x.count > 2 ? x[2] : nil, stride: with.integer("stride"),
        padding: with.integer("padding"), dilation: with.integer("dilation"),
        groups: with.integer("groups"))
    },
    "maxPool2d": { x, with in
      try maxPool2d(
        x[0], window: with.integer("window"), stride: with.integer("stride"),
        padding: with.integer("padding"))
    },
    "averagePool2d": { x, with in
      try averagePool2d(
        x[0], window: with.integer("window"), stride: with.integer("stride"),
        padding: with.integer("padding"))
    },
    "adaptiveAveragePool2d": { x, with in
      try adaptiveAveragePool2d(
        x[0], height: with.integer("height"), width: with.integer("width"))
    },
    "resizedBilinear": { x, with in
      try resizedBilinear(x[0], height: with.integer("height"), width: with.integer("width"))
    },
    "movingPictures": { x, with in
      try x[0].movingPictures(
        mirrored: x[1], down: x[2], right: x[3], rows: with.integer("rows"),
        columns: with.integer("columns"), fill: with.number("fill"))
    },
    "binaryCrossEntropies": { x, _ in try binaryCrossEntropies(x[0], x[1]) },
    "pixelCrossEntropy": { x, with in
      try pixelCrossEntropy(
        x[0], x[1].converted(to: .uint8),
        classWeights: with.values["classWeights"] == nil ? nil : with.vector("classWeights"),
        sampleWeights: with.values["sampleWeights"] == nil ? nil : with.vector("sampleWeights"))
    },
  ]

  static func apply(_ one: Case, to inputs: [Tensor]) throws -> Tensor {
    let operation = try #require(operations[one.operation], "no operation '\(one.operation)'")
    return try operation(inputs, Settings(values: one.settings))
  }

  /// Inputs as parameters where they are floats.
  static func parameters(_ one: Case) throws -> [Tensor] {
    try one.inputs.map { array in
      let tensor = try array.tensor()
      return tensor.type == .float64 ? try tensor.asParameter() : tensor
    }
  }

  @Test func everyOperationHasAReference() throws {
    #expect(Set(try Self.cases().map(\.operation)) == Set(Self.operations.keys))
  }

  @Test func valuesMatchTheReference() throws {
    for one in try Self.cases() {
      let output = try Self.apply(one, to: one.inputs.map { try $0.tensor() })
      #expect(try difference(output, one.output) < 1e-14, "\(one.operation) \(one.settings)")
      #expect(output.type == (try one.output.tensor()).type, "\(one.operation)")
    }
  }

  @Test func gradientsMatchTheReference() throws {
    for one in try Self.cases() {
      guard let slopes = one.slopes, let wanted = one.gradients else { continue }
      let inputs = try Self.parameters(one)
      let loss = try (Self.apply(one, to: inputs) * slopes.tensor()).sum()
      let found = try gradients(of: loss, withRespectTo: inputs.filter(\.requiresGradient))
      #expect(found.count == wanted.count)
      for (gradient, wanted) in zip(found, wanted) {
        #expect(try difference(gradient, wanted) < 1e-13, "\(one.operation) \(one.settings)")
      }
    }
  }

  @Test func gradientsAgreeWithCentralDifferences() throws {
    // Truncation is of the order of the step's square, rounding of 1e-16 by the step.
    let step = 1e-5
    for one in try Self.cases() {
      guard let slopes = try one.slopes?.tensor(), one.gradients != nil else { continue }
      // Where a function is as steep as this one's input is large there is nothing to compare.
      if one.inputs[0].values.contains(where: { abs($0.value) > 100 }) { continue }
      let parameters = try Self.parameters(one)
      let loss = try (Self.apply(one, to: parameters) * slopes).sum()
      let places = parameters.indices.filter { parameters[$0].requiresGradient }
      let found = try gradients(of: loss, withRespectTo: places.map { parameters[$0] })
      for (place, gradient) in zip(places, found) {
        let values = try parameters[place].doubles()
        let slope = try gradient.doubles()
        for index in values.indices {
          func loss(movedBy distance: Double) throws -> Double {
            var moved = values
            moved[index] += distance
            var inputs = parameters
            inputs[place] = try Tensor(moved, shape: parameters[place].shape)
            return try withoutGradients { try (Self.apply(one, to: inputs) * slopes).sum().item() }
          }
          let difference = (try loss(movedBy: step) - loss(movedBy: -step)) / (2 * step)
          #expect(
            abs(difference - slope[index]) < 1e-6 * max(1, abs(slope[index])),
            "\(one.operation) \(one.settings), input \(place), element \(index)")
        }
      }
    }
  }

  @Test func wrongOperandsThrowAndNeverCrash() throws {
    var random = SplitMix(state: 7)
    let cases = try Self.cases()
    var thrown = 0
    for _ in 0..<4000 {
      let one = cases[random.below(cases.count)]
      var inputs = try one.inputs.map { try $0.tensor() }
      var settings = one.settings
      if random.below(3) == 0, let name = settings.keys.sorted().first(where: { $0 != "epsilon" }) {
        settings[name] = settings[name]?.map { _ in Double(random.below(13) - 4) }
      } else {
        let place = random.below(inputs.count)
        let shape = (0..<random.below(5)).map { _ in random.below(5) }
        let type = DType.allCases[random.below(DType.allCases.count)]
        inputs[place] = try Tensor.full(
          Double(random.below(9)), shape: shape, type: type == .bool ? .int64 : type
        ).converted(to: type)
      }
      let operation = try #require(Self.operations[one.operation])
      do {
        _ = try operation(inputs, Settings(values: settings)).doubles()
      } catch let error as TensorError {
        thrown += 1
        #expect(!error.message.isEmpty && !error.operation.isEmpty)
      }
    }
    #expect(thrown > 1000)
  }

  @Test func errorsNameTheOperationAndTheShapes() throws {
    let x = try Tensor.zeros([1, 3])
    let weight = try Tensor.zeros([2, 2])
    let error = #expect(throws: TensorError.self) { try linear(x, weight: weight, bias: nil) }
    #expect(error?.operation == "linear")
    #expect(error?.shapes == [[1, 3], [2, 2]])
    let description = try #require(error?.description)
    #expect(description.hasPrefix("linear of [1, 3] and [2, 2]: "))
    #expect(description.hasSuffix("shapes cannot be multiplied (1x3 and 2x2)"))
    let outside = #expect(throws: TensorError.self) { try x.sum(axis: 2) }
    #expect(outside?.shapes == [[1, 3]])
    #expect(outside?.message.contains("Dimension out of range") == true)
    #expect(throws: TensorError.self) { try Tensor.concatenate([], axis: 0) }
    #expect(throws: TensorError.self) { try x.sliced(2..<9, axis: 1) }
    #expect(throws: TensorError.self) { try x.selecting(Tensor(classes: [1]), axis: 0) }
    #expect(throws: TensorError.self) { try x.selecting(Tensor(classes: [-1]), axis: 0) }
    #expect(throws: TensorError.self) {
      try x.gathering(Tensor(classes: [3], shape: [1, 1]), axis: 1)
    }
  }

  @Test func batchNormInTrainingRefusesASingleValue() throws {
    let one = try Tensor.full(1, shape: [3])
    let error = #expect(throws: TensorError.self) {
      try batchNorm(
        Tensor.zeros([1, 3]), weight: one, bias: one, moving: nil, momentum: 0.1, epsilon: 1e-5)
    }
    #expect(error?.message.contains("more than 1 value per channel") == true)
  }

  @Test func maximaOfEqualsAreTheFirst() throws {
    let x = try Tensor([1, 3, 3, 2, 2, 2] as [Float], shape: [2, 3])
    #expect(try x.argmax(axis: 1).integers() == [1, 0])
  }
}
