import Tensors
import Testing

/// The fused gradient against the one that libtorch records, which `OperationsTests` hold against
/// PyTorch.
@Suite struct PerceptronTests {
  struct Plan: Sendable, CustomTestStringConvertible {
    var encoders: [[Int]]
    var head: [Int]
    var activation: Perceptron.Activation = .relu

    var testDescription: String { "\(encoders) \(head) \(activation)" }

    func perceptron() throws -> Perceptron {
      try Perceptron(
        encoders: encoders.map { .init(widths: $0, activation: activation) },
        head: .init(widths: head, activation: activation))
    }
  }

  enum Kind: CaseIterable { case hard, soft, weightedHard, weightedSoft }

  struct Problem {
    var parameters: Tensor
    var inputs: [Tensor]
    var targets: Tensor
    var weights: Tensor?

    init(_ plan: Plan, rows: Int, kind: Kind, seed: UInt64) throws {
      var random = SplitMix(state: seed)
      let classes = plan.head.last ?? 0
      let count = try plan.perceptron().parameterCount
      parameters = try Tensor(random.floats(count), shape: [count])
      inputs = try plan.encoders.map {
        try Tensor(random.floats(rows * $0[0]), shape: [rows, $0[0]])
      }
      switch kind {
      case .hard, .weightedHard:
        targets = try Tensor(classes: (0..<rows).map { _ in random.below(classes) })
      case .soft, .weightedSoft:
        targets = try Tensor(random.floats(rows * classes), shape: [rows, classes]).softmax(axis: 1)
      }
      switch kind {
      case .weightedHard, .weightedSoft:
        weights = try Tensor(random.floats(rows).map { $0 + 1.5 }, shape: [rows])
      case .hard, .soft: weights = nil
      }
    }

    func fused(_ perceptron: Perceptron) throws -> (loss: Double, gradient: Tensor) {
      let gradient = try Tensor.full(.nan, shape: parameters.shape)
      let loss = try perceptron.lossAndGradient(
        parameters: parameters, inputs: inputs, targets: targets, weights: weights,
        into: gradient)
      return (loss, gradient)
    }

    /// In float64, so that what differs is the fused one's rounding.
    func recorded(_ plan: Plan) throws -> (loss: Double, gradient: Tensor) {
      let vector = try parameters.converted(to: .float64).asParameter()
      var start = 0
      func take(_ shape: [Int]) throws -> Tensor {
        let count = shape.reduce(1, *)
        defer { start += count }
        return try vector.sliced(start..<start + count).reshaped(shape)
      }
      func chain(_ widths: [Int], _ input: Tensor, endsBare: Bool) throws -> Tensor {
        var value = input
        for (index, (from, to)) in zip(widths, widths.dropFirst()).enumerated() {
          value = try linear(value, weight: take([to, from]), bias: take([to]))
          if endsBare, index + 2 == widths.count { break }
          switch plan.activation {
          case .relu: value = try value.relu()
          case .gelu: value = try value.gelu()
          case .tanh: value = try value.tanh()
          case .sigmoid: value = try value.sigmoid()
          }
        }
        return value
      }
      let features = try zip(plan.encoders, inputs).map {
        try chain($0, $1.converted(to: .float64), endsBare: false)
      }
      let logits = try chain(plan.head, Tensor.concatenate(features, axis: 1), endsBare: true)
      let shares = try logits.logSoftmax(axis: 1)
      let agreed =
        targets.rank == 1
        ? try shares.gathering(targets.reshaped([-1, 1]), axis: 1).reshaped([-1])
        : try (shares * targets.converted(to: .float64)).sum(axis: 1)
      let loss: Tensor
      if let weights = try weights?.converted(to: .float64) {
        loss = try (agreed * weights).sum() / weights.sum() * -1
      } else {
        loss = try agreed.mean() * -1
      }
      return (try loss.item(), try gradients(of: loss, withRespectTo: [vector])[0])
    }
  }

  static let plans: [Plan] =
    [1, 3, 16, 33].flatMap { width in
      [
        Plan(encoders: [[width]], head: [width, 2]),
        Plan(encoders: [[width]], head: [width, width, 3]),
        Plan(encoders: [[1], [2]], head: [3, width, 5, 2]),
        Plan(encoders: [[width, 4]], head: [4, 3]),
        Plan(encoders: [[2, width, 5], [3], [4, 9]], head: [17, 33, 11]),
      ]
    }

  private func check(_ plan: Plan, rows: Int, kind: Kind) throws {
    let problem = try Problem(plan, rows: rows, kind: kind, seed: UInt64(rows))
    let fused = try problem.fused(plan.perceptron())
    let recorded = try problem.recorded(plan)
    #expect(abs(fused.loss - recorded.loss) < 1e-5 * max(1, abs(recorded.loss)))
    // float32 sums of up to 270 rows, against float64.
    #expect(try difference(fused.gradient, recorded.gradient) < 1e-5, "\(plan) \(rows) \(kind)")
  }

