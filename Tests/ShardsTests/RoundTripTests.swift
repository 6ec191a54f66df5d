import Arrays
import TestSupport
import Testing

@testable import Shards

@Suite struct RoundTripTests {
  struct Case: Sendable, CustomStringConvertible {
    var type: ElementType
    var compression: Compression
    var isRagged: Bool
    var isShuffled: Bool

    var description: String {
      "\(type) \(compression)" + (isRagged ? " ragged" : "") + (isShuffled ? " shuffled" : "")
    }
  }

  static let cases = ElementType.allCases.flatMap { type in
    Compression.allCases.flatMap { compression in
      [(false, false), (false, true), (true, false), (true, true)].map {
        Case(type: type, compression: compression, isRagged: $0.0, isShuffled: $0.1)
      }
    }
  }

  @Test(arguments: cases)
  func whatIsWrittenIsRead(_ example: Case) throws {
    let folder = try TemporaryFolder()
    let field = Example.field(
      example.type, isRagged: example.isRagged, isShuffled: example.isShuffled)
    try Example.write(folder.path, field, compression: example.compression)
    let output = try Output(opening: folder.path, schema: "samples")
    let columns = try output.readAll(
      ["/samples/id", field.path, "/sealed/class"], of: "labelled",
      options: ReadOptions(includesSealed: true))
    #expect(columns[field.path] == Example.column(field, 0..<100))
    #expect(columns["/samples/id"]?.texts == (0..<100).map { "sample-\($0)" })
    #expect(columns["/sealed/class"]?.values(as: Int64.self) == (0..<100).map { $0 % 2 })
    #expect(try output.verify() == [])
  }

  @Test func fieldsComeBackAsTheyWereDescribed() throws {
    let folder = try TemporaryFolder()
    for isRagged in [false, true] {
      let directory = folder.path("\(isRagged)")
      let field = Example.field(isRagged: isRagged, isShuffled: true)
      try Example.write(directory, field)
      let found = try Output(opening: directory).fields(of: "labelled")
      #expect(found.first { $0.path == field.path } == field)
      #expect(found.map(\.path).sorted() == found.map(\.path))
      #expect(Set(found) == Set(Example.identity + [field, Example.classes]))
    }
  }

  @Test func theManifestSaysWhatThereIs() throws {
    let folder = try TemporaryFolder()
    let field = Example.field()
    let manifest = try Example.write(folder.path, field)
    let output = try Output(opening: folder.path)
    #expect(output.manifest == manifest)
    #expect(manifest.samples == 100)
    #expect(manifest.splits == ["labelled": 100])
    #expect(manifest.shards.map(\.file) == ["labelled-00000.h5"])
    #expect(output.count(of: "labelled") == 100)
    #expect(output.count(of: "test") == 0)
    #expect(try output.fields(of: "test") == [])
    #expect(output.streams == ["labelled"])
  }

  @Test func samplesGoOverSeveralShards() throws {
    let folder = try TemporaryFolder()
    let field = Example.field(.float64, isRagged: true)
    let manifest = try Example.write(folder.path, field, samples: 300, bytesPerShard: 8192)
    #expect(manifest.shards.count > 3)
    let output = try Output(opening: folder.path)
    let columns = try output.readAll([field.path, "/samples/id"], of: "labelled")
    #expect(columns[field.path] == Example.column(field, 0..<300))
    #expect(columns["/samples/id"]?.texts == (0..<300).map { "sample-\($0)" })
  }

  @Test(arguments: [nil, 1, 64, 1000] as [Int?])
  func chunksMayBeOfAnySize(_ samplesPerChunk: Int?) throws {
    let folder = try TemporaryFolder()
    let field = Example.field(.float32, isRagged: true)
    try Example.write(folder.path, field, samplesPerChunk: samplesPerChunk)
    let columns = try Output(opening: folder.path).readAll([field.path], of: "labelled")
    #expect(columns[field.path] == Example.column(field, 0..<100))
  }

  /// Samples of about 200 KiB: a chunk takes six of them, whatever comes at once.
  @Test(arguments: [1, 4, 13])
  func chunksTakeAboutOneMebibyte(_ batch: Int) throws {
    let folder = try TemporaryFolder()
    let field = FieldDescription(
      "/modalities/view/data", .number(.uint8), shape: [200, 1024], axes: ["row", "column"])
    let writer = try OutputWriter(folder.path, header: Example.header())
    let stream = try writer.stream("test", fields: Example.identity + [field], compression: .zstd)
    for start in stride(from: 0, to: 13, by: batch) {
      let range = start..<min(start + batch, 13)
      var columns = Example.identity(range)
      columns[field.path] = Column(
        range.flatMap { [UInt8](repeating: UInt8($0), count: 200 * 1024) }, count: range.count)
      try stream.append(columns)
    }
    try stream.close()
    let manifest = try writer.finish(classes: nil, modalities: [], details: .null)
    #expect(manifest.shards.map(\.samplesPerChunk) == [6])
    let reader = try Output(opening: folder.path).read([field.path], of: "test")
    #expect(try reader.next()?.count == 6)
  }

  @Test func anEmptyStreamIsAStream() throws {
    let folder = try TemporaryFolder()
    for compression in Compression.allCases {
      for isRagged in [false, true] {
        let directory = folder.path("\(compression)-\(isRagged)")
        let field = Example.field(isRagged: isRagged)
        try Example.write(directory, field, samples: 0, compression: compression)
        let output = try Output(opening: directory)
        #expect(output.manifest.splits == ["labelled": 0])
        #expect(try output.read([field.path], of: "labelled").next() == nil)
        let columns = try output.readAll([field.path, "/samples/id"], of: "labelled")
        #expect(columns[field.path] == Example.column(field, 0..<0))
        #expect(try output.fields(of: "labelled").count == 4)
        #expect(try output.verify() == [])
      }
    }
  }

  @Test func equalSamplesMakeEqualBytes() throws {
    let folder = try TemporaryFolder()
    let field = Example.field(.float32, isRagged: true, isShuffled: true)
    let sums = try [1, 7, 100].map { batch in
      try Example.write(
        folder.path("\(batch)"), field, samplesPerChunk: nil, bytesPerShard: 2048, batch: batch
      ).shards
    }
    #expect(sums[0] == sums[1])
    #expect(sums[0] == sums[2])
  }

  @Test func longerTextsStartANewShard() throws {
    let folder = try TemporaryFolder()
    let writer = try OutputWriter(folder.path, header: Example.header())
    let field = Example.field()
    let texts = ["a", "", "é\u{1F600}", String(repeating: "long ", count: 20), "b", "c"]
    let stream = try writer.stream(
      "test", fields: Example.identity + [field], compression: .zstd, samplesPerChunk: 2)
    for (index, text) in texts.enumerated() {
      try stream.append([
        "/samples/id": Column(texts: [text]), "/samples/split": Column(texts: ["test"]),
        field.path: Example.column(field, index..<(index + 1)),
      ])
    }
    try stream.close()
    let manifest = try writer.finish(classes: nil, modalities: [], details: .null)
    #expect(manifest.shards.map(\.samples) == [2, 4])
    let columns = try Output(opening: folder.path).readAll(["/samples/id"], of: "test")
    #expect(columns["/samples/id"]?.texts == texts)
  }
}
