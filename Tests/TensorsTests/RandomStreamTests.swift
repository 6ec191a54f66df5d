import Foundation
import Tensors
import Testing

@Suite struct RandomStreamTests {
  struct Case: Decodable {
    let seed: UInt64
    let uniform: GoldenArray
    let normal: GoldenArray
    let few: GoldenArray
    let permutation: GoldenArray
  }

  /// Golden: torch.Generator().manual_seed, PyTorch 2.15.0. Normals to rounding: processors differ in
  /// the last bits of logarithm and cosine.
  @Test func drawsWhatTheReferenceDraws() throws {
    for one in try GoldenFile<Case>.read("streams").cases {
      let stream = try RandomStream(seed: one.seed)
      #expect(try difference(stream.uniform([3, 4], in: -1..<1), one.uniform) == 0)
      #expect(try difference(stream.normal([4, 8]), one.normal) < 1e-6)
      #expect(try difference(stream.normal([5]), one.few) < 1e-6)
      #expect(try difference(stream.permutation(9), one.permutation) == 0)
    }
  }

  @Test func sameSeedSameBits() throws {
    let (one, other) = (try RandomStream(seed: 5), try RandomStream(seed: 5))
    let x = try Tensor([1, -2, 3, -4, 5, 6] as [Float], shape: [1, 2, 3])
    let draws: [(RandomStream) throws -> Tensor] = [
      { try $0.normal([1000]) }, { try $0.uniform([7], in: 0..<1) }, { try $0.permutation(100) },
      { try $0.multiplicativeNoise(on: x, scale: 1) }, { try $0.additiveNoise(on: x, std: 1) },
      { try $0.dropout(on: x, rate: 0.5) }, { try $0.scaling(of: x, std: 0.2) },
      { try $0.timeShift(of: x, most: 1) }, { try $0.rotation(of: x, std: 1) },
      { try $0.mask(rows: 9, columns: 2, rate: 0.5, keepsOne: true) },
    ]
    for draw in draws {
      #expect(try draw(one).doubles() == draw(other).doubles())
    }
  }

