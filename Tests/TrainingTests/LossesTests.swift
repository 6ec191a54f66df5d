import Recipes
import Tensors
import Testing
import Training

/// Golden: torch.nn.functional, PyTorch 2.15.0, float64; `Tools/golden/tensors.py`.
@Suite struct LossesTests {
  struct Case: Decodable {
    let loss: String
    let logits: GoldenArray
    let other: GoldenArray
    let weights: GoldenArray?
    let value: Double
    let gradient: GoldenArray
  }

  @Test func valuesAndGradientsMatchTheReference() throws {
    let cases = try GoldenFile<Case>.read("losses").cases
    #expect(cases.count == 13)
    for one in cases {
      let logits = try one.logits.tensor().asParameter()
      let (other, weights) = (try one.other.tensor(), try one.weights?.tensor())
      let loss =
        switch one.loss {
        case "hard": try crossEntropy(logits, .hard(other), weights: weights)
        case "soft": try crossEntropy(logits, .soft(other), weights: weights)
        case "labels": try crossEntropy(logits, .labels(other), weights: weights)
        case "softMaps": try crossEntropy(logits, .softMaps(other), weights: weights)
        case "binaryKL": try binaryKLDivergence(logits, other)
        case "pixelKL": try klDivergence(logits, other, weights: weights)
        case "klOfFirst": try klDivergence(logits, other)
        case "klOfSecond": try klDivergence(other, logits)
        default: try squaredError(logits, other)
        }
      #expect(abs(try loss.item() - one.value) < 1e-14, "\(one.loss)")
      let gradient = try gradients(of: loss, withRespectTo: [logits])[0]
      #expect(try difference(gradient, one.gradient) < 1e-13, "\(one.loss)")
    }
  }

  struct WeightedCase: Decodable {
    let loss: String
    let logits: GoldenArray
    let targets: GoldenArray
    let smoothing: Double
    let classWeights: GoldenArray?
    let samples: GoldenArray?
    let value: Double
    let gradient: GoldenArray
  }

  /// Golden: torch.nn.CrossEntropyLoss and BCEWithLogitsLoss with class weights, smoothed labels and
  /// ignored pixels, PyTorch 2.15.0, float64; `Tools/golden/training.py`.
  @Test func weightedAndSmoothedLossesMatchTheReference() throws {
    let cases = try GoldenFile<WeightedCase>.read("weighted-losses").cases
    #expect(cases.count == 39)
    for one in cases {
      let logits = try one.logits.tensor().asParameter()
      let given = try one.targets.tensor()
      let targets: Targets =
        switch one.loss {
        case "hard": .hard(given)
        case "soft": .soft(given)
        case "labels": .labels(given)
        case "maps": .maps(try given.converted(to: .uint8))
        default: .softMaps(given)
        }
      let loss = try crossEntropy(
        logits, targets, weights: one.samples?.tensor(), classWeights: one.classWeights?.tensor(),
        labelSmoothing: one.smoothing)
      #expect(abs(try loss.item() - one.value) < 1e-14, "\(one.loss) \(one.smoothing)")
      let gradient = try gradients(of: loss, withRespectTo: [logits])[0]
      #expect(try difference(gradient, one.gradient) < 1e-13, "\(one.loss) \(one.smoothing)")
    }
  }

  /// Golden: torch.nn.MSELoss and HuberLoss, PyTorch 2.15.0, float64; `Tools/golden/training.py`.
  @Test func lossesOfValuesMatchTheReference() throws {
    let cases = try GoldenFile<WeightedCase>.read("value-losses").cases
    #expect(cases.count == 8)
    for one in cases {
      let answers = try one.logits.tensor().asParameter()
      let delta = Double(one.loss.split(separator: " ").last ?? "")
      let loss = try valueLoss(
        answers, one.targets.tensor(), delta.map { .huber(delta: $0) } ?? .squaredError,
        weights: one.samples?.tensor())
      #expect(abs(try loss.item() - one.value) < 1e-14, "\(one.loss)")
      let gradient = try gradients(of: loss, withRespectTo: [answers])[0]
      #expect(try difference(gradient, one.gradient) < 1e-13, "\(one.loss)")
    }
  }

