import Arrays
import Diagnostics
import TestSupport
import Testing

@testable import Shards

@Suite struct SampleReaderTests {
  let folder: TemporaryFolder
  let field = Example.field(.int32, isRagged: true)
  let output: Output

  init() throws {
    folder = try TemporaryFolder()
    try Example.write(folder.path, field, samples: 203, bytesPerShard: 4096)
    output = try Output(opening: folder.path)
  }

  /// Reads everything, and holds every sample against what was written.
  private func indices(_ options: ReadOptions) throws -> [Int] {
    let reader = try output.read([field.path, "/samples/id"], of: "labelled", options: options)
    var indices: [Int] = []
    while let batch = try reader.next() {
      indices += batch.indices
      #expect(batch.columns["/samples/id"]?.texts == batch.indices.map { "sample-\($0)" })
      let expected = batch.indices.map { Example.column(field, $0..<($0 + 1)) }
      #expect(batch.columns[field.path]?.count == batch.count)
      #expect(batch.columns[field.path]?.lengths == expected.flatMap { $0.lengths ?? [] })
      #expect(batch.columns[field.path]?.bytes == expected.flatMap(\.bytes))
    }
    #expect(try reader.next() == nil)
    return indices
  }

  @Test(arguments: [nil, 1, 5, 8, 64, 1000] as [Int?], [1, 2, 3])
  func batchesOfAnySizeKeepTheOrder(_ samples: Int?, _ threads: Int) throws {
    let options = ReadOptions(threads: threads, chunksAhead: 3, samplesPerBatch: samples)
    #expect(try indices(options) == Array(0..<203))
  }

  @Test func batchesAreFullButTheLast() throws {
    for shuffle in [nil, ReadOptions.Shuffle(seed: 1, windowChunks: 3)] {
      let reader = try output.read(
        [field.path], of: "labelled",
        options: ReadOptions(shuffle: shuffle, samplesPerBatch: 20))
      var counts: [Int] = []
      while let batch = try reader.next() { counts.append(batch.count) }
      #expect(counts == [Int](repeating: 20, count: 10) + [3])
    }
  }

  @Test func shuffledOrderIsAPermutationThatTheSeedFixes() throws {
    func order(_ seed: UInt64, threads: Int = 2, ahead: Int = 8, batch: Int? = nil) throws -> [Int]
    {
      try indices(
        ReadOptions(
          threads: threads, chunksAhead: ahead,
          shuffle: ReadOptions.Shuffle(seed: seed, windowChunks: 4), samplesPerBatch: batch))
    }
    let first = try order(7)
    #expect(first.sorted() == Array(0..<203))
    #expect(first != Array(0..<203))
    #expect(try order(7) == first)
    #expect(try order(7, threads: 1, ahead: 1) == first)
    #expect(try order(7, threads: 5, ahead: 20) == first)
    #expect(try order(7, batch: 11) == first)
    #expect(try order(8) != first)
    // Neighbours come apart: samples of one chunk are mixed with those of other chunks.
    let neighbours = zip(first, first.dropFirst()).filter { $1 == $0 + 1 }
    #expect(neighbours.count < 20)
  }

  /// Golden: SplitMix64 and Fisher-Yates written out in Python 3; a seed means this order for ever.
  @Test func shuffledOrderNeverChanges() throws {
    var generator = SplitMix64(seed: 1)
    var numbers = Array(0..<10)
    generator.shuffle(&numbers)
    #expect(numbers == [9, 0, 1, 4, 8, 2, 3, 7, 6, 5])
  }

  @Test(arguments: [1, 2, 5])
  func neverMoreChunksThanSaid(_ ahead: Int) throws {
    for shuffle in [nil, ReadOptions.Shuffle(seed: 3, windowChunks: 4)] {
      let reader = try output.read(
        [field.path], of: "labelled",
        options: ReadOptions(threads: 4, chunksAhead: ahead, shuffle: shuffle))
      while try reader.next() != nil {}
      #expect(reader.mostChunksInFlight >= 1)
      #expect(reader.mostChunksInFlight <= ahead)
    }
  }

  @Test func aReaderMayBeLeftInTheMiddle() throws {
    for _ in 0..<20 {
      let reader = try output.read([field.path], of: "labelled")
      _ = try reader.next()
    }
  }

  @Test func sealedLabelsNeedLeave() throws {
    let error = #expect(throws: Diagnostic.self) {
      try output.read(["/sealed/class"], of: "labelled")
    }
    #expect(
      error?.description == """
        \(folder.path):/sealed/class: error: sealed: true labels are for evaluation alone
          mend: read them through 'evaluate', or name 'truth' as the labels of a variant
        """)
    let columns = try output.readAll(
      ["/sealed/class"], of: "labelled", options: ReadOptions(includesSealed: true))
    #expect(columns["/sealed/class"]?.count == 203)
  }

  @Test func nearNamesAreSuggested() throws {
    let field = #expect(throws: Diagnostic.self) {
      try output.read(["/samples/idd"], of: "labelled")
    }
    #expect(field?.message == "stream 'labelled' has no field '/samples/idd'")
    #expect(field?.mend?.hasPrefix("did you mean '/samples/id'?") == true)
    let stream = #expect(throws: Diagnostic.self) {
      try output.read(["/samples/id"], of: "labeled")
    }
    #expect(stream?.message == "there is no stream 'labeled'")
    #expect(stream?.mend == "did you mean 'labelled'? (streams: labelled)")
  }
}
