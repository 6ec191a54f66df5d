import Tensors
import Testing

@Suite struct TransformsTests {
  private static func ones(_ shape: [Int]) throws -> Tensor { try Tensor.full(1, shape: shape) }

  @Test func masksHideSpansOfTheirWidth() throws {
    let masked = try RandomStream(seed: 1).masking(
      of: Self.ones([2000, 10, 3]), axis: 1, masks: 1, most: 4
    ).floats()
    var counts = [Int](repeating: 0, count: 11)
    for sample in 0..<2000 {
      let times = (0..<10).map { masked[(sample * 10 + $0) * 3] }
      // All channels alike.
      for time in 0..<10 {
        for channel in 1..<3 { #expect(masked[(sample * 10 + time) * 3 + channel] == times[time]) }
      }
      let hidden = times.indices.filter { times[$0] == 0 }
      if let first = hidden.first, let last = hidden.last { #expect(last - first < hidden.count) }
      counts[hidden.count] += 1
    }
    // Widths 0 ... 4 are equally likely.
    #expect(counts[5...].allSatisfy { $0 == 0 })
    #expect(counts[..<5].allSatisfy { (330...470).contains($0) })
    #expect(
      try RandomStream(seed: 1).masking(of: Self.ones([2, 3, 4]), axis: 2, masks: 3, most: 0)
        .floats() == [Float](repeating: 1, count: 24))
    #expect(throws: TensorError.self) {
      try RandomStream(seed: 1).masking(of: Self.ones([2, 3]), axis: 1, masks: 1, most: 4)
    }
  }

  @Test func gainsAreUniformInDecibels() throws {
    let gained = try RandomStream(seed: 2).gain(of: Self.ones([5000, 2]), decibels: 20).floats()
    #expect(gained.allSatisfy { $0 > 0.0999 && $0 < 10.001 })
    #expect((0..<5000).allSatisfy { gained[2 * $0] == gained[2 * $0 + 1] })
    let amplified = (0..<5000).count { gained[2 * $0] > 1 }
    #expect((2350...2650).contains(amplified))
    // Half the decibels either way hold half of all.
    let middle = (0..<5000).count { gained[2 * $0] > 0.3162 && gained[2 * $0] < 3.1623 }
    #expect((2350...2650).contains(middle))
  }

  @Test func coloursAreStretchedAboutTheirMeans() throws {
    let x = try Tensor([1, 3, 5, -2, 0, 8] as [Float], shape: [1, 1, 2, 3])
    func jittered(_ b: Double, _ c: Double, _ s: Double) throws -> [Float] {
      try RandomStream(seed: 3).colorJitter(of: x, brightness: b, contrast: c, saturation: s)
        .floats()
    }
    let same = try x.floats()
    #expect(zip(try jittered(0, 0, 0), same).allSatisfy { abs($0 - $1) < 1e-5 })
    let brighter = zip(try jittered(0.5, 0, 0), same).map(-)
    #expect(brighter.allSatisfy { abs($0 - brighter[0]) < 1e-5 && abs($0) <= 0.5 })
    #expect(abs(brighter[0]) > 1e-4)
    // Contrast keeps the mean of the sample, 2.5; saturation that of each pixel, 3 and 2.
    let contrast = try jittered(0, 0.5, 0)
    let factor = (contrast[0] - 2.5) / -1.5
    #expect(factor >= 0.5 && factor <= 1.5 && abs(factor - 1) > 1e-4)
    #expect(zip(contrast, same).allSatisfy { abs($0 - (2.5 + factor * ($1 - 2.5))) < 1e-4 })
    let saturated = try jittered(0, 0, 0.5)
    #expect(abs(saturated[0...2].reduce(0, +) - 9) < 1e-4)
    #expect(abs(saturated[3...5].reduce(0, +) - 6) < 1e-4)
    #expect(abs(saturated[1] - 3) < 1e-5 && abs(saturated[5] - 8) > 1e-4)
  }