  @Test func valuesThatNobodyKnowsLeaveTheLoss() throws {
    let answers = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]).asParameter()
    let values = try Tensor([2, .nan, .nan, 1] as [Float], shape: [2, 2])
    for (loss, value, slopes) in [
      (LossDescription.squaredError, 5, [-1, 0, 0, 3] as [Float]),
      (.huber(delta: 1), 1.5, [-0.5, 0, 0, 0.5]),
    ] {
      let found = try valueLoss(answers, values, loss)
      #expect(try found.item() == value)
      #expect(try gradients(of: found, withRespectTo: [answers])[0].floats() == slopes)
    }
    let nothing = try valueLoss(answers, Tensor.full(.nan, shape: [2, 2]), .huber())
    #expect(try nothing.item() == 0)
    #expect(try gradients(of: nothing, withRespectTo: [answers])[0].floats() == [0, 0, 0, 0])
    #expect(throws: TensorError.self) { try crossEntropy(answers, .values(values)) }
  }

  @Test func whatIsNotKnownIsNotSmoothed() throws {
    let stream = try RandomStream(seed: 2)
    let weights = try Tensor([1, 2, 0.5] as [Float], shape: [3])
    let logits = try stream.normal([2, 3])
    let labels = try Tensor([1, -1, 0, 0, 1, -1] as [Float], shape: [2, 3])
    let known = try Tensor([1, 0, 1, 1, 1, 0] as [Float], shape: [2, 3])
    let all = try binaryCrossEntropies(
      logits, labels.relu() * 0.8 + 0.1, positiveWeights: weights)
    #expect(
      abs(
        try crossEntropy(logits, .labels(labels), classWeights: weights, labelSmoothing: 0.2).item()
          - (all * known).sum().item() / 4) < 1e-6)
    for targets in [
      Targets.maps(try Tensor.full(255, shape: [2, 4, 4], type: .uint8)),
      .softMaps(try Tensor.full(-1, shape: [2, 3, 4, 4])),
    ] {
      let logits = try stream.normal([2, 3, 4, 4]).asParameter()
      let loss = try crossEntropy(
        logits, targets, classWeights: weights, labelSmoothing: 0.2)
      #expect(try loss.item() == 0)
      #expect(try gradients(of: loss, withRespectTo: [logits])[0].floats().allSatisfy { $0 == 0 })
    }
  }

  @Test func weightsThatDoNotFitTheClassesAreRefused() throws {
    let (two, logits) = (try Tensor.full(1, shape: [2]), try Tensor.zeros([4, 3]))
    let classes = try Tensor(classes: [0, 1, 2, 0])
    #expect(throws: TensorError.self) {
      try crossEntropy(logits, .hard(classes), classWeights: two)
    }
    #expect(throws: TensorError.self) {
      try crossEntropy(logits, .hard(classes), weights: two, labelSmoothing: 0.1)
    }
    for wrong in [3, -1, -100] {
      #expect(throws: TensorError.self) {
        try crossEntropy(logits, .hard(Tensor(classes: [0, 1, 2, wrong])), labelSmoothing: 0.1)
      }
    }
  }

  @Test func theLikeliestClassStandsForADistribution() throws {
    let shares = try Tensor([0.2, 0.8, 0.6, 0.4] as [Float], shape: [2, 2])
    #expect(try Targets.soft(shares).classes().integers() == [1, 0])
    let classes = try Tensor(classes: [1, 0])
    #expect(try Targets.hard(classes).classes().integers() == [1, 0])
  }

  @Test func aClassThatTheNetworkHasNotIsRefused() throws {
    let logits = try Tensor.zeros([2, 3])
    for wrong in [3, -1] {
      #expect(throws: TensorError.self) {
        try crossEntropy(logits, .hard(Tensor(classes: [0, wrong])))
      }
    }
    #expect(throws: TensorError.self) { try crossEntropy(logits, .soft(Tensor.zeros([2, 2]))) }
    #expect(throws: TensorError.self) { try klDivergence(logits, Tensor.zeros([2, 2])) }
  }

  /// Hard maps are one-hot soft maps, with class weights and without.
  @Test func hardMapsAreSoftOnesOfASingleClass() throws {
    let stream = try RandomStream(seed: 1)
    let logits = try stream.normal([2, 3, 2, 2])
    let hard = Targets.maps(
      try Tensor([0, 1, 255, 2, 2, 2, 255, 0] as [Int32], shape: [2, 2, 2]).converted(to: .uint8))
    let none = Targets.softMaps(try Tensor.full(-1, shape: [1, 3, 2, 2]))
    guard case .softMaps(let both) = try hard.followed(by: none, classes: 3) else {
      Issue.record("no soft maps")
      return
    }
    let soft = Targets.softMaps(try both.sliced(0..<2))
    let classWeights = try Tensor([1, 2, 0.5] as [Float], shape: [3])
    for weights in [nil, classWeights] {
      for smoothing in [0, 0.3] {
        func loss(_ targets: Targets) throws -> Double {
          try crossEntropy(
            logits, targets, classWeights: weights, labelSmoothing: smoothing
          ).item()
        }
        #expect(abs(try loss(hard) - loss(soft)) < 1e-6)
      }
    }
  }

  @Test func nothingKnownIsNoLossAndNoSlope() throws {
    let cases: [([Int], Targets)] = [
      ([2, 3], .labels(try Tensor.full(-1, shape: [2, 3]))),
      ([2, 3, 4, 4], .maps(try Tensor.full(255, shape: [2, 4, 4], type: .uint8))),
      ([2, 3, 4, 4], .softMaps(try Tensor.full(-1, shape: [2, 3, 4, 4]))),
    ]
    for (shape, targets) in cases {
      let logits = try RandomStream(seed: 1).normal(shape).asParameter()
      let loss = try crossEntropy(logits, targets)
      #expect(try loss.item() == 0)
      #expect(try gradients(of: loss, withRespectTo: [logits])[0].floats().allSatisfy { $0 == 0 })
    }
  }
}