  /// Blocks hold 64 rows: one, less than one, whole ones, and some more.
  @Test(arguments: [1, 7, 63, 64, 65, 270])
  func gradientsAreThoseOfTheRecordedPathForAnyNumberOfRows(_ rows: Int) throws {
    for plan in Self.plans {
      for kind in Kind.allCases { try check(plan, rows: rows, kind: kind) }
    }
  }

  @Test(arguments: [Perceptron.Activation.relu, .gelu, .tanh, .sigmoid])
  func gradientsAreThoseOfTheRecordedPathForAnyActivation(
    _ activation: Perceptron.Activation
  ) throws {
    for plan in Self.plans {
      var plan = plan
      plan.activation = activation
      for rows in [5, 130] { try check(plan, rows: rows, kind: .hard) }
    }
  }

  @Test func theSameCallGivesTheSameBits() throws {
    let plan = Plan(encoders: [[2]], head: [2, 16, 16, 2])
    let problem = try Problem(plan, rows: 270, kind: .hard, seed: 1)
    let perceptron = try plan.perceptron()
    let first = try problem.fused(perceptron)
    for _ in 0..<3 {
      let again = try problem.fused(perceptron)
      #expect(again.loss == first.loss)
      #expect(try again.gradient.floats() == first.gradient.floats())
    }
    // What another batch left behind is not seen.
    _ = try Problem(plan, rows: 65, kind: .soft, seed: 2).fused(perceptron)
    #expect(try problem.fused(perceptron).gradient.floats() == first.gradient.floats())
  }

  @Test func inputsNeedNotBeWhole() throws {
    let plan = Plan(encoders: [[3]], head: [3, 2])
    var problem = try Problem(plan, rows: 9, kind: .hard, seed: 3)
    let whole = try problem.fused(plan.perceptron())
    problem.inputs[0] = try problem.inputs[0].transposed(0, 1).copied().transposed(0, 1)
    #expect(try problem.fused(plan.perceptron()).gradient.floats() == whole.gradient.floats())
  }

  @Test(arguments: [Perceptron.Activation.relu, .gelu, .tanh, .sigmoid])
  func whatIsNoNumberStaysNone(_ activation: Perceptron.Activation) throws {
    let plan = Plan(encoders: [[2]], head: [2, 4, 4, 2], activation: activation)
    var problem = try Problem(plan, rows: 3, kind: .hard, seed: 4)
    problem.inputs[0] = try Tensor([1, 2, .nan, 4, 5, 6] as [Float], shape: [3, 2])
    #expect(try problem.fused(plan.perceptron()).loss.isNaN)
  }

  @Test func operandsThatDoNotFitAreRefused() throws {
    let plan = Plan(encoders: [[2], [3]], head: [5, 4, 2])
    let perceptron = try plan.perceptron()
    let right = try Problem(plan, rows: 6, kind: .weightedSoft, seed: 5)
    func refuse(_ change: (inout Problem) throws -> Void) throws {
      var wrong = right
      try change(&wrong)
      let error = #expect(throws: TensorError.self) { try wrong.fused(perceptron) }
      #expect(error?.operation == "perceptron")
    }
    try refuse { $0.inputs.removeLast() }
    try refuse { $0.inputs.append(try Tensor.zeros([6, 3])) }
    try refuse { $0.inputs[1] = try Tensor.zeros([6, 2]) }
    try refuse { $0.inputs[1] = try Tensor.zeros([5, 3]) }
    try refuse { $0.inputs[1] = try Tensor.zeros([6, 3], type: .float64) }
    try refuse { $0.targets = try Tensor.zeros([6, 3]) }
    try refuse { $0.targets = try Tensor.zeros([6]) }
    try refuse { $0.targets = try Tensor.zeros([]) }
    try refuse { $0.targets = try Tensor.zeros([0, 2]) }
    try refuse { $0.targets = try Tensor(classes: [0, 1, 0, 1, 2, 0]) }
    try refuse { $0.targets = try Tensor(classes: [0, 1, 0, 1, -1, 0]) }
    try refuse { $0.weights = try Tensor.zeros([5]) }
    try refuse { $0.parameters = try Tensor.zeros([3]) }
  }

  @Test func chainsThatDoNotMeetAreRefused() throws {
    func refuse(_ encoders: [[Int]], _ head: [Int]) {
      #expect(throws: TensorError.self) { try Plan(encoders: encoders, head: head).perceptron() }
    }
    refuse([[2]], [3, 2])
    refuse([[2]], [2])
    refuse([[]], [2, 2])
    refuse([[2]], [])
    refuse([[0]], [0, 2])
    refuse([[2, -1]], [-1, 2])
    refuse([], [1, 2])
  }
}
