import Arrays
import Dataflow
import Foundation
import Shards
import Testing

@testable import Work

@Suite struct AlignJoinTests {
  private typealias Modality = AlignBench.Modality
  private typealias Sample = AlignBench.Sample
  private typealias Values = AlignBench.Values

  private func picture(_ number: Int) -> Values {
    Values(NumberArray((0..<12).map { UInt8((number * 7 + $0) % 256) }, shape: [2, 2, 3]))
  }

  private func feature(_ number: Int) -> Values {
    Values(NumberArray([Float16(number), Float16(number) / 2], shape: [2]))
  }

  private let pictures = Modality(
    "rgb", .uint8, [2, 2, 3], axes: ["height", "width", "channel"], scale: 1 / 255.0)
  private let features = Modality("face", .float16, [2], axes: ["feature"])

  @Test func oneOrderKeepsThatOfEveryInput() {
    #expect(
      JoinedSamples.merged([["a", "b", "c"], ["a", "x", "c", "y"]]) == ["a", "x", "b", "c", "y"])
    #expect(
      JoinedSamples.merged([["a", "b"], ["z", "b", "a"], ["z", "q"]]) == ["z", "q", "a", "b"])
    #expect(JoinedSamples.merged([[], ["b", "a"]]) == ["b", "a"])
    #expect(JoinedSamples.merged([]).isEmpty)
  }

  /// Property: whatever the order of samples and inputs, every id has the same values.
  @Test func theOrderOfFilesAndSamplesDoesNotMatter() async throws {
    let bench = try AlignBench()
    let ids = (0..<40).map { "s\($0)" }
    func first(_ order: [Int]) -> [Sample] {
      order.map { Sample(ids[$0], .unlabelled, ["rgb": picture($0)]) }
    }
    func second(_ order: [Int]) -> [Sample] {
      order.map { Sample(ids[$0], .unlabelled, ["face": feature($0)]) }
    }
    let sorted = Array(0..<40)
    // 37 is in one of them alone, 3 in the other.
    try bench.write("one", [pictures], first(sorted.filter { $0 != 3 }), samplesPerChunk: 4)
    try bench.write("two", [features], second(sorted.filter { $0 != 37 }), samplesPerChunk: 7)
    let mixed = sorted.map { ($0 * 23 + 5) % 40 }
    try bench.write("three", [features], second(mixed.filter { $0 != 37 }), samplesPerChunk: 3)
    try bench.write("four", [pictures], first(mixed.filter { $0 != 3 }.reversed()))
    let keys = #"{"missing": "keep"}"#
    let plain = try await bench.align(["one", "two"], keys, to: "a")
    #expect(plain.failures == [])
    #expect(plain.warnings.first?.hasPrefix("1 unlabelled sample misses 'face'") == true)
    for (name, inputs) in [
      ("b", ["one", "three"]), ("c", ["four", "two"]), ("d", ["four", "three"]),
    ] {
      let other = try await bench.align(inputs, keys, to: name)
      #expect(other.failures == [])
      #expect(try other.values("rgb") == plain.values("rgb"))
      #expect(try other.values("face") == plain.values("face"))
      #expect(try other.cells("/samples/content") == plain.cells("/samples/content"))
      #expect(
        try other.cells("/modalities/face/present") == plain.cells("/modalities/face/present"))
    }
    #expect(try plain.output.manifest.modalities.map(\.type) == [.uint8, .float16])
    #expect(try plain.values("rgb")["s5"] == picture(5).array.bytes)
    #expect(try plain.values("face")["s37"] == [0, 0, 0, 0])
    // Nothing is left of the file that brought samples into one order.
    let left = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path("d"))
    #expect(!left.contains { $0.hasPrefix(".join") })
  }

  @Test func theSameShardsComeOutWhateverTheThreads() async throws {
    let bench = try AlignBench()
    let video = Modality(
      "video", .uint8, [nil, 32, 32, 3], axes: ["time", "height", "width", "channel"], rate: 10)
    let sound = Modality("sound", .float32, [nil, 1], axes: ["time", "channel"], rate: 1000)
    let samples = (0..<12).map { number in
      Sample(
        "s\(number)", number % 3 == 0 ? .labelled : .unlabelled,
        [
          "video": Values(
            NumberArray(
              (0..<30 * 3072).map { UInt8(($0 * 31 + number * 7) % 251) }, shape: [30, 32, 32, 3])),
          "sound": Values(
            NumberArray((0..<3000).map { Float(($0 * 17 + number) % 97) }, shape: [3000, 1]),
            start: 0.01),
        ])
    }
    try bench.write("raw", [video, sound], samples)
    let keys = #"""
      {"window": {"length": 1, "hop": 0.5}, "space": {"modalities": ["video"], "size": [12, 12]},
        "time": {"sound": {"policy": "linear", "rate": 300}, "video": {"policy": "sample", "frames": 4}},
        "standardise": "all"}
      """#
    var manifests: [Manifest] = []
    for threads in [1, 2, 5] {
      let outcome = try await bench.align(["raw"], keys, threads: threads)
      #expect(outcome.failures == [])
      manifests.append(try outcome.output.manifest)
    }
    #expect(manifests[0].samples == 12 * 4)
    #expect(manifests[1] == manifests[0])
    #expect(manifests[2] == manifests[0])
  }

  /// A crash after one split: its shard is kept, and the rest comes to the same bits.
  @Test func goesOnAfterWholeShards() async throws {
    let bench = try AlignBench()
    let samples = (0..<30).map {
      Sample("s\($0)", [.labelled, .unlabelled, .test][$0 % 3], ["face": feature($0)])
    }
    try bench.write("raw", [features], samples)
    let keys = #"{"standardise": {"splits": ["labelled", "unlabelled"]}}"#
    let whole = try await bench.align(["raw"], keys)
    let before = try whole.output.manifest
    let kept = "\(whole.directory)/labelled-00000.h5"
    func stamp() throws -> Date? {
      try FileManager.default.attributesOfItem(atPath: kept)[.modificationDate] as? Date
    }
    let written = try stamp()
    for name in ["manifest.json", "unlabelled-00000.h5", "test-00000.h5"] {
      try FileManager.default.removeItem(atPath: "\(whole.directory)/\(name)")
    }
    let again = try await bench.align(["raw"], keys)
    #expect(again.failures == [])
    #expect(try again.output.manifest == before)
    #expect(try stamp() == written)
  }

  @Test func labelsAndGroupsAreCarriedAndSealedOnesStaySealed() async throws {
    let bench = try AlignBench()
    let classes = ["cat", "dog", "cow"]
    try bench.write(
      "one", [features],
      [
        Sample("a", .labelled, ["face": feature(1)], label: 2, group: "anna"),
        Sample("b", .unlabelled, ["face": feature(2)], label: 1, group: "ben"),
        Sample("c", .unlabelled, ["face": feature(3)], label: nil, group: ""),
      ], classes: classes)
    try bench.write(
      "two", [pictures],
      [
        Sample("c", .unlabelled, ["rgb": picture(3)], classes: [1, 0, 1], group: "carl"),
        Sample("b", .unlabelled, ["rgb": picture(2)], classes: nil, group: "ben"),
        Sample("a", .labelled, ["rgb": picture(1)], classes: [0, 0, 1], group: "anna"),
      ], classes: classes)
    let outcome = try await bench.align(["one", "two"])
    #expect(outcome.failures == [])
    func numbers(_ path: String, _ split: Split) throws -> [String: [Int32]] {
      try outcome.cells(path, of: split).mapValues {
        ElementConversion.values(of: $0, .int32, as: Int32.self)
      }
    }
    #expect(try numbers("/labels/class", .labelled) == ["a": [2]])
    #expect(try numbers("/sealed/class", .unlabelled) == ["b": [1], "c": [-1]])
    #expect(try outcome.cells("/labels/classes", of: .labelled) == ["a": [0, 0, 1]])
    #expect(
      try outcome.cells("/sealed/classes") == ["b": [255, 255, 255], "c": [1, 0, 1]])
    let groups = try outcome.output.readAll(["/samples/id", "/samples/group"], of: "unlabelled")
    #expect(groups["/samples/group"]?.texts == ["ben", "carl"])
    #expect(throws: (any Error).self) {
      try outcome.output.readAll(["/sealed/classes"], of: "unlabelled")
    }
    try bench.write(
      "three", [pictures],
      [Sample("b", .unlabelled, ["rgb": picture(2)], group: "bert")], classes: classes)
    let other = try await bench.align(["one", "three"], #"{"missing": "keep"}"#, to: "other")
    #expect(other.failures.map(\.subject) == ["sample 'b'"])
    #expect(
      other.failures.map(\.message) == [
        "it belongs to the group 'bert' in 'three' and to 'ben' before"
      ])
  }

  @Test func aSampleInTwoSplitsIsRefused() async throws {
    let bench = try AlignBench()
    try bench.write("one", [features], [Sample("a", .labelled, ["face": feature(1)])])
    try bench.write("two", [pictures], [Sample("a", .test, ["rgb": picture(1)])])
    let outcome = try await bench.align(["one", "two"])
    #expect(outcome.failures.map(\.message) == ["it is labelled in 'one' and test in 'two'"])
    try bench.write(
      "three", [pictures],
      [Sample("a", .labelled, ["rgb": picture(1)]), Sample("a", .labelled, [:])])
    let twice = try await bench.align(["one", "three"], to: "twice")
    #expect(twice.failures.map(\.message) == ["it is twice in 'three'"])
  }

  @Test func everyModalityThatIsMissingIsCounted() async throws {
    let bench = try AlignBench()
    try bench.write(
      "raw", [pictures, features],
      [
        Sample("a", .labelled, ["rgb": picture(1), "face": feature(1)]),
        Sample("b", .labelled, ["rgb": picture(2)]), Sample("c", .test, ["rgb": picture(3)]),
        Sample("d", .test, [:]), Sample("e", .test, ["rgb": picture(4), "face": feature(4)]),
      ])
    let outcome = try await bench.align(["raw"], #"{"missing": "drop"}"#)
    let report = try outcome.report
    #expect(report.samples == 5 && report.matched == 2 && report.aligned == 2)
    #expect(report.missing == ["labelled": ["face": 1], "test": ["face": 2, "rgb": 1]])
    #expect(
      report.dropped == ["labelled": ["lacks face": 1], "test": ["lacks face": 2, "lacks rgb": 1]])
    #expect(report.examples == ["b", "c", "d"])
    #expect(report.modalities.map(\.recordings) == [4, 2])
  }

  /// Statistics are of scaled values, of samples that are there, of steps that are valid.
  @Test func statisticsAreOfScaledValidValues() async throws {
    let bench = try AlignBench()
    let sound = Modality(
      "sound", .int16, [nil, 1], axes: ["time", "channel"], rate: 4, scale: 0.5)
    func steps(_ values: [Int16]) -> Values {
      Values(NumberArray(values, shape: [values.count, 1]))
    }
    try bench.write(
      "raw", [sound, features],
      [
        Sample("a", .labelled, ["sound": steps([2, 4, 6, 8]), "face": feature(1)]),
        Sample("b", .labelled, ["face": feature(2)]),
        Sample("c", .labelled, ["sound": steps([10, 12]), "face": feature(3)]),
      ])
    let outcome = try await bench.align(
      ["raw"],
      #"""
      {"missing": "keep", "window": {"length": 1, "partial": "pad"},
        "standardise": {"modalities": ["sound"], "splits": ["labelled"]}}
      """#)
    #expect(outcome.failures == [])
    let manifest = try outcome.output.manifest
    let statistics = try #require(manifest.modalities.first?.standardisation)
    #expect(statistics.mean == [3.5])
    #expect(statistics.count == 6)
    #expect(manifest.modalities.map(\.scale) == [0.5, nil])
    #expect(try outcome.valid("sound", of: .labelled)["c"] == [1, 1, 0, 0])
    #expect(try outcome.valid("sound", of: .labelled)["b"] == [0, 0, 0, 0])
    #expect(manifest.modalities[1].standardisation == nil)
  }
}
