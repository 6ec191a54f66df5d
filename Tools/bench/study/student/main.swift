// Measures one student of the TwoMoon study: 2000 full-batch steps of a 16 × 16 perceptron on 270
// points, multiplicative noise included. Prints one line of JSON: seconds, median of rounds.
//
//     bench-student [rounds, 5 when absent]

import Foundation
import Recipes
import Tensors
import Training

/// Two interleaving half circles with noise, coordinate by coordinate, and which is which.
func twoMoons(_ count: Int, seed: UInt64) throws -> (x: Tensor, y: Tensor, labels: [Int]) {
  let stream = try RandomStream(seed: seed)
  let angles = try stream.uniform([count], in: 0..<Double.pi).doubles()
  let noise = try stream.normal([2, count]).doubles()
  let labels = (0..<count).map { $0 % 2 }
  var (x, y): ([Float], [Float]) = ([], [])
  for (index, angle) in angles.enumerated() {
    let isLower = labels[index] == 1
    x.append(Float((isLower ? 1 - cos(angle) : cos(angle)) - 0.5 + 0.1 * noise[index]))
    y.append(Float((isLower ? 0.5 - sin(angle) : sin(angle)) - 0.25 + 0.1 * noise[count + index]))
  }
  return (try Tensor(x, shape: [count, 1]), try Tensor(y, shape: [count, 1]), labels)
}

let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 5
let moons = try twoMoons(270, seed: 42)
let source = try MemorySource(
  [("xa", moons.x), ("xb", moons.y)], targets: .hard(Tensor(classes: moons.labels)))
let trainer = Trainer(
  network: .init(head: .init(hidden: [16, 16])), classes: 2,
  training: .init(
    optimizer: .sgd(learningRate: 0.01, momentum: 0, nesterov: false, weightDecay: 0),
    steps: 2000),
  transforms: [.multiplicativeNoise(scale: 1, modalities: nil, magnitude: .ofAll)])
let seconds = try (0..<max(1, rounds)).map { seed in
  let clock = ContinuousClock()
  return try clock.measure { _ = try trainer.train(seed: seed, on: source) } / .seconds(1)
}
print(#"{"student": \#(seconds.sorted()[seconds.count / 2])}"#)
