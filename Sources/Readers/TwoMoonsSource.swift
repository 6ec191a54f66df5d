import Diagnostics

/// The points of `TwoMoons` as samples `moon-000`, `moon-001`, …: modalities xa and xb.
public struct TwoMoonsSource: IngestSource {
  public var samples: Int
  public var noise: Double
  public var seed: UInt64
  public var classes: [String]
  public var split: SplitRule

  /// - Parameters:
  ///   - noise: standard deviation of the noise on both coordinates.
  ///   - classes: 0 (the upper moon) and 1 in the order that they are to be numbered in.
  public init(
    samples: Int, noise: Double, seed: UInt64, classes: [String] = ["0", "1"], split: SplitRule
  ) {
    self.samples = samples
    self.noise = noise
    self.seed = seed
    self.classes = classes
    self.split = split
  }

  public func index() throws -> SampleIndex {
    var builder = SampleIndexBuilder(subject: "two moons", classes: classes, labelColumn: "label")
    let digits = String(max(0, samples - 1)).count
    for (row, point) in points().enumerated() {
      let number = String(row)
      let id = "moon-" + String(repeating: "0", count: digits - number.count) + number
      try builder.add(
        .init(id: id, label: String(point.label), location: SourceLocation(file: id)))
    }
    return try builder.finish(split)
  }

  public func forms(of index: SampleIndex) -> [ModalityForm] {
    [
      ModalityForm(name: "xa", width: 1, isSeries: false, columns: ["x"]),
      ModalityForm(name: "xb", width: 1, isSeries: false, columns: ["y"]),
    ]
  }

  public func read(
    _ index: SampleIndex, as forms: [ModalityForm], _ body: (SampleOutcome) throws -> Void
  ) throws {
    let points = points()
    for entry in index.entries {
      let point = points[entry.row]
      try body(
        .sample(
          SampleRecord(
            entry: entry, modalities: [.init([Float(point.x)]), .init([Float(point.y)])])))
    }
  }

  private func points() -> [(x: Double, y: Double, label: Int)] {
    TwoMoons.generate(samples: samples, noise: noise, seed: seed)
  }
}