  @Test func blurSpreadsAPointAsAGaussian() throws {
    var point = [Float](repeating: 0, count: 121)
    point[60] = 1
    let blurred = try RandomStream(seed: 4).blur(
      of: Tensor(point, shape: [1, 11, 11, 1]), std: 1...1, rows: 1, columns: 2
    ).floats()
    #expect(abs(blurred.reduce(0, +) - 1) < 1e-5)
    // The Gaussian of deviation 1 over -3 ... 3: 0.39905, 0.24204.
    #expect(abs(blurred[60] - 0.39905 * 0.39905) < 1e-4)
    #expect(abs(blurred[61] - 0.39905 * 0.24204) < 1e-4)
    #expect(abs(blurred[49] - blurred[71]) < 1e-6)
    let sharp = try RandomStream(seed: 4).blur(
      of: Tensor(point, shape: [1, 11, 11, 1]), std: 0...0, rows: 1, columns: 2
    ).floats()
    #expect(sharp == point)
    let flat = try RandomStream(seed: 4).blur(
      of: Self.ones([3, 4, 5, 1]), std: 0.1...3, rows: 1, columns: 2
    ).floats()
    #expect(flat.allSatisfy { abs($0 - 1) < 1e-5 })
  }

  @Test func boxesHaveTheAreaAndRatioThatWasAskedFor() throws {
    let boxes = try RandomStream(seed: 5).boxes(
      2000, height: 40, width: 60, area: 0.1...0.3, ratio: 0.5...2, orWhole: true
    ).integers()
    var area = 0.0
    for sample in 0..<2000 {
      let (top, left) = (boxes[4 * sample], boxes[4 * sample + 1])
      let (height, width) = (boxes[4 * sample + 2], boxes[4 * sample + 3])
      #expect(top >= 0 && left >= 0 && top + height <= 40 && left + width <= 60)
      let ratio = Double(width) / Double(height)
      #expect(ratio > 0.45 && ratio < 2.2)
      area += Double(width * height) / 2400 / 2000
    }
    #expect(abs(area - 0.2) < 0.01)
    // None fits: the largest middle one of an allowed ratio, or none.
    func impossible(_ orWhole: Bool) throws -> [Int] {
      try RandomStream(seed: 5).boxes(
        1, height: 10, width: 40, area: 1...1, ratio: 1...1, orWhole: orWhole
      ).integers()
    }
    #expect(try impossible(true) == [0, 15, 10, 10])
    #expect(try impossible(false)[2...] == [0, 0])
  }

  @Test func cropsReadBetweenTheCentresOfPixels() throws {
    let x = try Tensor([0, 1, 2, 3] as [Float], shape: [1, 1, 4])
    let box = try Tensor(classes: [0, 1, 1, 2]).reshaped([1, 4])
    #expect(
      try x.croppingPictures(box, rows: 1, columns: 2, nearest: true).floats() == [1, 1, 2, 2])
    #expect(
      try x.croppingPictures(box, rows: 1, columns: 2, nearest: false).floats()
        == [1, 1.25, 1.75, 2])
    let whole = try Tensor(classes: [0, 0, 1, 4]).reshaped([1, 4])
    #expect(
      try x.croppingPictures(whole, rows: 1, columns: 2, nearest: false).floats() == [0, 1, 2, 3])
    let outside = try Tensor(classes: [0, 3, 1, 2]).reshaped([1, 4])
    #expect(throws: TensorError.self) {
      try x.croppingPictures(outside, rows: 1, columns: 2, nearest: true)
    }
  }

  @Test func sameSeedSameBits() throws {
    let x = try RandomStream(seed: 9).normal([4, 6, 8, 3])
    let draws: [(RandomStream) throws -> Tensor] = [
      { try $0.masking(of: x, axis: 1, masks: 2, most: 3) }, { try $0.gain(of: x, decibels: 6) },
      { try $0.colorJitter(of: x, brightness: 1, contrast: 1, saturation: 1) },
      { try $0.blur(of: x, std: 0.1...2, rows: 1, columns: 2) },
      {
        try $0.filling(
          $0.boxes(4, height: 6, width: 8, area: 0.2...0.4, ratio: 0.5...2, orWhole: false), of: x,
          withNoise: true, rows: 1, columns: 2)
      },
    ]
    for draw in draws {
      let one = try draw(RandomStream(seed: 7)).floats()
      #expect(try draw(RandomStream(seed: 7)).floats() == one)
      #expect(try draw(RandomStream(seed: 8)).floats() != one)
    }
  }
}
