import Dispatch
import Foundation
import Layers
import Networks
import Recipes
import Synchronization
import Tensors
import Testing

@testable import Training

@Suite struct TrainerTests {
  // MARK: Samples

  /// Two overlapping clouds in two coordinates, a tenth of the labels wrong.
  static func clouds(
    _ count: Int = 90, soft: Bool = false, weights: [Float]? = nil
  ) throws -> MemorySource {
    var random = SplitMix(state: 1)
    let labels = (0..<count).map { _ in random.below(2) }
    let a = labels.map { Float($0) + random.float() }
    let b = labels.map { 1 - Float($0) + random.float() }
    let given = labels.map { random.below(10) == 0 ? 1 - $0 : $0 }
    let targets: Targets =
      soft
      ? .soft(
        try Tensor(
          given.flatMap { $0 == 1 ? [0.1, 0.9] : [0.7, 0.3] as [Float] }, shape: [count, 2]))
      : .hard(try Tensor(classes: given))
    return try MemorySource(
      [("a", try Tensor(a, shape: [count, 1])), ("b", try Tensor(b, shape: [count, 1]))],
      targets: targets, weights: weights)
  }

  /// Sines of three rhythms at random phases in two channels, with noise.
  static func waves(_ count: Int, seed: UInt64) throws -> MemorySource {
    var random = SplitMix(state: seed)
    var values: [Float] = []
    var labels: [Int] = []
    for _ in 0..<count {
      let label = random.below(3)
      let phase = random.float() * 3.14
      labels.append(label)
      for step in 0..<40 {
        let angle = Float(step) * (0.3 + 0.25 * Float(label)) + phase
        values += [sin(angle) + random.float(), cos(angle) + random.float()]
      }
    }
    return try MemorySource(
      [("s", try Tensor(values, shape: [count, 40, 2]))],
      targets: .hard(try Tensor(classes: labels)))
  }

  static let perceptron = Trainer(
    network: .init(head: .init(hidden: [8, 8])), classes: 2, training: .init(steps: 200),
    transforms: [.multiplicativeNoise(scale: 0.5, modalities: nil)])

  static let convolution = Trainer(
    network: .init(encoder: .cnn1d(.init(channels: [8, 16], kernelSize: 5, pool: 2))), classes: 3,
    training: .init(
      optimizer: .adamW(
        learningRate: 0.005, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01),
      schedule: .cosine, batchSize: 32, epochs: 3),
    transforms: [.additiveNoise(std: 0.1, modalities: nil), .dropout(rate: 0.3)])

  private func floats(_ network: Network) throws -> [[Float]] {
    try network.state().map { try $0.tensor.floats() }
  }

  // MARK: Determinism

  @Test(arguments: [true, false]) func theSameSeedGivesTheSameBits(_ isFused: Bool) throws {
    var trainer = Self.perceptron
    trainer.usesFusedGradients = isFused
    trainer.training.batchSize = 25
    trainer.training.holdBack = 0.2
    let source = try Self.clouds()
    let (one, again) = (
      try trainer.train(seed: 4, on: source), try trainer.train(seed: 4, on: source)
    )
    #expect(try floats(one.network) == floats(again.network))
    #expect(one.report == again.report)
    #expect(try floats(one.network) != floats(trainer.train(seed: 5, on: source).network))
  }

