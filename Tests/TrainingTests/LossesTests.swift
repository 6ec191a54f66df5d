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
      let one = try crossEntropy(logits, hard, classWeights: weights).item()
      let other = try crossEntropy(logits, soft, classWeights: weights).item()
      #expect(abs(one - other) < 1e-6)
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
