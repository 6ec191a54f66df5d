import Foundation

/// Two interleaving half circles: the distribution of scikit-learn's `make_moons`.
///
/// The upper moon (class 0) is (cos t, sin t), the lower one (class 1) is (1 − cos t, ½ − sin t),
/// each with t in equal steps from 0 to π; shuffled, with Gaussian noise on both coordinates. The
/// random stream is not scikit-learn's, so the points of a seed differ from its points.
public enum TwoMoons {
  /// - Parameters:
  ///   - samples: of both moons together; the lower one has the odd sample.
  ///   - noise: standard deviation.
  public static func generate(
    samples: Int, noise: Double, seed: UInt64
  ) -> [(x: Double, y: Double, label: Int)] {
    let upper = samples / 2
    let lower = samples - upper
    var points: [(x: Double, y: Double, label: Int)] = []
    points.reserveCapacity(samples)
    for t in angles(upper) { points.append((cos(t), sin(t), 0)) }
    for t in angles(lower) { points.append((1 - cos(t), 1 - sin(t) - 0.5, 1)) }
    var generator = SeededGenerator(seed: seed)
    generator.shuffle(&points)
    if noise > 0 {
      for index in points.indices {
        points[index].x += noise * generator.normal()
        points[index].y += noise * generator.normal()
      }
    }
    return points
  }

  private static func angles(_ count: Int) -> [Double] {
    guard count > 1 else { return Array(repeating: 0, count: count) }
    return (0..<count).map { .pi * Double($0) / Double(count - 1) }
  }
}
