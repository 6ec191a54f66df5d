import Arrays
import Dataflow
import Shards
import Testing

@testable import Work

@Suite struct AlignSpaceTests {
  private typealias Modality = AlignBench.Modality
  private typealias Sample = AlignBench.Sample
  private typealias Values = AlignBench.Values

  private let rgb = Modality("rgb", .uint8, [4, 6, 3], axes: ["height", "width", "channel"])
  private let depth = Modality("depth", .uint16, [4, 6, 1], axes: ["height", "width", "channel"])

  private func samples() -> [Sample] {
    [("a", Split.labelled), ("b", .unlabelled)].map { id, split in
      Sample(
        id, split,
        [
          "rgb": Values(
            NumberArray(
              (0..<24).flatMap { pixel in [UInt8](repeating: UInt8(pixel), count: 3) },
              shape: [4, 6, 3])),
          "depth": Values(
            NumberArray((0..<24).map { $0 % 6 == 2 ? UInt16(0) : 1000 }, shape: [4, 6, 1])),
        ], map: (0..<24).map { UInt8($0 % 6) })
    }
  }

  @Test func picturesDepthAndLabelMapsKeepLyingUponEachOther() async throws {
    let bench = try AlignBench()
    try bench.write("raw", [rgb, depth], samples(), mapSize: [4, 6], classes: ["x"])
    let outcome = try await bench.align(
      ["raw"],
      #"""
      {"space": {"modalities": ["rgb", "depth"], "size": [2, 2], "crop": "centre",
        "filter": "bilinear", "invalid": {"depth": 0}}}
      """#)
    #expect(outcome.failures == [])
    // Columns 1 to 4 of 6, by 2.
    #expect(
      try outcome.values("rgb")["b"]?.enumerated().filter { $0.offset % 3 == 0 }.map(\.element) == [
        5, 7, 17, 19,
      ])
    #expect(
      ElementConversion.values(
        of: try outcome.values("depth")["b"] ?? [], .uint16, as: UInt16.self)
        == [1000, 1000, 1000, 1000])
    #expect(try outcome.cells("/sealed/map", of: .unlabelled)["b"] == [2, 4, 2, 4])
    #expect(try outcome.cells("/labels/map", of: .labelled)["a"] == [2, 4, 2, 4])
    #expect(throws: (any Error).self) {
      try outcome.output.readAll(["/sealed/map"], of: "unlabelled")
    }
    let manifest = try outcome.output.manifest
    #expect(manifest.modalities.map(\.shape) == [[2, 2, 3], [2, 2, 1]])
  }

  @Test func picturesAndLabelMapsAreCutIntoTiles() async throws {
    let bench = try AlignBench()
    try bench.write("raw", [rgb, depth], samples(), mapSize: [4, 6], classes: ["x"])
    let outcome = try await bench.align(
      ["raw"],
      #"{"space": {"modalities": ["rgb", "depth"], "tiles": {"size": [2, 3], "hop": [2, 2]}}}"#)
    #expect(outcome.failures == [])
    let rgb = try outcome.values("rgb")
    func tile(_ id: String) -> [UInt8]? {
      rgb[id]?.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
    }
    #expect(rgb.keys.sorted() == ["b#0", "b#1", "b#2", "b#3"])
    #expect(tile("b#0") == [0, 1, 2, 6, 7, 8])
    #expect(tile("b#3") == [14, 15, 16, 20, 21, 22])
    let maps = try outcome.cells("/sealed/map", of: .unlabelled)
    #expect(maps["b#1"] == [2, 3, 4, 2, 3, 4])
    let places = try outcome.output.readAll(["/samples/top", "/samples/left"], of: "unlabelled")
    let top: [Int32] = try #require(places["/samples/top"]).values(as: Int32.self)
    let left: [Int32] = try #require(places["/samples/left"]).values(as: Int32.self)
    #expect(top == [0, 0, 2, 2])
    #expect(left == [0, 2, 0, 2])
    #expect(
      outcome.warnings.contains {
        $0.contains("the lowest 0 rows and the rightmost 1 columns of every picture are in no tile")
      })
  }

  @Test func tilesAreOfTheResizedPictureAndOfEveryWindow() async throws {
    let bench = try AlignBench()
    let video = Modality(
      "video", .uint8, [nil, 4, 4, 1], axes: ["time", "height", "width", "channel"], rate: 2)
    let frames = (0..<64).map { (pixel: Int) in UInt8(pixel / 16 * 16 + pixel % 16 / 8 * 4) }
    try bench.write(
      "raw", [video],
      [Sample("a", .unlabelled, ["video": Values(NumberArray(frames, shape: [4, 4, 4, 1]))])])
    let outcome = try await bench.align(
      ["raw"],
      #"""
      {"window": {"length": 1},
       "space": {"modalities": ["video"], "size": [2, 2], "filter": "area", "tiles": {"size": [1, 2]}}}
      """#)
    #expect(outcome.failures == [])
    #expect(
      try outcome.values("video") == [
        "a#0": [0, 0, 16, 16], "a#1": [4, 4, 20, 20], "a#2": [32, 32, 48, 48],
        "a#3": [36, 36, 52, 52],
      ])
  }

  @Test func labelMapsBecomeListsOfWhatTheyShow() async throws {
    let bench = try AlignBench()
    var samples = samples()
    let soil = [UInt8](repeating: 0, count: 11)
    samples[0].map = soil + [1] + [UInt8](repeating: 2, count: 12)
    samples[1].map = (0..<24).map { (pixel: Int) -> UInt8 in
      pixel < 3 ? 1 : pixel % 6 < 3 ? 255 : 0
    }
    try bench.write(
      "raw", [rgb, depth], samples, mapSize: [4, 6], classes: ["soil", "crop", "weed"])
    let outcome = try await bench.align(
      ["raw"],
      #"""
      {"space": {"modalities": ["rgb", "depth"], "tiles": {"size": [4, 3]}},
       "labels": {"present": ["weed", "crop"], "min-share": 0.1}}
      """#)
    #expect(outcome.failures == [])
    // One of the twelve pixels of a#1 is a crop: less than a tenth.
    #expect(
      try outcome.cells("/labels/classes", of: .labelled) == ["a#0": [1, 0], "a#1": [1, 0]])
    #expect(
      try outcome.cells("/sealed/classes", of: .unlabelled) == ["b#0": [0, 1], "b#1": [0, 0]])
    let manifest = try outcome.output.manifest
    #expect(manifest.task == .multiLabel)
    #expect(manifest.classes == ["weed", "crop"])
    let wrong = try await bench.align(
      ["raw"], #"{"labels": {"present": ["wead"], "min-share": 0.1}}"#)
    #expect(wrong.failures.map(\.subject) == ["class 'wead'"])
    #expect(wrong.failures.allSatisfy { $0.mend?.contains("did you mean 'weed'") ?? false })
  }

  @Test func everyFrameOfAVideoIsResized() async throws {
    let bench = try AlignBench()
    let video = Modality(
      "video", .uint8, [nil, 4, 4, 1], axes: ["time", "height", "width", "channel"], rate: 2)
    let frames = (0..<6).flatMap { [UInt8](repeating: UInt8($0 * 10), count: 16) }
    try bench.write(
      "raw", [video],
      [Sample("a", .unlabelled, ["video": Values(NumberArray(frames, shape: [6, 4, 4, 1]))])])
    let outcome = try await bench.align(
      ["raw"],
      #"""
      {"window": {"length": 1}, "space": {"modalities": ["video"], "size": [1, 2], "filter": "area"}}
      """#)
    #expect(outcome.failures == [])
    #expect(
      try outcome.values("video") == [
        "a#0": [0, 0, 10, 10], "a#1": [20, 20, 30, 30], "a#2": [40, 40, 50, 50],
      ])
    #expect(try outcome.output.manifest.modalities[0].shape == [2, 1, 2, 1])
  }

  @Test func depthIsRegisteredToThePicture() async throws {
    let bench = try AlignBench()
    try bench.write("raw", [rgb, depth], samples(), mapSize: [4, 6], classes: ["x"])
    let outcome = try await bench.align(
      ["raw"],
      #"""
      {"space": {"modalities": ["rgb", "depth"], "filter": "nearest", "invalid": {"depth": 0},
        "register": {"depth": [[1, 0, 2], [0, 1, 0]]}}}
      """#)
    #expect(outcome.failures == [])
    let found = ElementConversion.values(
      of: try outcome.values("depth")["b"] ?? [], .uint16, as: UInt16.self)
    #expect(Array(found.prefix(6)) == [0, 1000, 1000, 1000, 0, 0])
    #expect(try outcome.values("rgb")["b"]?.count == 72)
    #expect(try outcome.report.modalities[1].emptyPixels == 8.0 / 24)
    #expect(outcome.warnings.contains { $0.contains("of its pixels are outside") })
  }

  @Test func whatIsNoPictureIsRefused() async throws {
    let bench = try AlignBench()
    let sound = Modality("sound", .int16, [8, 2], axes: ["time", "channel"])
    try bench.write(
      "raw", [sound],
      [
        Sample(
          "a", .unlabelled,
          ["sound": Values(NumberArray([Int16](repeating: 0, count: 16), shape: [8, 2]))])
      ])
    let outcome = try await bench.align(
      ["raw"], #"{"space": {"modalities": ["sound"], "size": [2, 2]}}"#)
    #expect(
      outcome.failures.map(\.message) == ["it holds no pictures: its axes are time, channel"])
    try bench.write("pictures", [rgb, depth], samples(), mapSize: [4, 6], classes: ["x"])
    let outside = try await bench.align(
      ["pictures"],
      #"{"space": {"modalities": ["rgb"], "crop": {"height": 4, "width": 4, "left": 3}}}"#,
      to: "outside")
    #expect(
      outside.failures.map(\.message) == [
        "rows 0 to 3 and columns 3 to 6 are not all inside 'rgb' of 4 × 6 pixels"
      ])
  }
}
