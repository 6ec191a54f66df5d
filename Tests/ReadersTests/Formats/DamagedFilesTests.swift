import Arrays
import Diagnostics
import Foundation
import Readers
import TestSupport
import Testing

/// Files with bits flipped, bytes replaced, or their end cut off: each is read, or refused with a
/// `Diagnostic`; nothing crashes, hangs, or takes memory that the file cannot account for.
@Suite struct DamagedFilesTests {
  /// Reads everything that a file holds.
  private static func readAll(_ path: String) throws {
    switch path.split(separator: ".").last {
    case "npy":
      let file = try NumpyFile.open(path)
      guard file.type != nil else {
        _ = try file.texts()
        return
      }
      _ = try file.array()
      if let rows = file.shape.first, rows > 0 { _ = try file.row(rows - 1) }
    case "npz":
      let archive = try NumpyArchive.open(path)
      for name in archive.names {
        try tolerant {
          let form = try archive.form(name)
          guard form.type != nil else {
            _ = try archive.texts(name)
            return
          }
          _ = try archive.array(name)
          if let rows = form.shape.first, rows > 0 { _ = try archive.row(name, rows - 1) }
        }
      }
    case "mat":
      let file = try MATLABFile.open(path)
      let inside = ["mixed{1}", "mixed{3}", "mixed{3}{2}", "s.names", "s.inner.value", "many(2).v"]
      for name in file.variables.map(\.name) + inside {
        try tolerant { _ = try file.array(name, axes: .matlab) }
        try tolerant { _ = try file.array(name, axes: .reversed) }
        try tolerant { _ = try file.row(name, 0) }
        try tolerant { _ = try file.texts(name) }
        try tolerant { _ = try file.fields(name) }
      }
    case "h5":
      let file = try HDF5ArrayFile.open(path)
      for dataset in try file.datasets() {
        try tolerant { _ = try file.array(dataset.path) }
        try tolerant { _ = try file.row(dataset.path, 0) }
        try tolerant { _ = try file.texts(dataset.path) }
      }
    case "jsonl":
      var reader = try JSONLinesReader(reading: path, longestLine: 1 << 16)
      var isAtEnd = false
      while !isAtEnd, reader.line < 100 { try tolerant { isAtEnd = try reader.next() == nil } }
    default:
      try tolerant { _ = try DelimitedTable(reading: path, form: .audioSet) }
      try tolerant { _ = try DelimitedNumbers.read(path) }
    }
  }

  /// What is refused must be so with a diagnostic; any other error passes through.
  private static func tolerant(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch is Diagnostic {
    } catch is DiagnosticList {
    }
  }

  /// The file with some of its bytes changed, or cut short.
  private static func damaged(
    _ bytes: [UInt8], _ generator: inout SeededGenerator, mostPlaces: Int
  ) -> [UInt8] {
    var bytes = bytes
    if generator.below(6) == 0 { return Array(bytes.prefix(generator.below(bytes.count))) }
    for _ in 0...generator.below(mostPlaces) {
      // Zeros are mostly filling: another place is then tried.
      var place = generator.below(bytes.count)
      for _ in 0..<4 where bytes[place] == 0 { place = generator.below(bytes.count) }
      switch generator.below(4) {
      case 0, 1: bytes[place] ^= 1 << UInt8(generator.below(8))
      case 2: bytes[place] = [0, 1, 127, 128, 255][generator.below(5)]
      default:
        for at in place..<min(place + 4, bytes.count) { bytes[at] = 255 }
      }
    }
    return bytes
  }

  /// - Returns: how many of `count` damaged files were refused as a whole.
  private static func refused(
    _ name: String, _ bytes: [UInt8], count: Int, mostPlaces: Int
  ) throws -> Int {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: UInt64(count) + UInt64(bytes.count))
    var refused = 0
    for index in 0..<count {
      let path = folder.path("\(index).\(name.split(separator: ".").last ?? "")")
      try Data(damaged(bytes, &generator, mostPlaces: mostPlaces)).write(
        to: URL(fileURLWithPath: path))
      do {
        try readAll(path)
      } catch is Diagnostic {
        refused += 1
      } catch is DiagnosticList {
        refused += 1
      }
    }
    return refused
  }

  @Test(arguments: ["little-f4.npy", "fortran.npy", "unicode.npy", "version-3.npy"])
  func numpyFiles(name: String) throws {
    let golden = try #require(FormatCase.all(name).first)
    #expect(try Self.refused(name, golden.bytes(), count: 60, mostPlaces: 4) > 5)
  }

  @Test(arguments: ["stored.npz", "deflated.npz", "streamed.npz"])
  func numpyArchives(name: String) throws {
    let golden = try #require(FormatCase.all(name).first)
    #expect(try Self.refused(name, golden.bytes(), count: 60, mostPlaces: 4) > 5)
  }

  @Test(arguments: ["version-6.mat", "version-7.mat", "big-endian.mat"])
  func matlabFiles(name: String) throws {
    let golden = try #require(FormatCase.all(name).first)
    #expect(try Self.refused(name, golden.bytes(), count: 60, mostPlaces: 8) > 5)
  }

  @Test(arguments: ["rows.jsonl", "rows.csv"])
  func textFiles(name: String) throws {
    let text =
      name == "rows.jsonl"
      ? "{\"id\": \"a\", \"x\": [1, 2.5e3, null], \"ü\": {\"b\": \"\\u00e9\"}}\n"
      : "# comment\n-0RWZT-miFs, 420.000, 430.000, \"/m/03v3yw,/m/0k4j\"\n"
    _ = try Self.refused(
      name, Array(String(repeating: text, count: 3).utf8), count: 100, mostPlaces: 6)
  }

  // The library of HDF5 may crash on damaged files: in a process of their own, that is a failure of
  // one test.

  @Test func hdf5Files() async throws {
    await #expect(processExitsWith: .success) {
      let golden = try #require(FormatCase.all("all.h5").first)
      #expect(try DamagedFilesTests.refused("all.h5", golden.bytes(), count: 60, mostPlaces: 2) > 0)
    }
  }

  @Test func matlab73Files() async throws {
    await #expect(processExitsWith: .success) {
      let golden = try #require(FormatCase.all("version-73.mat").first)
      #expect(
        try DamagedFilesTests.refused("a.mat", golden.bytes(), count: 60, mostPlaces: 2) > 0)
    }
  }
}
