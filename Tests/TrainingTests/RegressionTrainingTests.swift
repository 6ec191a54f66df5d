import Networks
import Recipes
import Tensors
import Testing

@testable import Training

@Suite struct RegressionTrainingTests {
  /// Two values of very different scale that hang on one input each; some are not known.
  private static func lines(_ count: Int = 80) throws -> MemorySource {
    var random = SplitMix(state: 3)
    var (inputs, values) = ([Float](), [Float]())
    for sample in 0..<count {
      let (a, b) = (random.float() - 0.5, random.float() - 0.5)
      inputs += [a, b]
      values += [sample % 9 == 0 ? .nan : 5000 + 300 * a, sample % 7 == 0 ? .nan : 0.001 * b]
    }
    return try MemorySource(
      [("x", try Tensor(inputs, shape: [count, 2]))],
      targets: .values(try Tensor(values, shape: [count, 2])))
  }

  private static func trainer(
    _ loss: LossDescription? = nil, training: TrainingDescription = .init(steps: 300),
    consistency: ConsistencyDescription? = nil
  ) -> Trainer {
    var training = training
    training.loss = loss
    training.optimizer = .adam(
      learningRate: 0.05, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0)
    return Trainer(
      network: .init(head: .init(kind: .regression)), classes: 2, training: training,
      transforms: [.additiveNoise(std: 0.01, modalities: nil)], consistency: consistency)
  }

  @Test(arguments: [nil, LossDescription.huber(delta: 0.5)])
  func valuesOfAnyScaleAreLearnedAndAnsweredInTheirUnits(_ loss: LossDescription?) throws {
    let trained = try Self.trainer(loss).train(seed: 1, on: Self.lines())
    let input = try Tensor([0.2, -0.4, 0, 0] as [Float], shape: [2, 2])
    let answers = try trained.network.logits([input]).floats()
    for (answer, (wanted, scale)) in zip(
      answers, [(5060, 300), (-0.0004, 0.001), (5000, 300), (0, 0.001)] as [(Float, Float)])
    {
      #expect(abs(answer - wanted) < 0.02 * scale, "\(answer) for \(wanted)")
    }
    #expect(trained.report.agreement > 0.99 && trained.report.agreement <= 1)
    #expect(trained.report.predictedClasses.isEmpty)
    #expect(trained.report.finalLoss < 0.05)
  }

  /// Mean and deviation belong to the state: whoever loads it answers the same.
  @Test func theScaleTravelsWithTheParameters() throws {
    let trained = try Self.trainer(training: .init(steps: 20)).train(seed: 2, on: Self.lines())
    let state = try trained.network.state()
    #expect(state.map(\.name).suffix(2) == ["values.mean", "values.std"])
    #expect(!trained.network.parameters.contains { $0.name.hasPrefix("values") })
    let copy = try Network(
      trained.network.description, modalities: trained.network.modalities, classes: 2, state: state)
    let input = try Tensor([0.2, -0.4] as [Float], shape: [1, 2])
    #expect(try copy.logits([input]).floats() == trained.network.logits([input]).floats())
    let standardised = try trained.network.logits(
      [input], mode: .training(RandomStream(seed: 0)))
    let scale = try #require(trained.network.valueScale)
    let answered = try scale(standardised, mode: .evaluation).floats()
    #expect(try answered == trained.network.logits([input]).floats())
  }

  @Test func theHeldBackPartIsMeasuredByTheVarianceThatIsExplained() throws {
    let trained = try Self.trainer(
      training: .init(steps: 300, holdBack: 0.2, select: .agreement, patience: 5)
    ).train(seed: 1, on: Self.lines())
    let points = trained.report.curve.compactMap(\.heldBackAgreement)
    #expect(points.allSatisfy { (0...1).contains($0) })
    #expect(trained.report.heldBackAgreement ?? 0 > 0.95)
    #expect(trained.report.heldBackAgreement == points.max())
  }

  @Test func consistencyIsTheSquaredDifferenceOfStandardisedValues() throws {
    let source = try Self.lines(30)
    let trainer = Self.trainer(consistency: .init(weight: 2, clean: .stopped))
    let network = try Network(
      trainer.network, modalities: source.modalities, classes: 2, stream: RandomStream(seed: 4))
    let statistics = try #require(source.valueStatistics)
    try network.setValueScale(mean: statistics.mean, std: statistics.std)
    let batch = try source.batch(Tensor(classes: Array(0..<30)))
    func loss(_ consistency: ConsistencyDescription?) throws -> Double {
      try RecordedObjective(network, transforms: trainer.transforms, consistency: consistency)
        .lossAndGradients(batch, stream: RandomStream(seed: 9)).loss
    }
    let stream = try RandomStream(seed: 9)
    let moved = try network.logits(
      batch.inputs, mode: .training(stream), transforms: trainer.transforms, stream: stream)
    let clean = try network.logits(batch.inputs, mode: .training(stream))
    let wanted = try loss(nil) + 2 * squaredError(clean, moved).item()
    #expect(try abs(loss(trainer.consistency) - wanted) < 1e-6 * wanted)
  }

  @Test func whatIsAboutClassesIsRefused() throws {
    let source = try Self.lines(10)
    for training in [
      TrainingDescription(labelSmoothing: 0.1, steps: 2), TrainingDescription(steps: 2),
    ] {
      var trainer = Self.trainer(training: training)
      if training.labelSmoothing == nil { trainer.classWeights = [1, 2] }
      #expect(throws: TrainingError.self) { try trainer.train(seed: 0, on: source) }
    }
    let divergent = Self.trainer(consistency: .init(weight: 1, divergence: .kl))
    #expect(throws: TrainingError.self) { try divergent.train(seed: 0, on: source) }
    var classifier = TrainerTests.perceptron
    classifier.training.loss = .huber()
    #expect(throws: TrainingError.self) { try classifier.train(seed: 0, on: TrainerTests.clouds()) }
    // Values for a network of classes, and classes for one of values.
    #expect(throws: TrainingError.self) { try TrainerTests.perceptron.train(seed: 0, on: source) }
    #expect(throws: TensorError.self) {
      try Self.trainer().train(seed: 0, on: TrainerTests.clouds())
    }
  }
}
