import Arrays
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Shards

/// What happens to shards after they were written.
@Suite struct DamageTests {
  let folder: TemporaryFolder
  let field = Example.field(.int16, isRagged: true, isShuffled: true)
  let mend = "rerun stage 'moons' with --force moons"

  init() throws { folder = try TemporaryFolder() }

  private var shard: URL { folder.url.appendingPathComponent("labelled-00000.h5") }

  /// Reads all fields of all samples; `nil` when that is refused with a diagnostic.
  private func readAll() throws -> [String: Column]? {
    do {
      let output = try Output(opening: folder.path)
      let paths = try output.fields(of: "labelled").map(\.path)
      return try output.readAll(
        paths, of: "labelled", options: ReadOptions(includesSealed: true))
    } catch let diagnostic as Diagnostic {
      #expect(diagnostic.subject.hasPrefix(shard.path))
      #expect(diagnostic.mend != nil, "\(diagnostic)")
      return nil
    }
  }

  @Test(arguments: Compression.allCases)
  func everyFlippedBitIsFound(_ compression: Compression) throws {
    try Example.write(folder.path, field, samples: 60, compression: compression)
    let whole = try Data(contentsOf: shard)
    let truth = try readAll()
    #expect(truth != nil)
    var generator = SplitMix64(seed: 5)
    var refused = 0
    for _ in 0..<200 {
      var bytes = whole
      let place = Int(generator.next() % UInt64(bytes.count))
      bytes[place] ^= 1 << UInt8(generator.next() % 8)
      // A new file: HDF5 would take what it still knows of one that changes while it is open.
      try bytes.write(to: shard, options: .atomic)
      let output = try Output(opening: folder.path)
      let found = try output.verify()
      #expect(
        found.contains {
          $0.message == "is damaged: its SHA-256 is not that of the manifest" && $0.mend == mend
        })
      // What a read returns is right, or the read is refused.
      if let columns = try readAll() {
        #expect(columns == truth, "byte \(place)")
      } else {
        refused += 1
        #expect(found.count > 1, "byte \(place)")
      }
    }
    #expect(refused > 40)
  }

  @Test func theDamagedSamplesAreNamed() throws {
    try Example.write(folder.path, Example.field(.uint8), samples: 60)
    var bytes = try Data(contentsOf: shard)
    let output = try Output(opening: folder.path)
    let frame = try output.packedChunks(of: "/modalities/torso/data", in: "labelled")[2]
    bytes[Int(frame.offset) + frame.size - 1] ^= 0x10
    try bytes.write(to: shard)

    let found = try output.verify()
    #expect(
      found.map(\.description) == [
        """
        \(shard.path): error: is damaged: its SHA-256 is not that of the manifest
          mend: \(mend)
        """,
        """
        \(shard.path):/modalities/torso/data: error: samples 16…23 are damaged: \
        Restored data doesn't match checksum
          mend: \(mend)
        """,
      ])
    // The samples before it can still be read; then the error comes, and stays.
    let samples = try output.read(["/modalities/torso/data"], of: "labelled")
    #expect(try samples.next()?.indices == Array(0..<8))
    #expect(try samples.next()?.indices == Array(8..<16))
    for _ in 0..<2 {
      let error = #expect(throws: Diagnostic.self) { try samples.next() }
      #expect(error == found[1])
    }
    // Fields that are whole stay readable.
    #expect(try output.readAll(["/samples/id"], of: "labelled")["/samples/id"]?.count == 60)
  }

  @Test(arguments: Compression.allCases)
  func aTruncatedShardIsRefused(_ compression: Compression) throws {
    try Example.write(folder.path, field, samples: 60, compression: compression)
    let output = try Output(opening: folder.path)
    let whole = try Data(contentsOf: shard)
    for length in [0, 1, 7, 48, 100, whole.count / 2, whole.count - 100, whole.count - 1] {
      try whole.prefix(length).write(to: shard)
      let error = #expect(throws: Diagnostic.self) { try Output(opening: folder.path) }
      #expect(
        error?.description == """
          \(shard.path): error: is damaged: \(length) bytes, manifest says \(whole.count)
            mend: \(mend)
          """)
      // Cut off after it was opened.
      #expect(throws: Diagnostic.self) { try output.readAll([field.path], of: "labelled") }
      #expect(try output.verify().count > 1)
    }
    try FileManager.default.removeItem(at: shard)
    let error = #expect(throws: Diagnostic.self) { try Output(opening: folder.path) }
    #expect(error?.description == "\(shard.path): error: missing\n  mend: \(mend)")
    #expect(try output.verify().isEmpty == false)
    // Something else under its name, of the right size.
    try Data(repeating: 7, count: whole.count).write(to: shard)
    #expect(try readAll() == nil)
  }

  @Test func aManifestThatDoesNotFitIsRefused() throws {
    let field = Example.field()
    let written = try Example.write(folder.path, field, samples: 60)
    func message(_ change: (inout Manifest) -> Void) throws -> String? {
      var manifest = written
      change(&manifest)
      try manifest.encoded().write(
        to: folder.url.appendingPathComponent(Manifest.fileName))
      let output = try Output(opening: folder.path)
      let found = try output.verify()
      let error = #expect(throws: Diagnostic.self) {
        try output.readAll([field.path], of: "labelled")
      }
      #expect(found == error.map { [$0] })
      return error.map { String($0.description.dropFirst(shard.path.count)) }
    }
    #expect(
      try message { $0.modalities[0].shape = [nil, 80] } == """
        :/modalities/torso/data: error: shape [4, 3], manifest says [*, 80]
          mend: \(mend)
        """)
    #expect(
      try message { $0.modalities[0].type = .uint8 }
        == ":/modalities/torso/data: error: holds int16, manifest says uint8\n  mend: \(mend)")
    #expect(
      try message { $0.modalities[0].name = "leg" } == """
        :/modalities/leg/data: error: missing; the manifest names the modality 'leg'
          mend: \(mend)
        """)
    #expect(
      try message { $0.fingerprint = "4567" }
        == ": error: fingerprint is '0123abcd', '4567' wanted\n  mend: \(mend)")
    #expect(
      try message { $0.schema = "aligned-samples" }
        == ": error: schema is 'samples', 'aligned-samples' wanted\n  mend: \(mend)")
    #expect(
      try message { $0.shards[0].samples = 59 }
        == ": error: samples is 60, 59 wanted\n  mend: \(mend)")
  }

  @Test func aManifestThatIsNoneIsRefused() throws {
    let written = try Example.write(folder.path, field, samples: 10)
    let path = folder.path("manifest.json")
    let wrong = #expect(throws: Diagnostic.self) {
      try Output(opening: folder.path, schema: "predictions")
    }
    #expect(
      wrong?.description == """
        \(path): error: holds 'samples', 'predictions' wanted
          mend: wire a stage that makes 'predictions'
        """)
    var other = written
    other.format = 7
    try other.encoded().write(to: URL(fileURLWithPath: path))
    let format = #expect(throws: Diagnostic.self) { try Output(opening: folder.path) }
    #expect(format?.message == "format 7, this program reads 1")
    let whole = try written.encoded()
    for length in stride(from: 0, to: whole.count - 2, by: 97) {
      try whole.prefix(length).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: Diagnostic.self) { try Output(opening: folder.path) }
      #expect(error?.message == "is damaged: it does not read as a manifest")
    }
  }

  @Test func aMissingDataSetIsNamed() throws {
    let writer = try OutputWriter(folder.path, header: Example.header("pseudo-labels"))
    let fields =
      Example.identity
      + [
        FieldDescription("/pseudo/label", .number(.int32), shape: [2]),
        FieldDescription("/pseudo/confidence", .number(.float32), shape: [2]),
        FieldDescription("/pseudo/kept", .number(.uint8), shape: [2]),
      ]
    let stream = try writer.stream("unlabelled", fields: fields, compression: .zstd)
    try stream.close()
    try writer.finish(classes: nil, modalities: [], details: .null)
    let schema = try #require(ShardSchema.named("pseudo-labels"))
    #expect(schema.violations(fields) == [])
    #expect(
      schema.violations(fields.dropLast()).map { "\($0.path): \($0.message)" }
        == ["/pseudo/kept: missing; schema 'pseudo-labels' requires it"])
    // The same shard where another schema is expected.
    let output = try Output(opening: folder.path)
    var header = Example.header("predictions")
    header.fingerprint = output.manifest.fingerprint
    let error = #expect(throws: Diagnostic.self) {
      try ShardReader(
        folder.path("unlabelled-00000.h5"), shard: output.manifest.shards[0], header: header,
        modalities: [], fields: [])
    }
    #expect(error?.message == "schema is 'pseudo-labels', 'predictions' wanted")
  }
}
