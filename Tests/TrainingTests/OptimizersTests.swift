import Recipes
import Tensors
import Testing
import Training

/// Golden: torch.optim.SGD, Adam and AdamW under CosineAnnealingLR, PyTorch 2.15.0, float32;
/// `Tools/golden/tensors.py`.
@Suite struct OptimizersTests {
  struct Case: Decodable {
    struct Settings: Decodable {
      let momentum: Double?
      let nesterov: Bool?
      let weightDecay: Double?
      let betas: [Double]?
      let eps: Double?

      enum CodingKeys: String, CodingKey {
        case momentum, nesterov, betas, eps
        case weightDecay = "weight_decay"
      }
    }

    struct Step: Decodable {
      let learningRate: Double
      let gradients: [GoldenArray]
      let parameters: [GoldenArray]
    }

    let kind: String
    let settings: Settings
    let start: [GoldenArray]
    let steps: [Step]

    var description: OptimizerDescription {
      let decay = settings.weightDecay ?? 0
      let (betas, epsilon) = (settings.betas ?? [0.9, 0.999], settings.eps ?? 1e-8)
      return switch kind {
      case "sgd":
        .sgd(
          learningRate: 0.1, momentum: settings.momentum ?? 0,
          nesterov: settings.nesterov ?? false, weightDecay: decay)
      case "adam":
        .adam(learningRate: 0.1, betas: betas, epsilon: epsilon, weightDecay: decay)
      default: .adamW(learningRate: 0.1, betas: betas, epsilon: epsilon, weightDecay: decay)
      }
    }
  }

  @Test func parametersMoveAsTheReferences() throws {
    let cases = try GoldenFile<Case>.read("optimizers").cases
    #expect(cases.count == 11)
    let schedule = CosineSchedule()
    for one in cases {
      let parameters = try one.start.map { try $0.tensor().asParameter() }
      var optimizer = try one.description.makeOptimizer(parameters)
      for (index, step) in one.steps.enumerated() {
        let rate = 0.1 * schedule.factor(at: index, of: one.steps.count)
        #expect(abs(rate - step.learningRate) < 1e-15)
        try optimizer.step(step.gradients.map { try $0.tensor() }, learningRate: rate)
        for (parameter, wanted) in zip(parameters, step.parameters) {
          // A few roundings of float32 a step.
          #expect(try difference(parameter, wanted) < 1e-6, "\(one.kind) step \(index)")
        }
      }
    }
  }

  @Test func schedulesRunFromOneDown() throws {
    let cosine = CosineSchedule()
    #expect(cosine.factor(at: 0, of: 100) == 1)
    #expect(abs(cosine.factor(at: 50, of: 100) - 0.5) < 1e-15)
    #expect(cosine.factor(at: 99, of: 100) > 0 && cosine.factor(at: 99, of: 100) < 0.001)
    #expect((0..<9).allSatisfy { ConstantSchedule().factor(at: $0, of: 9) == 1 })
    func made(_ schedule: ScheduleDescription) throws -> any Schedule {
      try TrainingDescription(schedule: schedule).makeSchedule(total: 9, perEpoch: 3)
    }
    #expect(try made(.cosine) is CosineSchedule)
    #expect(try made(.constant) is ConstantSchedule)
  }

  @Test func aStepScheduleFallsAfterEpochsOrSteps() throws {
    func factors(_ schedule: ScheduleDescription) throws -> [Double] {
      let schedule = try TrainingDescription(schedule: schedule).makeSchedule(
        total: 9, perEpoch: 2)
      return (0..<9).map { schedule.factor(at: $0, of: 9) }
    }
    #expect(
      try factors(.step(steps: 3, gamma: 0.5)) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25])
    #expect(
      try factors(.step(epochs: 2, gamma: 0.5)) == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25])
  }

  @Test func aWarmUpPrecedesEverySchedule() throws {
    func factors(_ warmUp: TrainingDescription.WarmUp) throws -> [Double] {
      let schedule = try TrainingDescription(
        schedule: .step(steps: 2, gamma: 0.5), warmUp: warmUp
      ).makeSchedule(total: 8, perEpoch: 3)
      return (0..<8).map { schedule.factor(at: $0, of: 8) }
    }
    #expect(try factors(.init(epochs: 1)) == [0.25, 0.5, 0.75, 1, 1, 0.5, 0.5, 0.25])
    #expect(try factors(.init(steps: 1)) == [0.5, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.125])
    #expect(try factors(.init(share: 0.4)) == factors(.init(steps: 3)))
    #expect(try factors(.init(share: 0.01)) == [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125])
  }

  /// Gradients that share their elements, as autograd may hand them out, are shortened once.
  @Test func gradientsThatShareElementsAreClippedOnce() throws {
    let three = try Tensor([3, 0] as [Float], shape: [2])
    let four = try Tensor.full(4, shape: [])
    let (clipped, norm) = try clippedGradients([three, four, three], to: 1)
    #expect(abs(norm - 34.0.squareRoot()) < 1e-6)
    #expect(try three.floats() == [3, 0])
    for (one, value) in zip(clipped, [3, 4, 3]) {
      #expect(abs(try one.doubles()[0] - Double(value) / norm) < 1e-6)
    }
    #expect(try clippedGradients([], to: 1).norm == 0)
  }

  @Test func settingsThatContradictEachOtherAreRefused() throws {
    let parameter = try Tensor.zeros([1]).asParameter()
    let nesterov = OptimizerDescription.sgd(
      learningRate: 0.1, momentum: 0, nesterov: true, weightDecay: 0)
    #expect(throws: TrainingError.self) { try nesterov.makeOptimizer([parameter]) }
    let oneBeta = OptimizerDescription.adam(
      learningRate: 0.1, betas: [0.9], epsilon: 1e-8, weightDecay: 0)
    #expect(throws: TrainingError.self) { try oneBeta.makeOptimizer([parameter]) }
  }
}
