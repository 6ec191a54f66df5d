import Arrays
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Shards

@Suite struct OutputWriterTests {
  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test func filesAppearWhenTheyAreWhole() throws {
    let folder = try TemporaryFolder()
    let field = Example.field()
    let writer = try OutputWriter(folder.path, header: Example.header())
    let stream = try writer.stream(
      "test", fields: Example.identity + [field, Example.classes], compression: .zstd,
      samplesPerChunk: 8)
    try stream.append(Example.columns(field, 0..<50))
    #expect(try names(folder.path).allSatisfy { $0.hasPrefix(".") })
    #expect(throws: Diagnostic.self) {
      try writer.finish(classes: nil, modalities: [], details: .null)
    }
    try stream.close()
    #expect(try names(folder.path) == ["test-00000.h5"])
    let unfinished = #expect(throws: Diagnostic.self) { try Output(opening: folder.path) }
    #expect(
      unfinished?.description == """
        \(folder.path)/manifest.json: error: there is no manifest: the output is not finished, \
        or this is none
          mend: run the pipeline again; it continues from what is whole
        """)
    try writer.writeFile("metrics.json", Array("{}".utf8))
    try writer.finish(classes: nil, modalities: [], details: .null)
    #expect(try names(folder.path) == ["manifest.json", "metrics.json", "test-00000.h5"])
    let output = try Output(opening: folder.path)
    #expect(output.manifest.files.map(\.file) == ["metrics.json"])
    #expect(output.manifest.files.map(\.bytes) == [2])
    #expect(try output.verify() == [])
  }

  @Test func anAbandonedStreamLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let writer = try OutputWriter(folder.path, header: Example.header())
    try {
      let field = Example.field()
      let stream = try writer.stream(
        "test", fields: Example.identity + [field, Example.classes], compression: .none,
        samplesPerChunk: 8)
      try stream.append(Example.columns(field, 0..<50))
    }()
    #expect(try names(folder.path) == [])
  }

  @Test func tornFilesOfAnEarlierAttemptAreRemoved() throws {
    let folder = try TemporaryFolder()
    try folder.write(".test-00000.h5.tmp-12-ab", "half a shard")
    try folder.write("checkpoint.bin", "not ours")
    _ = try OutputWriter(folder.path, header: Example.header())
    #expect(try names(folder.path) == ["checkpoint.bin"])
  }

  /// The bits are those of an undisturbed run.
  @Test func anEarlierAttemptIsContinued() throws {
    let folder = try TemporaryFolder()
    let field = Example.field(.float32, isRagged: true)
    let fields = Example.identity + [field, Example.classes]
    let whole = try Example.write(
      folder.path("whole"), field, samples: 300, bytesPerShard: 4096)
    #expect(whole.shards.count > 3)

    let first = try OutputWriter(folder.path("torn"), header: Example.header())
    let torn = try first.stream(
      "labelled", fields: fields, compression: .zstd, samplesPerChunk: 8,
      bytesPerShard: 4096)
    #expect(try torn.resume() == 0)
    try torn.append(Example.columns(field, 0..<200))

    let second = try OutputWriter(folder.path("torn"), header: Example.header())
    let stream = try second.stream(
      "labelled", fields: fields, compression: .zstd, samplesPerChunk: 8,
      bytesPerShard: 4096)
    let kept = try stream.resume()
    #expect(kept > 0)
    #expect(kept < 200)
    try stream.append(Example.columns(field, kept..<300))
    try stream.close()
    let manifest = try second.finish(
      classes: whole.classes, modalities: whole.modalities, details: whole.details)
    #expect(manifest == whole)
  }

  @Test func damagedShardsOfAnEarlierAttemptAreNotKept() throws {
    let folder = try TemporaryFolder()
    let field = Example.field()
    try Example.write(folder.path, field)
    let path = folder.path("labelled-00000.h5")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let same = try OutputWriter(folder.path, header: Example.header())
    #expect(same.isFinished("labelled-00000.h5"))
    #expect(!same.isFinished("labelled-00001.h5"))
    var other = Example.header()
    other.fingerprint = "4567"
    #expect(try !OutputWriter(folder.path, header: other).isFinished("labelled-00000.h5"))

    let packed = try #require(bytes.range(of: Data([0x28, 0xB5, 0x2F, 0xFD])))
    bytes[packed.lowerBound + 20] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    let writer = try OutputWriter(folder.path, header: Example.header())
    #expect(!writer.isFinished("labelled-00000.h5"))
    let stream = try writer.stream(
      "labelled", fields: Example.identity + [field, Example.classes], compression: .zstd)
    #expect(try stream.resume() == 0)
  }

  @Test func networksAreWrittenFromSeveralThreads() throws {
    let folder = try TemporaryFolder()
    let writer = try OutputWriter(folder.path, header: Example.header("model"))
    DispatchQueue.concurrentPerform(iterations: 8) { seed in
      let values = (0..<12).map { Float($0 * (seed + 1)) }
      #expect(throws: Never.self) {
        try writer.writeArrays(
          "mke-seed-\(seed).h5", [NamedArray("head.weight", values, shape: [3, 4])],
          attributes: ["variant": "mke"])
        try writer.writeFile("log-\(seed).txt", [UInt8(seed)])
      }
    }
    try writer.finish(classes: nil, modalities: [], details: .null)
    let output = try Output(opening: folder.path, schema: "model")
    #expect(output.manifest.shards.count == 8)
    #expect(output.manifest.files.count == 8)
    for seed in 0..<8 {
      let arrays = try output.arrays(in: "mke-seed-\(seed).h5").arrays
      #expect(arrays[0].values(as: Int32.self) == (0..<12).map { Int32($0 * (seed + 1)) })
    }
    #expect(try output.verify() == [])
  }

  @Test func columnsThatDoNotFitAreRefused() throws {
    let folder = try TemporaryFolder()
    let field = Example.field(.float32)
    let ragged = FieldDescription("/modalities/sound/data", .number(.int16), shape: [nil])
    let writer = try OutputWriter(folder.path, header: Example.header())
    let stream = try writer.stream(
      "test", fields: Example.identity + [field, ragged], compression: .zstd)
    func message(_ path: String, _ column: Column?) -> String? {
      var columns = Example.identity(0..<2)
      columns[field.path] = Example.column(field, 0..<2)
      columns[ragged.path] = Column([Int16](repeating: 1, count: 5), count: 2, lengths: [2, 3])
      columns[path] = column
      do {
        try stream.append(columns)
        return nil
      } catch {
        return (error as? Diagnostic)?.message
      }
    }
    #expect(message(field.path, Example.column(field, 0..<2)) == nil)
    #expect(message(field.path, nil) == "no values were given for this field")
    #expect(
      message(field.path, Column([Int32](repeating: 0, count: 24), count: 2))
        == "holds int32, float32 wanted")
    #expect(
      message(field.path, Column([Float](repeating: 0, count: 23), count: 2))
        == "23 numbers, but 2 rows of 12 were said")
    #expect(
      message(field.path, Example.column(field, 0..<3))
        == "3 samples, but '/samples/id' has 2 of them")
    #expect(
      message(ragged.path, Column([Int16](repeating: 1, count: 5), count: 2))
        == "a ragged field needs the number of steps of each sample")
    #expect(
      message(ragged.path, Column([Int16](repeating: 1, count: 5), count: 2, lengths: [2, 2]))
        == "5 numbers, but 4 rows of 1 were said")
    #expect(
      message("/samples/id", Column(texts: ["a\0", "b"]))
        == "a text holds the character NUL, which shards cannot store")
    #expect(
      message("/modalities/soundd/data", Column(texts: []))
        == "stream 'test' has no field '/modalities/soundd/data'")
  }

  @Test func fieldsThatBreakTheSchemaAreRefused() throws {
    let folder = try TemporaryFolder()
    func faults(_ schema: String, _ fields: [FieldDescription]) throws -> [String] {
      let writer = try OutputWriter(folder.path, header: Example.header(schema))
      do {
        _ = try writer.stream("test", fields: fields, compression: .zstd)
        return []
      } catch {
        return Diagnostic.all(of: error, subject: "").map(\.message)
      }
    }
    #expect(
      try faults("samples", [Example.identity[0], Example.field()])
        == ["missing; schema 'samples' requires it"])
    #expect(
      try faults("aligned-samples", Example.identity + [Example.field(isRagged: true)])
        == ["samples differ in length, the schema wants one shape"])
    #expect(
      try faults(
        "predictions",
        Example.identity + [FieldDescription("/predictions/logits", .number(.float64))])
        == ["holds float64, the schema wants float16 or float32"])
    #expect(
      try faults(
        "predictions",
        Example.identity
          + [FieldDescription("/predictions/logits", .number(.float32), shape: [2])])
        == [
          "one sample has the shape [2], the schema wants 2 axes: [seed, class] or 4 axes: "
            + "[seed, class, height, width]"
        ])
    for (type, shape) in [(ElementType.float32, [2, 3]), (.float16, [2, 3, 4, 5])] {
      #expect(
        try faults(
          "predictions",
          Example.identity
            + [FieldDescription("/predictions/logits", .number(type), shape: shape)]) == [])
    }
    #expect(
      try faults(
        "pseudo-labels",
        Example.identity + [
          FieldDescription("/pseudo/confidence", .number(.float16), shape: [1, 4, 5]),
          FieldDescription("/pseudo/kept", .number(.uint8), shape: [1, 4, 5]),
        ])
        == [
          "missing; schema 'pseudo-labels' requires one of /pseudo/label, /pseudo/classes, "
            + "/pseudo/map, /pseudo/value"
        ])
    // Values have a spread in place of a confidence.
    let values = [
      FieldDescription("/pseudo/value", .number(.float32), shape: [3, 2]),
      FieldDescription("/pseudo/kept", .number(.uint8), shape: [3, 2]),
    ]
    #expect(
      try faults(
        "pseudo-labels",
        Example.identity + values + [
          FieldDescription("/pseudo/spread", .number(.float32), shape: [2])
        ]) == [])
    #expect(
      try faults("pseudo-labels", Example.identity + values) == [
        "missing; schema 'pseudo-labels' requires one of /pseudo/confidence, /pseudo/spread"
      ])
    #expect(
      try faults(
        "predictions",
        Example.identity
          + [FieldDescription("/predictions/values", .number(.float32), shape: [3, 2])]) == [])
    #expect(
      try faults(
        "samples", Example.identity + [Example.field(), FieldDescription("/extra", .text)])
        == ["schema 'samples' has no such data set"])
    let unknown = #expect(throws: Diagnostic.self) {
      try OutputWriter(folder.path, header: Example.header("sample"))
    }
    #expect(unknown?.mend?.hasPrefix("did you mean 'samples'?") == true)
  }
}