  @Test func networksTrainedSideBySideAreAsTrainedAlone() throws {
    let jobs: [(trainer: Trainer, source: MemorySource)] = [
      (Self.perceptron, try Self.clouds()), (Self.convolution, try Self.waves(100, seed: 2)),
    ]
    let alone = try (0..<6).map { index in
      let job = jobs[index % 2]
      return try floats(job.trainer.train(seed: index, on: job.source).network)
    }
    let together = Mutex([Int: [[Float]]]())
    DispatchQueue.concurrentPerform(iterations: 6) { index in
      let job = jobs[index % 2]
      let found = try? floats(job.trainer.train(seed: index, on: job.source).network)
      together.withLock { $0[index] = found }
    }
    together.withLock { together in
      for index in 0..<6 { #expect(together[index] == alone[index], "\(index)") }
    }
  }

  /// Sums in another order: roundings of float32, carried through 200 steps.
  @Test(arguments: [true, false], [true, false])
  func fusedAndRecordedGradientsTrainTheSameNetwork(_ isSoft: Bool, _ isWeighted: Bool) throws {
    let source = try Self.clouds(
      soft: isSoft, weights: isWeighted ? (0..<90).map { 0.5 + Float($0 % 3) } : nil)
    var trainer = Self.perceptron
    let fused = try trainer.train(seed: 1, on: source)
    trainer.usesFusedGradients = false
    let recorded = try trainer.train(seed: 1, on: source)
    for (one, other) in zip(try fused.network.state(), try recorded.network.state()) {
      #expect(one.name == other.name)
      #expect(try difference(one.tensor, other.tensor) < 1e-4, "\(one.name)")
    }
    #expect(abs(fused.report.finalLoss - recorded.report.finalLoss) < 1e-5)
  }

  @Test func encodersOfSeriesAreFusedOverFlatSamples() throws {
    let series = try Self.waves(60, seed: 3)
    var trainer = Self.convolution
    trainer.network = .init(encoder: .mlp(.init(hidden: [6], activation: .gelu)))
    trainer.transforms = [.timeShift(steps: 4, modalities: nil)]
    trainer.training = .init(steps: 40)
    let fused = try trainer.train(seed: 1, on: series)
    trainer.usesFusedGradients = false
    let recorded = try trainer.train(seed: 1, on: series)
    for (one, other) in zip(try fused.network.state(), try recorded.network.state()) {
      #expect(try difference(one.tensor, other.tensor) < 1e-4, "\(one.name)")
    }
  }

  // MARK: Learning

  @Test func aPerceptronLearnsAndReports() throws {
    let source = try Self.clouds()
    var trainer = Self.perceptron
    trainer.training.optimizer = .adam(
      learningRate: 0.01, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0)
    let progress = Mutex([TrainingProgress]())
    let trained = try trainer.train(
      seed: 3, on: source, progress: { step in progress.withLock { $0.append(step) } })
    let (network, report) = (trained.network, trained.report)
    #expect(report.agreement > 0.8)
    #expect(report.seed == 3 && report.samples == 90 && report.heldBack == 0)
    #expect(report.steps == 200 && report.selectedStep == 200)
    #expect(report.predictedClasses.reduce(0, +) == 90)
    #expect(report.curve.map(\.step) == Array(stride(from: 4, through: 200, by: 4)))
    #expect(report.curve.last?.loss == report.finalLoss)
    #expect(report.heldBackAgreement == nil)
    let first = try #require(report.curve.first)
    #expect(report.finalLoss < first.loss)
    let last = try #require(progress.withLock { $0.last })
    #expect(last.step == 200 && last.total == 200 && last.seed == 3)
    let batch = try source.batch(Tensor(classes: Array(0..<90)))
    let predicted = try network.logits(batch.inputs).argmax(axis: 1)
    let agreement = try predicted.equals(batch.targets.tensor).converted(to: .float32).mean().item()
    #expect(abs(agreement - report.agreement) < 1e-6)
  }

  @Test func aConvolutionalNetworkLearnsFromMiniBatches() throws {
    var trainer = Self.convolution
    trainer.training.epochs = 15
    let trained = try trainer.train(seed: 1, on: Self.waves(200, seed: 4))
    #expect(trained.report.steps == 15 * 7)
    // On samples that it has not seen, by its running statistics.
    let test = try Self.waves(200, seed: 5).batch(Tensor(classes: Array(0..<200)))
    let predicted = try trained.network.logits(test.inputs).argmax(axis: 1)
    let right = try predicted.equals(test.targets.tensor).converted(to: .float32).mean().item()
    #expect(right > 0.95)
  }

  @Test func aSampleOfWeightTwoCountsAsTwo() throws {
    let weighted = try MemorySource(
      [("a", try Tensor([1, -1, 2] as [Float], shape: [3, 1]))],
      targets: .hard(try Tensor(classes: [0, 1, 1])), weights: [1, 1, 2])
    let doubled = try MemorySource(
      [("a", try Tensor([1, -1, 2, 2] as [Float], shape: [4, 1]))],
      targets: .hard(try Tensor(classes: [0, 1, 1, 1])))
    var trainer = Self.perceptron
    trainer.transforms = []
    for isFused in [true, false] {
      trainer.usesFusedGradients = isFused
      let one = try trainer.train(seed: 1, on: weighted)
      let other = try trainer.train(seed: 1, on: doubled)
      for (one, other) in zip(try one.network.state(), try other.network.state()) {
        #expect(try difference(one.tensor, other.tensor) < 1e-5)
      }
    }
  }

  // MARK: Batches

  /// Writes down what it was asked for.
  final class Recorder: BatchSource {
    let source: MemorySource
    let asked = Mutex([[Int]]())

    init(_ source: MemorySource) { self.source = source }

    var modalities: [ModalityShape] { source.modalities }
    var count: Int { source.count }

    func batch(_ indices: Tensor) throws -> Batch {
      let places = try indices.integers()
      asked.withLock { $0.append(places) }
      return try source.batch(indices)
    }
  }

  /// Sizes of the batches of an epoch of forty samples.
  @Test(arguments: [
    (10, [10, 10, 10, 10]), (13, [10, 10, 10, 10]), (39, [20, 20]), (40, [40]), (50, [40]),
    (7, [6, 6, 7, 7, 7, 7]), (1, [Int](repeating: 1, count: 40)), (15, [13, 13, 14]),
    (2, [Int](repeating: 2, count: 20)),
  ])
  func anEpochTakesEverySampleOnce(_ size: Int, _ sizes: [Int]) throws {
    let recorder = Recorder(try Self.clouds(50))
    var trainer = Self.perceptron
    trainer.training = .init(batchSize: size, epochs: 3, holdBack: 0.2)
    let trained = try trainer.train(seed: 1, on: recorder)
    let isWhole = size >= 40
    #expect(trained.report.steps == 3 * sizes.count)
    #expect(trained.report.samples == 40 && trained.report.heldBack == 10)
    let asked = recorder.asked.withLock { $0 }
    // In the end the kept network is measured on the training samples, then on those held back.
    let training = Set(asked[asked.count - 2])
    #expect(training.count == 40)
    #expect(Set(asked[asked.count - 1]) == Set(0..<50).subtracting(training))
    let batches = asked.dropLast(2).filter { training.isSuperset(of: $0) }
    if isWhole {
      #expect(batches.count == 1)
      return
    }
    var orders: [[Int]] = []
    for epoch in 0..<3 {
      let own = batches[epoch * sizes.count..<(epoch + 1) * sizes.count]
      #expect(own.map(\.count).sorted() == sizes.sorted())
      #expect(own.flatMap { $0 }.sorted() == training.sorted())
      orders.append(own.flatMap { $0 })
    }
    #expect(orders[0] != orders[1] && orders[1] != orders[2])
  }

  @Test func batchNormalisationNeverMeetsASingleSample() throws {
    // One time step, so that a batch of one sample would be one value a channel.
    var random = SplitMix(state: 1)
    let source = try MemorySource(
      [("s", try Tensor(random.floats(33 * 2), shape: [33, 1, 2]))],
      targets: .hard(try Tensor(classes: (0..<33).map { $0 % 3 })))
    var trainer = Self.convolution
    trainer.network = .init(encoder: .cnn1d(.init(channels: [4], kernelSize: 1, pool: 1)))
    trainer.training.batchSize = 32
    #expect(try trainer.train(seed: 1, on: source).report.steps == 3 * 2)
    trainer.training.batchSize = 2
    #expect(try trainer.train(seed: 1, on: source).report.steps == 3 * 16)
  }

  // MARK: Selection

  @Test func theNetworkThatAgreedBestIsKept() throws {
    var trainer = Self.perceptron
    trainer.training = .init(
      optimizer: .sgd(learningRate: 0.3, momentum: 0.9, nesterov: false, weightDecay: 0),
      batchSize: 8, steps: 300, holdBack: 0.3, select: .agreement)
    let source = try Self.clouds()
    var selected: [Int] = []
    for seed in 1...4 {
      trainer.training.select = .agreement
      let report = try trainer.train(seed: seed, on: source).report
      let curve = report.curve.compactMap(\.heldBackAgreement)
      let best = try #require(curve.max())
      #expect(curve.count == report.curve.count)
      #expect(report.heldBackAgreement == best)
      #expect(report.curve.last { $0.heldBackAgreement == best }?.step == report.selectedStep)
      selected.append(report.selectedStep)
      trainer.training.select = .last
      let last = try trainer.train(seed: seed, on: source).report
      #expect(last.selectedStep == 300)
      #expect(last.heldBackAgreement == curve.last)
      // Measuring and keeping changes nothing in the training itself.
      #expect(last.curve == report.curve)
    }
    // Such steps swing: were the last network always the best one, this would show nothing.
    #expect(selected.contains { $0 < 300 })
  }

  @Test func trainingStopsWhenTheAgreementNoLongerRises() throws {
    var trainer = Self.perceptron
    trainer.training = .init(
      optimizer: .sgd(learningRate: 0.3, momentum: 0.9, nesterov: false, weightDecay: 0),
      batchSize: 8, steps: 300, holdBack: 0.3, select: .agreement)
    let source = try Self.clouds()
    let whole = try trainer.train(seed: 1, on: source).report
    #expect(whole.plannedSteps == nil)
    for patience in [1, 4] {
      trainer.training.patience = patience
      let stopped = try trainer.train(seed: 1, on: source).report
      #expect(stopped.plannedSteps == 300 && stopped.steps < 300)
      #expect(stopped.curve.last?.step == stopped.steps)
      // It is the same training until it stops, which it does as soon as it may.
      #expect(stopped.curve == Array(whole.curve.prefix(stopped.curve.count)))
      let agreements = stopped.curve.compactMap(\.heldBackAgreement)
      let best = try #require(agreements.max())
      #expect(agreements.firstIndex(of: best) == agreements.count - 1 - patience)
      #expect(stopped.heldBackAgreement == best)
    }
    trainer.training.patience = 51
    #expect(try trainer.train(seed: 1, on: source).report == whole)
    trainer.training.holdBack = 0
    trainer.training.select = .last
    let error = #expect(throws: TrainingError.self) { try trainer.train(seed: 1, on: source) }
    #expect(
      error?.description == "patience needs held-back samples, and a share of 0.0 of 90 is none")
  }

