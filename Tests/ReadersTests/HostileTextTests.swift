import Diagnostics
import Foundation
import Readers
import TestSupport
import Testing

/// Whatever stands in a file, reading it ends, with its content or with diagnostics.
@Suite struct HostileTextTests {
  private static let alphabet: [[UInt8]] = [
    [0x22], [0x22, 0x22], [0x2C], [0x0A], [0x0D, 0x0A], [0x0D], [0x20], [0x09], [0x31], [0x2D],
    [0x2E], [0x65], [0x61], [0xC3, 0xA9], [0xFF], [0x00], [0xEF, 0xBB, 0xBF], [0x23],
  ]

  @Test(arguments: 0..<4)
  func endsWithContentOrDiagnostics(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("t.csv")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<250 {
      var bytes: [UInt8] = []
      for _ in 0..<generator.below(40) {
        bytes += Self.alphabet[generator.below(Self.alphabet.count)]
      }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let readings: [() throws -> Void] = [
        { _ = try DelimitedTable(reading: path) },
        { _ = try DelimitedTable(reading: path, delimiter: " ", hasHeader: false) },
        { _ = try SeriesText.read(path, columns: [0]) },
        { _ = try SeriesText.read(path, columns: [1, 0], delimiter: " ", skipping: 1) },
        {
          let source = TableSource(
            .one(path, split: .shares(test: 0.5, labelled: 0.5, seed: 1)), id: "1", label: "a",
            modalities: [.init(name: "x", columns: ["e"])])
          try source.read(try source.index()) { _ in }
        },
      ]
      for reading in readings {
        do {
          try reading()
        } catch {
          #expect(error is Diagnostic || error is DiagnosticList, "\(error)")
        }
      }
    }
  }
}
