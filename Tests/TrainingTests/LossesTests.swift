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
    #expect(cases.count == 7)
    for one in cases {
      let logits = try one.logits.tensor().asParameter()
      let (other, weights) = (try one.other.tensor(), try one.weights?.tensor())
      let loss =
        switch one.loss {
        case "hard": try crossEntropy(logits, .hard(other), weights: weights)
        case "soft": try crossEntropy(logits, .soft(other), weights: weights)
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
}
