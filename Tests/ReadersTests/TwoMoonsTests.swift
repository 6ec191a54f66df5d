import Foundation
import Readers
import Testing

@Suite struct TwoMoonsTests {
  /// Golden: sklearn.datasets.make_moons(7, noise=None, shuffle=False), scikit-learn 1.9.1, float64.
  @Test func withoutNoiseTheyAreThoseOfScikitLearn() {
    let wanted: [(Double, Double, Int)] = [
      (1, 0, 0), (6.123233995736766e-17, 1, 0), (-1, 1.2246467991473532e-16, 0), (0, 0.5, 1),
      (0.4999999999999999, -0.3660254037844386, 1), (1.4999999999999998, -0.3660254037844387, 1),
      (2, 0.4999999999999999, 1),
    ]
    let points = TwoMoons.generate(samples: 7, noise: 0, seed: 5)
    #expect(points.count == 7)
    for (x, y, label) in wanted {
      // Two libraries' sines may differ in the last bit.
      #expect(
        points.contains { abs($0.x - x) < 1e-15 && abs($0.y - y) < 1e-15 && $0.label == label })
    }
  }

  /// Golden: means and variances of 100001 points of make_moons(noise=0.1), scikit-learn 1.9.1.
  @Test func withNoiseTheyHaveTheMomentsOfScikitLearn() {
    let points = TwoMoons.generate(samples: 20_001, noise: 0.1, seed: 6)
    let wanted = [
      (0, 10_000, -0.0005, 0.637, 0.5103, 0.1045), (1, 10_001, 0.9997, -0.1367, 0.5099, 0.1047),
    ]
    for (label, count, x, y, varianceX, varianceY) in wanted {
      let own = points.filter { $0.label == label }
      #expect(own.count == count)
      let meanX = own.reduce(0) { $0 + $1.x } / Double(count)
      let meanY = own.reduce(0) { $0 + $1.y } / Double(count)
      // The angles are fixed: only the noise varies, by 0.1 / √10000.
      #expect(abs(meanX - x) < 0.005)
      #expect(abs(meanY - y) < 0.005)
      #expect(abs(own.reduce(0) { $0 + pow($1.x - meanX, 2) } / Double(count) - varianceX) < 0.01)
      #expect(abs(own.reduce(0) { $0 + pow($1.y - meanY, 2) } / Double(count) - varianceY) < 0.01)
    }
  }

  @Test func aSeedIsADraw() {
    let first = TwoMoons.generate(samples: 50, noise: 0.1, seed: 1)
    let again = TwoMoons.generate(samples: 50, noise: 0.1, seed: 1)
    let other = TwoMoons.generate(samples: 50, noise: 0.1, seed: 2)
    #expect(first.map(\.x) == again.map(\.x))
    #expect(first.map(\.y) == again.map(\.y))
    #expect(first.map(\.x) != other.map(\.x))
    // Shuffled: the moons do not come one after the other.
    #expect(first.map(\.label) != first.map(\.label).sorted())
  }

  @Test func theSourceNamesItsPoints() throws {
    let source = TwoMoonsSource(
      samples: 100, noise: 0.1, seed: 7, split: .shares(test: 0.4, labelled: 0.3, seed: 7))
    let index = try source.index()
    #expect(index.classes == ["0", "1"])
    #expect(index.entries.count == 100)
    #expect(index.entries[7].id == "moon-07")
    #expect(index.count(of: "test") == 40)
    #expect(index.count(of: "labelled") == 18)
    #expect(index.warnings.isEmpty)
    let points = TwoMoons.generate(samples: 100, noise: 0.1, seed: 7)
    var row = 0
    try source.read(index) { record in
      #expect(record.modalities[0]?.array.values(as: Float.self) == [Float(points[row].x)])
      #expect(record.modalities[1]?.array.values(as: Float.self) == [Float(points[row].y)])
      #expect(record.entry.label.number == points[row].label)
      row += 1
    }
    #expect(row == 100)
  }

  @Test func classesMayBeNumberedTheOtherWay() throws {
    let source = TwoMoonsSource(
      samples: 10, noise: 0, seed: 1, classes: ["1", "0"],
      split: .shares(test: 0.4, labelled: 0.5, seed: 1))
    let points = TwoMoons.generate(samples: 10, noise: 0, seed: 1)
    #expect(try source.index().entries.map(\.label.number) == points.map { 1 - $0.label })
  }
}
