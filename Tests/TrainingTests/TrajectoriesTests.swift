import Layers
import Networks
import Recipes
import Tensors
import Testing

@testable import Training

/// Golden: torch.nn modules trained under torch.optim.lr_scheduler, clip_grad_norm_ and
/// swa_utils.AveragedModel, PyTorch 2.15.0, float32; `Tools/golden/training.py`.
@Suite struct TrajectoriesTests {
  struct Case: Decodable {
    let network: String
    let training: TrainingDescription
    let inputs: [GoldenArray]
    let labels: GoldenArray
    let classWeights: [Float]?
    let start: [GoldenArray]
    let losses: [Double]
    let rates: [Double]
    let end: [GoldenArray]
    let logits: GoldenArray

    func trainer() throws -> (trainer: Trainer, source: MemorySource) {
      let isPerceptron = network == "mlp"
      let description = NetworkDescription(
        encoder: .mlp(.init(hidden: [5], activation: .tanh)),
        encoders: isPerceptron
          ? [:] : ["s": .cnn1d(.init(channels: [4, 5], kernelSize: 3, pool: 2))],
        head: .init(hidden: isPerceptron ? [6] : []))
      var trainer = Trainer(
        network: description, classes: 3, training: training, classWeights: classWeights)
      trainer.start = try start.map { NamedTensor($0.name ?? "", try $0.tensor()) }
      let names = isPerceptron ? ["a", "b"] : ["a", "s"]
      let source = try MemorySource(
        zip(names, inputs).map { (name: $0, values: try $1.tensor()) },
        targets: .hard(labels.tensor()))
      return (trainer, source)
    }
  }

  static func cases() throws -> [Case] { try GoldenFile<Case>.read("trajectories").cases }

  @Test(arguments: [true, false]) func trainingsRunAsTheReferences(_ isFused: Bool) throws {
    let cases = try Self.cases()
    #expect(cases.count == 11)
    for (index, one) in cases.enumerated() {
      var (trainer, source) = try one.trainer()
      trainer.usesFusedGradients = isFused
      let trained = try trainer.train(seed: 1, on: source)
      #expect(trained.report.curve.count == one.losses.count)
      for (point, wanted) in zip(trained.report.curve, one.losses) {
        #expect(abs(point.loss - wanted) < 2e-6, "case \(index) step \(point.step)")
      }
      let end = Dictionary(uniqueKeysWithValues: one.end.map { ($0.name, $0) })
      let state = try trained.network.state()
      #expect(state.count == end.count)
      for entry in state {
        let wanted = try #require(end[entry.name])
        // Roundings of float32, carried through the steps.
        #expect(try difference(entry.tensor, wanted) < 3e-6, "case \(index) \(entry.name)")
      }
      let logits = try trained.network.logits(source.batch(Tensor(classes: Array(0..<9))).inputs)
      #expect(try difference(logits, one.logits) < 5e-6, "case \(index)")
    }
  }

  @Test func learningRatesAreThoseOfTheReferences() throws {
    for one in try Self.cases() {
      let total = one.rates.count
      let schedule = try one.training.makeSchedule(total: total, perEpoch: 1)
      for (step, wanted) in one.rates.enumerated() {
        let rate = one.training.optimizer.learningRate * schedule.factor(at: step, of: total)
        #expect(abs(rate - wanted) < 1e-15)
      }
    }
  }

  /// What only some steps need leaves the others to the fused call.
  @Test func theFusedCallStepsAsideForWhatItCannotDo() throws {
    for one in try Self.cases() {
      let (trainer, source) = try one.trainer()
      let network = try Network(
        trainer.network, modalities: source.modalities, classes: 3, stream: RandomStream(seed: 1))
      let isPlain = one.classWeights == nil && one.training.labelSmoothing == nil
      let isFused = try trainer.objective(network) is FusedObjective
      #expect(isFused == (isPlain && one.network == "mlp"))
    }
  }
}
