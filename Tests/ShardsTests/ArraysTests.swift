import Arrays
import Diagnostics
import TestSupport
import Testing

@testable import Shards

@Suite struct ArraysTests {
  @Test(arguments: Compression.allCases)
  func arraysComeBack(_ compression: Compression) throws {
    let folder = try TemporaryFolder()
    let writer = try OutputWriter(folder.path, header: Example.header("model"))
    let many = (0..<70_000).map { Float($0) * 0.001 }
    let arrays = [
      NamedArray("bias", [Float(1), 2, 3], shape: [3]),
      NamedArray("count", [Int64(5)], shape: []),
      NamedArray("encoder.torso.0.weight", many, shape: [7, 100, 100]),
      NamedArray("nothing", [Float](), shape: [0, 4]),
      NamedArray("running/mean", [Double.nan, -0.0], shape: [2, 1]),
    ]
    let attributes = [
      "description": String(repeating: "{\"kind\": \"mlp\"} ", count: 20_000), "empty": "",
      "variant": "mke",
    ]
    try writer.writeArrays(
      "mke-seed-0.h5", arrays.reversed(), attributes: attributes, compression: compression)
    try writer.finish(classes: ["a"], modalities: [], details: .null)
    let output = try Output(opening: folder.path)
    let found = try output.arrays(in: "mke-seed-0.h5")
    #expect(found.arrays == arrays)
    #expect(found.attributes == attributes)
    #expect(output.streams == [])
    #expect(output.manifest.samples == 0)
    #expect(try output.verify() == [])
    let missing = #expect(throws: Diagnostic.self) { try output.arrays(in: "mke-seed-1.h5") }
    #expect(missing?.mend == "did you mean 'mke-seed-0.h5'? (shards: mke-seed-0.h5)")
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let folder = try TemporaryFolder()
    let writer = try OutputWriter(folder.path, header: Example.header("model"))
    let shape = #expect(throws: Diagnostic.self) {
      try writer.writeArrays("a.h5", [NamedArray("w", [Float(1)], shape: [2])], attributes: [:])
    }
    #expect(shape?.message == "1 numbers for the shape [2]")
    let attribute = #expect(throws: Diagnostic.self) {
      try writer.writeArrays("a.h5", [], attributes: ["stage": "x"])
    }
    #expect(attribute?.message == "the attribute 'stage' belongs to every shard")
  }
}
