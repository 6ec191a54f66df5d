import Arrays
import HDF5Files
import TestSupport
import Testing

@testable import Shards

@Suite struct HDF5DatasetTests {
  /// The quick way to the places of packed chunks and the library's own agree.
  @Test func chunksStandWhereTheLibrarySays() throws {
    let folder = try TemporaryFolder()
    let field = Example.field(.int16, isRagged: true, isShuffled: true)
    try Example.write(folder.path, field, samples: 500, samplesPerChunk: 3)
    let file = try HDF5File.open(folder.path("labelled-00000.h5"))
    for path in try file.datasets() {
      let (dataset, rows) = try HDF5Dataset.open(path, in: file)
      let chunks = try dataset.chunks(rows: rows)
      #expect(
        chunks.count == (rows + dataset.layout.rowsPerChunk - 1) / dataset.layout.rowsPerChunk)
      for (index, chunk) in chunks.enumerated() {
        let start =
          [UInt64(index * dataset.layout.rowsPerChunk)] + dataset.layout.shape.map { _ in 0 }
        #expect(try dataset.walkToChunk(start) == chunk)
      }
    }
  }
}
