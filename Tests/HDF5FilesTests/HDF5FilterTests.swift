import Arrays
import TestSupport
import Testing

@testable import HDF5Files

@Suite struct HDF5FilterTests {
  @Test(
    arguments: [
      [], [.fletcher32], [.shuffle, .deflate(level: 4), .fletcher32], [.zstd(level: 3)],
      [.shuffle, .zstd(level: 1)],
    ] as [[HDF5Filter]])
  func rowsComeBackThroughTheirFilters(filters: [HDF5Filter]) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("rows.h5")
    let numbers = (0..<60).map { Int32($0 * $0) }
    do {
      let file = try HDF5File.create(path)
      let dataset = try HDF5Dataset.create(
        "/group/rows", .init(cell: .number(.int32), shape: [3], rowsPerChunk: 8, filters: filters),
        in: file)
      try dataset.setRowCount(20)
      try numbers.withUnsafeBytes { try dataset.write($0, atRow: 0) }
      try file.close()
    }
    let file = try HDF5File.open(path)
    #expect(try file.datasets() == ["/group/rows"])
    let (dataset, rows) = try HDF5Dataset.open("/group/rows", in: file)
    #expect(rows == 20)
    #expect(dataset.layout.filters == filters)
    var found = [Int32](repeating: 0, count: 12)
    try found.withUnsafeMutableBytes { try dataset.read(5..<9, into: $0) }
    #expect(found == Array(numbers[15..<27]))
  }
}
