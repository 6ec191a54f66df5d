import Tensors
import Testing

@testable import Training

@Suite struct TargetsTests {
  @Test func statisticsOfValuesPassOverWhatNobodyKnows() throws {
    let values = try Tensor(
      [1, 5, .nan, 3, 5, .nan, .nan, 5, .nan] as [Float], shape: [3, 3])
    let found = try #require(try Targets.values(values).valueStatistics())
    #expect(found.mean == [2, 5, 0] && found.std == [1, 1, 1])
    let far = try Targets.values(Tensor([1e7, 1e7 + 16] as [Float], shape: [2, 1]))
    #expect(try far.valueStatistics()?.std == [8])
    #expect(try Targets.hard(Tensor(classes: [1])).valueStatistics() == nil)
    #expect(try far.followed(by: far, classes: 1).tensor.shape == [4, 1])
    #expect(throws: TensorError.self) {
      try far.followed(by: .hard(Tensor(classes: [1])), classes: 1)
    }
  }

  private func map(_ values: [Int32], _ shape: [Int]) throws -> Tensor {
    try Tensor(values, shape: shape).converted(to: .uint8)
  }

  @Test func whatIsNotKnownIsNotCompared() throws {
    var labels = Targets.Comparison(classes: 2)
    try Targets.labels(Tensor([1, -1, 0.2, 0.7] as [Float], shape: [2, 2]))
      .compare(Tensor([3, 3, 1, -1] as [Float], shape: [2, 2]), into: &labels)
    #expect(labels.known == 3 && labels.agreed == 1)
    #expect(labels.histogram == [2, 0])

    // Two classes, one row of three pixels: decided are 1, 0, 1.
    let logits = try Tensor([0, 2, 0, 1, 1, 1] as [Float], shape: [1, 2, 1, 3])
    var pixels = Targets.Comparison(classes: 2)
    try Targets.maps(map([1, 1, 255], [1, 1, 3])).compare(logits, into: &pixels)
    #expect(pixels.known == 2 && pixels.agreed == 1)
    #expect(pixels.histogram == [1, 1])
    var soft = Targets.Comparison(classes: 2)
    try Targets.softMaps(
      Tensor([0.1, 0.9, -1, 0.9, 0.1, -1] as [Float], shape: [1, 2, 1, 3])
    ).compare(logits, into: &soft)
    #expect(soft.known == 2 && soft.agreed == 2)
    var nothing = Targets.Comparison(classes: 2)
    try Targets.maps(map([255], [1, 1, 1])).compare(
      Tensor.zeros([1, 2, 1, 1]), into: &nothing)
    #expect(nothing.agreement == 0)
  }

  @Test func balancedWeightsMakeClassesCountAlike() throws {
    // Four samples of class 0, one of class 1, none of class 2.
    #expect(
      try Targets.hard(Tensor(classes: [0, 0, 1, 0, 0])).balancedWeights(classes: 3) == [
        0.625, 2.5, 1,
      ])
    #expect(
      try Targets.maps(map([0, 255, 1, 0, 255, 0], [1, 2, 3])).balancedWeights(classes: 2)
        == [Float(4 / 2.0 / 3), 2])
    // One of four that are known, all, none.
    let labels: [Float] = [1, 1, 0, 0, 0.9, 0, 0, -1, 0, 0, 1, -1, -1, 1, 0]
    #expect(
      try Targets.labels(Tensor(labels, shape: [5, 3])).balancedWeights(classes: 3) == [3, 1, 1])
  }

  @Test func classesBesideDistributionsBecomeSuch() throws {
    let hard = Targets.hard(try Tensor(classes: [2, 0]))
    let soft = Targets.soft(try Tensor([0.2, 0.3, 0.5] as [Float], shape: [1, 3]))
    guard case .soft(let both) = try hard.followed(by: soft, classes: 3) else {
      Issue.record("not soft")
      return
    }
    #expect(try both.floats() == [0, 0, 1, 1, 0, 0, 0.2, 0.3, 0.5])
    guard case .hard(let same) = try hard.followed(by: hard, classes: 3) else {
      Issue.record("not hard")
      return
    }
    #expect(try same.integers() == [2, 0, 2, 0])
    let maps = Targets.maps(try map([1, 255], [1, 1, 2]))
    let shares = Targets.softMaps(
      try Tensor([0.25, 0.5, 0.75, 0.5] as [Float], shape: [1, 2, 1, 2]).converted(to: .float16))
    guard case .softMaps(let pixels) = try maps.followed(by: shares, classes: 2) else {
      Issue.record("not soft")
      return
    }
    #expect(try pixels.floats() == [0, -1, 1, -1, 0.25, 0.5, 0.75, 0.5])
    #expect(throws: TensorError.self) { try hard.followed(by: maps, classes: 2) }
  }

  @Test func classesAreCounted() throws {
    #expect(try Targets.hard(Tensor(classes: [2, 0, 2])).histogram(classes: 4) == [1, 0, 2, 0])
    #expect(try Targets.maps(map([1, 255, 1, 0], [1, 2, 2])).histogram(classes: 2) == [1, 2])
    #expect(
      try Targets.labels(Tensor([1, 0.4, -1, 0.5] as [Float], shape: [2, 2]))
        .histogram(classes: 2) == [1, 1])
    #expect(
      try Targets.softMaps(Tensor([-1, 0.3, -1, 0.7] as [Float], shape: [1, 2, 1, 2]))
        .histogram(classes: 2) == [0, 1])
  }
}