  /// Measuring the averaged network leaves the trained one and its training alone.
  @Test(arguments: [true, false]) func theAveragedNetworkIsMeasuredAndKept(
    _ isFused: Bool
  ) throws {
    var trainer = Self.perceptron
    trainer.usesFusedGradients = isFused
    trainer.training.optimizer = .adam(
      learningRate: 0.02, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0)
    trainer.training.batchSize = 25
    trainer.training.ema = 0.99
    trainer.training.steps = 60
    let source = try Self.clouds()
    let averaged = try trainer.train(seed: 4, on: source)
    #expect(try floats(averaged.network) == floats(trainer.train(seed: 4, on: source).network))
    trainer.training.ema = nil
    let plain = try trainer.train(seed: 4, on: source)
    #expect(averaged.report.curve == plain.report.curve)
    #expect(try floats(averaged.network) != floats(plain.network))
    // With samples held back, it is measured along the way.
    trainer.training.holdBack = 0.2
    let held = try trainer.train(seed: 4, on: source).report
    trainer.training.ema = 0.99
    trainer.training.select = .agreement
    let heldAveraged = try trainer.train(seed: 4, on: source).report
    #expect(heldAveraged.curve.map(\.loss) == held.curve.map(\.loss))
    #expect(
      heldAveraged.heldBackAgreement == heldAveraged.curve.compactMap(\.heldBackAgreement).max())
    #expect(
      heldAveraged.curve.compactMap(\.heldBackAgreement)
        != held.curve.compactMap(\.heldBackAgreement))
  }

  @Test func holdingBackTooMuchOrTooLittleIsRefused() throws {
    var trainer = Self.perceptron
    trainer.training = .init(steps: 3, holdBack: 0.01, select: .agreement)
    #expect(throws: TrainingError.self) { try trainer.train(seed: 1, on: Self.clouds(10)) }
    trainer.training = .init(steps: 3, holdBack: 0.9)
    #expect(throws: TrainingError.self) { try trainer.train(seed: 1, on: Self.clouds(3)) }
  }

  // MARK: Consistency

  private func objective(
    _ network: Network, _ consistency: ConsistencyDescription?,
    _ transforms: [TransformDescription] = [.additiveNoise(std: 0.5, modalities: nil)]
  ) -> RecordedObjective {
    RecordedObjective(network, transforms: transforms, consistency: consistency)
  }

  private func seriesNetwork() throws -> (Network, Batch) {
    let source = try Self.waves(20, seed: 6)
    let network = try Network(
      Self.convolution.network, modalities: source.modalities, classes: 3,
      stream: RandomStream(seed: 1))
    return (network, try source.batch(Tensor(classes: Array(0..<20))))
  }

  @Test(arguments: ConsistencyDescription.Divergence.allCases)
  func consistencyIsTheDivergenceOfCleanAndTransformed(
    _ divergence: ConsistencyDescription.Divergence
  ) throws {
    let (network, batch) = try seriesNetwork()
    let parameters = network.parameters.map(\.tensor)
    func written(stopped: Bool) throws -> (loss: Double, gradients: [Tensor]) {
      let stream = try RandomStream(seed: 9)
      let mode = Mode.training(stream, movesStatistics: false)
      let noisy = try network.logits(
        [stream.additiveNoise(on: batch.inputs[0], std: 0.5)], mode: mode)
      var clean = try network.logits(batch.inputs, mode: mode)
      if stopped { clean = try clean.detached() }
      let term =
        divergence == .kl
        ? try (clean.softmax(axis: 1) * (clean.logSoftmax(axis: 1) - noisy.logSoftmax(axis: 1)))
          .sum() * (1 / 20.0)
        : try (clean.softmax(axis: 1) - noisy.softmax(axis: 1)).squared().mean()
      let loss = try crossEntropy(noisy, batch.targets) + term * 3
      return (try loss.item(), try gradients(of: loss, withRespectTo: parameters))
    }
    var found: [[Tensor]] = []
    for clean in ConsistencyDescription.CleanSide.allCases {
      let objective = objective(network, .init(weight: 3, divergence: divergence, clean: clean))
      let (loss, gradients) = try objective.lossAndGradients(batch, stream: RandomStream(seed: 9))
      let wanted = try written(stopped: clean == .stopped)
      #expect(abs(loss - wanted.loss) < 1e-6)
      for (one, other) in zip(gradients, wanted.gradients) {
        #expect(try difference(one, other) < 1e-6, "\(clean)")
      }
      found.append(gradients)
    }
    #expect(try difference(found[0][0], found[1][0]) > 1e-4)
  }

  @Test func aConsistentStepMovesTheRunningStatisticsOnce() throws {
    let (network, batch) = try seriesNetwork()
    let start = try network.state()
    var statistics: [[[Float]]] = []
    let all: [ConsistencyDescription?] = [
      nil, .init(weight: 1, clean: .gradient), .init(weight: 1, clean: .stopped),
    ]
    for consistency in all {
      try network.load(start)
      _ = try objective(network, consistency).lossAndGradients(
        batch, stream: RandomStream(seed: 9))
      statistics.append(try network.buffers.map { try $0.tensor.floats() })
    }
    #expect(statistics[0] != (try start.suffix(4).map { try $0.tensor.floats() }))
    #expect(statistics[1] == statistics[0])
    #expect(statistics[2] == statistics[0])
  }

  @Test func consistencyTrainsAndPullsTheTwoOutputsTogether() throws {
    var trainer = Self.perceptron
    trainer.transforms = [.additiveNoise(std: 0.7, modalities: nil)]
    let source = try Self.clouds()
    func distance(_ consistency: ConsistencyDescription?) throws -> Double {
      trainer.consistency = consistency
      let network = try trainer.train(seed: 1, on: source).network
      let inputs = try source.batch(Tensor(classes: Array(0..<90))).inputs
      let noisy = try network.logits(
        inputs, mode: .evaluation, transforms: trainer.transforms, stream: RandomStream(seed: 3))
      return try klDivergence(network.logits(inputs), noisy).item()
    }
    #expect(try distance(.init(weight: 3)) < distance(nil))
    // Weight 0 is none at all, on the fused path too.
    #expect(try distance(.init(weight: 0)) == distance(nil))
  }

  // MARK: Stops

  @Test func aCancelledTrainingStopsAtItsNextStep() throws {
    var steps = 0
    #expect(throws: CancellationError.self) {
      try Self.perceptron.train(
        seed: 1, on: Self.clouds(),
        isCancelled: {
          steps += 1
          return steps == 5
        })
    }
    #expect(steps == 5)
  }

  @Test func aCancelledTaskStopsItsTraining() async throws {
    var trainer = Self.perceptron
    trainer.training.steps = 100_000_000
    let (endless, source) = (trainer, try Self.clouds())
    let task = Task.detached { _ = try endless.train(seed: 1, on: source) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test(arguments: [true, false]) func aDivergedTrainingSaysWhenAndHow(_ isFused: Bool) throws {
    var trainer = Self.perceptron
    trainer.training.optimizer = .sgd(
      learningRate: 1e20, momentum: 0, nesterov: false, weightDecay: 0)
    trainer.usesFusedGradients = isFused
    let error = #expect(throws: TrainingError.self) {
      try trainer.train(seed: 7, on: Self.clouds())
    }
    guard case .diverged(let seed, let step, let loss, let rate) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(seed == 7 && rate == 1e20 && step > 1 && step < 10 && !loss.isFinite)
    #expect(error?.description.hasPrefix("seed 7 diverged: the loss is ") == true)
  }

  @Test(arguments: [true, false]) func aLastStepThatLeavesNoNumberIsCaught(
    _ isFused: Bool
  ) throws {
    var trainer = Self.perceptron
    trainer.usesFusedGradients = isFused
    trainer.training = .init(
      optimizer: .sgd(learningRate: 1e300, momentum: 0, nesterov: false, weightDecay: 0), steps: 1)
    let error = #expect(throws: TrainingError.self) {
      try trainer.train(seed: 7, on: Self.clouds())
    }
    guard case .diverged(7, 1, let loss, 1e300) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(
      error?.description
        == "seed 7 diverged: step 1, of loss \(loss) and learning rate 1e+300, makes "
        + "of the parameters what is no number")
  }

  // MARK: Settings

  /// Which settings change nothing: the fused call moves the parameters one by one, or as a whole.
  @Test func settingsWithoutEffectLeaveTheNetworkAsItIs() throws {
    let source = try Self.clouds()
    var plain = Self.perceptron
    plain.training.optimizer = .adamW(
      learningRate: 0.01, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0)
    for isFused in [true, false] {
      plain.usesFusedGradients = isFused
      let wanted = try plain.train(seed: 2, on: source).network
      var trainer = plain
      trainer.training.decay = .weights
      trainer.training.clipGradients = 1e9
      trainer.training.labelSmoothing = 0
      trainer.training.patience = nil
      trainer.training.ema = 0
      let found = try trainer.train(seed: 2, on: source).network
      for (one, other) in zip(try found.state(), try wanted.state()) {
        // libtorch takes the last few elements of a tensor by other instructions.
        #expect(try difference(one.tensor, other.tensor) <= (isFused ? 1e-5 : 0))
      }
    }
  }

  @Test func settingsOutOfPlaceAreRefused() throws {
    func refuse(_ change: (inout Trainer) -> Void, _ description: String) throws {
      var trainer = Self.perceptron
      change(&trainer)
      let error = #expect(throws: TrainingError.self) {
        try trainer.train(seed: 1, on: Self.clouds())
      }
      #expect(error?.description == description)
    }
    let tooMany = "\(Int.max) epochs of 9 steps are too many"
    try refuse(
      { $0.training = .init(batchSize: 10, epochs: Int.max) }, tooMany)
    try refuse(
      { $0.training = .init(warmUp: .init(epochs: Int.max), batchSize: 10, epochs: 2) }, tooMany)
    try refuse(
      { $0.training.warmUp = .init(steps: 200) },
      "a warm-up of 200 steps leaves nothing of a training of 200")
    try refuse(
      { $0.training.warmUp = .init(steps: 2, share: 0.1) },
      "a warm-up needs either 'steps', 'epochs' or a 'share'")
    try refuse(
      { $0.training.schedule = .step() }, "a step schedule needs either 'epochs' or 'steps'")
    try refuse(
      { $0.training.ema = 1 }, "an average decays by 0 or more and less than 1, not 1.0")
    try refuse(
      { $0.training.labelSmoothing = 1 },
      "a label-smoothing is from 0 to less than 1, not 1.0")
    try refuse({ $0.classWeights = [1, 2, 3] }, "3 class weights for 2 classes")
  }

  @Test func trainingsWithoutALengthAreRefused() throws {
    var trainer = Self.perceptron
    for (steps, epochs) in [(nil, nil), (3, 3), (0, nil), (nil, -1)] as [(Int?, Int?)] {
      trainer.training.steps = steps
      trainer.training.epochs = epochs
      let error = #expect(throws: TrainingError.self) {
        try trainer.train(seed: 1, on: Self.clouds())
      }
      #expect(error?.description == "a training needs either 'steps' or 'epochs'")
    }
  }

  @Test func transformsThatDoNotSuitTheSamplesAreRefused() throws {
    func refuse(_ transform: TransformDescription, _ description: String) throws {
      var trainer = Self.perceptron
      trainer.transforms = [transform]
      let error = #expect(throws: TrainingError.self) {
        try trainer.train(seed: 1, on: Self.clouds())
      }
      #expect(error?.description == description)
    }
    try refuse(
      .additiveNoise(std: 1, modalities: ["c"]),
      "a transform touches 'c', which the network has not")
    try refuse(
      .timeShift(steps: 1, modalities: ["b"]),
      "'time-shift' takes samples of shape [time, channel]; those of 'b' are [1]")
    try refuse(
      .rotation(degrees: 9, modalities: nil),
      "'rotation' takes channels in triples of x, y and z; 'a' has 1")
  }

  @Test func samplesThatDoNotFitTogetherAreRefused() throws {
    let (two, three) = (try Tensor.zeros([2, 1]), try Tensor.zeros([3, 1]))
    let targets = Targets.hard(try Tensor(classes: [0, 1]))
    func refuse(
      _ inputs: [(name: String, values: Tensor)], _ targets: Targets, weights: [Float]? = nil,
      _ description: String
    ) {
      let error = #expect(throws: TrainingError.self) {
        try MemorySource(inputs, targets: targets, weights: weights)
      }
      #expect(error?.description == description)
    }
    refuse([("a", two), ("b", three)], targets, "modality 'b' has 3 samples, the targets 2")
    refuse(
      [("a", try two.converted(to: .float64))], targets, "modality 'a' is not float32")
    refuse([("a", two)], targets, weights: [1], "1 weights for 2 samples")
    for weight in [0, -1, Float.nan, .infinity] {
      refuse(
        [("a", two)], targets, weights: [1, weight],
        "sample 1 weighs \(weight); a weight is finite and greater than 0")
    }
    refuse(
      [], .hard(try Tensor(classes: [])), "there is no sample to train on")
  }

  @Test func classesThatTheNetworkHasNotAreRefused() throws {
    let source = try MemorySource(
      [("a", try Tensor.zeros([3, 1]))], targets: .hard(try Tensor(classes: [0, 1, 2])))
    var trainer = Self.perceptron
    for isFused in [true, false] {
      trainer.usesFusedGradients = isFused
      #expect(throws: TensorError.self) { try trainer.train(seed: 1, on: source) }
    }
  }

  // MARK: Labels and pixels

  /// Pictures of one bright square on a dark ground; where it is bright is class 1, where it is not
  /// but lies on its row is class 2, some pixels have no label.
  static func squares(_ count: Int, seed: UInt64) throws -> MemorySource {
    var random = SplitMix(state: seed)
    var (pixels, map) = ([Int32](), [Int32]())
    for _ in 0..<count {
      let (row, column) = (random.below(8), random.below(8))
      for y in 0..<12 {
        for x in 0..<12 {
          let isInside = (row..<row + 4).contains(y) && (column..<column + 4).contains(x)
          let isBeside = (row..<row + 4).contains(y)
          pixels.append(Int32(isInside ? 200 : 60) + Int32(random.below(30)))
          map.append(random.below(20) == 0 ? 255 : isInside ? 1 : isBeside ? 2 : 0)
        }
      }
    }
    let shape = [count, 12, 12]
    return try MemorySource(
      [
        StoredInput(
          "p", try Tensor(pixels, shape: shape + [1]).converted(to: .uint8),
          scaling: InputScaling(scale: 1 / 255.0, mean: [0.3], std: [0.2]))
      ], rows: nil, targets: .maps(try Tensor(map, shape: shape).converted(to: .uint8)))
  }

  static let segmentation = Trainer(
    network: .init(
      encoder: .cnn2d(.init(channels: [6, 8])), head: .init(kind: .segmentation)),
    classes: 3,
    training: .init(
      optimizer: .adam(learningRate: 0.02, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0),
      batchSize: 8, epochs: 6),
    transforms: [
      .flip(probability: 0.5, modalities: nil), .cropShift(pixels: 2, modalities: nil),
      .additiveNoise(std: 0.05, modalities: nil), .dropout(rate: 0.1),
    ], classWeights: [1, 2, 1])

  @Test func aSegmentationLearnsAndGivesTheSameBits() throws {
    let source = try Self.squares(32, seed: 1)
    let trained = try Self.segmentation.train(seed: 1, on: source)
    let again = try Self.segmentation.train(seed: 1, on: source)
    #expect(try floats(trained.network) == floats(again.network))
    #expect(trained.report == again.report)
    #expect(trained.report.agreement > 0.85)
    // Pixels with a label, of 32 pictures of 144.
    let counted = trained.report.predictedClasses.reduce(0, +)
    #expect(counted > 32 * 144 * 9 / 10 && counted < 32 * 144)
  }

  @Test(arguments: [ConsistencyDescription.Divergence.kl, .squaredError])
  func consistencyFollowsThePixelsThatMoved(
    _ divergence: ConsistencyDescription.Divergence
  ) throws {
    let source = try Self.squares(8, seed: 2)
    var trainer = Self.segmentation
    trainer.training.epochs = 1
    trainer.consistency = .init(weight: 1, divergence: divergence)
    #expect(try trainer.train(seed: 1, on: source).report.finalLoss.isFinite)
    // Whole pictures out of sight: nothing is left that could differ, or be learned.
    trainer.transforms = [.cropShift(pixels: 1_000_000, modalities: nil)]
    #expect(try trainer.train(seed: 1, on: source).report.finalLoss == 0)
  }

  /// Two labels that two coordinates give away, a third that nobody knows of half the samples.
  @Test(arguments: [true, false]) func severalLabelsAreLearned(_ isConsistent: Bool) throws {
    var random = SplitMix(state: 5)
    var (values, labels) = ([Float](), [Float]())
    for index in 0..<120 {
      let (x, y) = (random.float(), random.float())
      values += [x, y]
      labels += [x > 0.5 ? 1 : 0, y > 0.5 ? 0.9 : 0.1, index % 2 == 0 ? -1 : x > y ? 1 : 0]
    }
    let source = try MemorySource(
      [("a", try Tensor(values, shape: [120, 2]))],
      targets: .labels(try Tensor(labels, shape: [120, 3])))
    let trainer = Trainer(
      network: .init(encoder: .mlp(.init(hidden: [16])), head: .init(kind: .multiLabel)),
      classes: 3,
      training: .init(
        optimizer: .adam(learningRate: 0.02, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0),
        steps: 200, holdBack: 0.2, select: .agreement),
      transforms: isConsistent ? [.additiveNoise(std: 0.05, modalities: nil)] : [],
      consistency: isConsistent ? .init(weight: 0.5) : nil)
    let report = try trainer.train(seed: 1, on: source).report
    #expect(report.agreement > 0.9)
    #expect(report.predictedClasses.count == 3)
    #expect(try #require(report.heldBackAgreement) > 0.85)
  }

  @Test func transformsThatDoNotSuitPicturesAreRefused() throws {
    let source = try Self.squares(4, seed: 1)
    func refuse(
      _ transform: TransformDescription, on source: MemorySource, _ network: NetworkDescription,
      _ description: String
    ) {
      let trainer = Trainer(
        network: network, classes: 3, training: .init(steps: 1), transforms: [transform])
      let error = #expect(throws: TrainingError.self) { try trainer.train(seed: 1, on: source) }
      #expect(error?.description == description)
    }
    let network = Self.segmentation.network
    refuse(
      .rotation(degrees: 5, modalities: nil), on: source, network,
      "'rotation' turns what sensors measure in space; 'p' is of pictures")
    refuse(
      .timeShift(steps: 1, modalities: nil), on: source, network,
      "'time-shift' takes samples of shape [time, channel]; those of 'p' are [12, 12, 1]")
    refuse(
      .flip(probability: 0.5, modalities: nil), on: try Self.clouds(), .init(),
      "a transform moves pixels, and no modality is of pictures")
    refuse(
      .flip(probability: 0.5, modalities: ["a"]), on: try Self.clouds(), .init(),
      "a transform moves the pixels of 'a', whose samples [1] are no pictures")
  }
}