  @Test func drawsDoNotDependOnThreads() throws {
    let alone = try RandomStream(seed: 3).normal([5000]).floats()
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      let found = try? RandomStream(seed: 3).normal([5000]).floats()
      #expect(found == alone)
    }
  }

  @Test func purposesAndSeedsShareNothing() throws {
    var seen: Set<[Float]> = []
    for seed in 0..<50 as Range<UInt64> {
      for purpose in ["start", "order", "transforms"] {
        seen.insert(try RandomStream(seed: seed, purpose: purpose).normal([4]).floats())
      }
    }
    #expect(seen.count == 150)
    let far = try RandomStream(seed: 1 << 40, purpose: "start").normal([4]).floats()
    #expect(try far != RandomStream(seed: 0, purpose: "start").normal([4]).floats())
    let one = try RandomStream(seed: 1, purpose: "order").normal([4]).floats()
    #expect(try one == RandomStream(seed: 1, purpose: "order").normal([4]).floats())
  }

  @Test func normalsAreNormal() throws {
    // Of n draws the mean has deviation 1/√n, the variance √2/√n, the fourth moment √96/√n.
    let count = 200_000
    let x = try RandomStream(seed: 11).normal([count]).doubles()
    let deviation = 1 / Double(count).squareRoot()
    func moment(_ power: Double) -> Double {
      x.reduce(0) { $0 + pow($1, power) } / Double(count)
    }
    #expect(abs(moment(1)) < 4 * deviation)
    #expect(abs(moment(2) - 1) < 4 * 1.42 * deviation)
    #expect(abs(moment(4) - 3) < 4 * 9.8 * deviation)
  }

  @Test func uniformsFillTheirRange() throws {
    let count = 100_000
    let x = try RandomStream(seed: 12).uniform([count], in: -2..<6).doubles()
    #expect(x.allSatisfy { $0 >= -2 && $0 < 6 })
    #expect(abs(x.reduce(0, +) / Double(count) - 2) < 4 * 8 / 12.0.squareRoot() / 316)
    #expect((x.min() ?? 0) < -1.99 && (x.max() ?? 0) > 5.99)
  }

  @Test func permutationsHaveEveryPlaceOnce() throws {
    let stream = try RandomStream(seed: 13)
    let (first, second) = (
      try stream.permutation(500).integers(), try stream.permutation(500).integers()
    )
    #expect(first.sorted() == Array(0..<500))
    #expect(second.sorted() == Array(0..<500))
    #expect(first != second && first != Array(0..<500))
    #expect(try stream.permutation(0).integers() == [])
    #expect(throws: TensorError.self) { try stream.permutation(-1) }
  }

  @Test func multiplicativeNoiseIsScaledByTheMeanMagnitude() throws {
    let x = try Tensor([1, -2, 3, -4, 5, -6] as [Float], shape: [3, 2])
    let noise = try RandomStream(seed: 14).normal([3, 2])
    let noisy = try RandomStream(seed: 14).multiplicativeNoise(on: x, scale: 0.5)
    #expect(try difference(noisy, x + noise * (0.5 * 3.5)) < 1e-6)
    let added = try RandomStream(seed: 14).additiveNoise(on: x, std: 0.5)
    #expect(try difference(added, x + noise * 0.5) < 1e-6)
    #expect(try RandomStream(seed: 14).multiplicativeNoise(on: x, scale: 0).floats() == x.floats())
    // Small tensors, large ones, and those that are recorded or not whole, to rounding alike.
    for (count, isRecorded) in [(999, true), (999, false), (9999, true), (9999, false)] {
      var x = try RandomStream(seed: 15).uniform([count, 2], in: -1..<3)
      if isRecorded { x = try x.asParameter() }
      let noise = try RandomStream(seed: 16).normal([count, 2])
      for x in [x, try x.transposed(0, 1).copied().transposed(0, 1)] {
        let noisy = try RandomStream(seed: 16).multiplicativeNoise(on: x, scale: 0.5)
        let mean = try x.absolute().mean().item()
        #expect(try difference(noisy, x + noise * (0.5 * mean)) < 1e-6)
        let added = try RandomStream(seed: 16).additiveNoise(on: x, std: 0.5)
        #expect(try difference(added, x + noise * 0.5) < 1e-6)
      }
    }
  }

  @Test func noiseIsAConstantToGradients() throws {
    let x = try Tensor([1, -2, 3, -4] as [Float], shape: [4]).asParameter()
    let noisy = try RandomStream(seed: 1).multiplicativeNoise(on: x, scale: 1)
    #expect(try gradients(of: noisy.sum(), withRespectTo: [x])[0].floats() == [1, 1, 1, 1])
  }

  @Test func dropoutZeroesItsShareAndScalesTheRest() throws {
    let x = try Tensor.full(2, shape: [100_000]).asParameter()
    let dropped = try RandomStream(seed: 15).dropout(on: x, rate: 0.3)
    let values = try dropped.floats()
    let zeros = values.count { $0 == 0 }
    // Four deviations of a binomial.
    #expect(abs(Double(zeros) - 30_000) < 4 * (100_000 * 0.3 * 0.7).squareRoot())
    #expect(values.allSatisfy { $0 == 0 || abs($0 - 2 / 0.7) < 1e-5 })
    let slopes = try gradients(of: dropped.sum(), withRespectTo: [x])[0].floats()
    #expect(zip(values, slopes).allSatisfy { abs($0 - 2 * $1) < 1e-5 })
    #expect(try RandomStream(seed: 1).dropout(on: x, rate: 0).floats() == x.floats())
    for rate in [1.0, -0.1, .nan] {
      #expect(throws: TensorError.self) { try RandomStream(seed: 1).dropout(on: x, rate: rate) }
    }
  }

  @Test func scalingKeepsTheFormOfEachChannel() throws {
    let x = try RandomStream(seed: 1).uniform([400, 5, 3], in: 1..<2)
    let scaled = try RandomStream(seed: 2).scaling(of: x, std: 0.3)
    let factors = try (scaled / x).floats()
    // [sample, time, channel]: one factor along time.
    for sample in 0..<400 {
      for channel in 0..<3 {
        let along = (0..<5).map { factors[(sample * 5 + $0) * 3 + channel] }
        #expect(along.allSatisfy { abs($0 - along[0]) < 1e-5 * along[0] })
      }
    }
    let logarithms = (0..<400).map { log(Double(factors[$0 * 15])) }
    let spread = (logarithms.reduce(0) { $0 + $1 * $1 } / 400).squareRoot()
    #expect(abs(spread - 0.3) < 4 * 0.3 / 800.0.squareRoot())
    #expect(throws: TensorError.self) {
      try RandomStream(seed: 2).scaling(of: Tensor.zeros([3]), std: 1)
    }
  }

  @Test func timeShiftsAreCirclesOfEverySize() throws {
    let time = (0..<10).map { Float($0) }
    let x = try Tensor(
      (0..<600).flatMap { _ in time.flatMap { [$0, $0 + 100] } }, shape: [600, 10, 2])
    let shifted = try RandomStream(seed: 3).timeShift(of: x, most: 2).floats()
    var seen: [Int: Int] = [:]
    for sample in 0..<600 {
      let row = (0..<10).map { shifted[(sample * 10 + $0) * 2] }
      let shift = Int(row[5]) - 5
      seen[-shift, default: 0] += 1
      #expect((0..<10).allSatisfy { row[$0] == Float(($0 + shift + 10) % 10) })
      #expect((0..<10).allSatisfy { shifted[(sample * 10 + $0) * 2 + 1] == row[$0] + 100 })
    }
    #expect(seen.keys.sorted() == [-2, -1, 0, 1, 2])
    // 120 each, four deviations of a binomial.
    #expect(seen.values.allSatisfy { abs($0 - 120) < 40 })
    #expect(try RandomStream(seed: 3).timeShift(of: x, most: 0).floats() == x.floats())
    // Further round than the samples are long.
    _ = try RandomStream(seed: 3).timeShift(of: x, most: 35).floats()
    #expect(throws: TensorError.self) { try RandomStream(seed: 3).timeShift(of: x, most: -1) }
    #expect(throws: TensorError.self) {
      try RandomStream(seed: 3).timeShift(of: Tensor.zeros([3, 4]), most: 1)
    }
  }

  @Test func rotationsKeepLengthsAndAngles() throws {
    let x = try RandomStream(seed: 4).normal([300, 7, 6])
    let turned = try RandomStream(seed: 5).rotation(of: x, std: 0.4)
    let (before, after) = (try x.doubles(), try turned.doubles())
    func vector(_ values: [Double], _ sample: Int, _ place: Int) -> [Double] {
      Array(values[(sample * 14 + place) * 3..<(sample * 14 + place) * 3 + 3])
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    var cosines: [Double] = []
    for sample in 0..<300 {
      // Both triples of all times by one rotation: inner products of any two are kept.
      for (one, other) in [(0, 0), (0, 1), (3, 8), (5, 13)] {
        let (a, b) = (vector(before, sample, one), vector(before, sample, other))
        let (c, d) = (vector(after, sample, one), vector(after, sample, other))
        #expect(abs(dot(a, b) - dot(c, d)) < 1e-4)
      }
      // And orientation: the triple product keeps its sign.
      func triple(_ values: [Double]) -> Double {
        let (a, b) = (vector(values, sample, 0), vector(values, sample, 4))
        let cross = [
          a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0],
        ]
        return dot(cross, vector(values, sample, 9))
      }
      #expect(abs(triple(before) - triple(after)) < 1e-3)
      let (a, c) = (vector(before, sample, 2), vector(after, sample, 2))
      cosines.append(dot(a, c) / dot(a, a))
    }
    // E[cos] of a unit vector turned about a random axis: 1 − (2/3)(1 − e^(−σ²/2)).
    let mean = cosines.reduce(0, +) / 300
    #expect(abs(mean - (1 - 2 / 3.0 * (1 - exp(-0.08)))) < 0.02)
    #expect(try difference(RandomStream(seed: 5).rotation(of: x, std: 0), x) < 1e-6)
    #expect(throws: TensorError.self) {
      try RandomStream(seed: 5).rotation(of: Tensor.zeros([2, 7, 4]), std: 1)
    }
  }

  @Test func masksKeepAtLeastOneWhenAsked() throws {
    let stream = try RandomStream(seed: 6)
    let all = try stream.mask(rows: 20_000, columns: 2, rate: 0.4, keepsOne: false).floats()
    #expect(abs(Double(all.count { $0 == 0 }) - 16_000) < 4 * (40_000 * 0.24).squareRoot())
    #expect(all.allSatisfy { $0 == 0 || $0 == 1 })
    let kept = try stream.mask(rows: 2000, columns: 3, rate: 0.9, keepsOne: true).floats()
    var columns: [Float] = [0, 0, 0]
    for row in 0..<2000 {
      let places = kept[row * 3..<row * 3 + 3]
      #expect(places.contains(1))
      for (column, value) in places.enumerated() { columns[column] += value }
    }
    // No place is favoured.
    let total = columns.reduce(0, +)
    #expect(columns.allSatisfy { abs($0 / total - 1 / 3) < 0.04 })
    #expect(
      try stream.mask(rows: 4, columns: 1, rate: 0.99, keepsOne: true).floats() == [1, 1, 1, 1])
    #expect(throws: TensorError.self) {
      try stream.mask(rows: -1, columns: 1, rate: 0.5, keepsOne: true)
    }
  }

  @Test func drawsAreForFloatsOfTheStreamsDevice() throws {
    let stream = try RandomStream(seed: 1)
    let classes = try Tensor(classes: [1, 2, 3])
    #expect(throws: TensorError.self) { try stream.additiveNoise(on: classes, std: 1) }
    #expect(throws: TensorError.self) { try stream.multiplicativeNoise(on: classes, scale: 1) }
    #expect(throws: TensorError.self) { try RandomStream(seed: 1, device: .cuda(-1)) }
  }
}
