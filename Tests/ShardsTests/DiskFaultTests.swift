import Arrays
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Shards

@Suite struct DiskFaultTests {
  @Test func aFolderThatCannotBeIsToldOf() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("file", "in the way")
    let error = #expect(throws: Diagnostic.self) {
      try OutputWriter(file + "/output", header: Example.header())
    }
    #expect(
      error?.description == """
        \(file)/output: error: cannot make the folder: Not a directory
          mend: a file stands where a folder must be: move it away
        """)
  }

  @Test func aFolderThatGoesAwayIsToldOf() throws {
    let folder = try TemporaryFolder()
    let field = Example.field()
    let writer = try OutputWriter(folder.path("gone"), header: Example.header())
    let stream = try writer.stream(
      "test", fields: Example.identity + [field, Example.classes], compression: .zstd,
      samplesPerChunk: 4)
    try FileManager.default.removeItem(atPath: folder.path("gone"))
    let error = #expect(throws: Diagnostic.self) {
      try stream.append(Example.columns(field, 0..<10))
    }
    #expect(error?.subject == folder.path("gone/test-00000.h5"))
    #expect(error?.message == "cannot create: No such file or directory")
    #expect(throws: Diagnostic.self) { try stream.append(Example.columns(field, 0..<10)) }
    #expect(throws: Diagnostic.self) { try writer.writeFile("metrics.json", []) }
    #expect(throws: Diagnostic.self) {
      try writer.writeArrays("a.h5", [], attributes: [:])
    }
  }

  /// A disk that takes no more than so many bytes of a file, for many such numbers: the shard is
  /// whole or absent, nothing torn is left, and the process ends as it should. In a process of its
  /// own, which the limit concerns as a whole.
  @Test(arguments: Compression.allCases)
  func aFullDiskIsToldOf(_ compression: Compression) async throws {
    await #expect(processExitsWith: .success) { [compression] in
      try FullDisk.check(compression)
    }
  }
}

/// The body of a test that runs in a process of its own.
private enum FullDisk {
  struct Failure: Error { var message: String }

  static func check(_ compression: Compression) throws {
    signal(SIGXFSZ, SIG_IGN)
    let folder = try TemporaryFolder()
    let field = Example.field(.float64)
    let whole = try Example.write(
      folder.path("whole"), field, samples: 400, compression: compression)
    let size = whole.shards[0].bytes
    var failures = 0
    for limit in stride(from: 0, through: size + 1000, by: size / 23) {
      try setLimit(UInt(limit))
      let directory = folder.path("full-\(limit)")
      do {
        let writer = try OutputWriter(directory, header: Example.header())
        try Example.append(to: writer, field, samples: 400, compression: compression)
        try setLimit(.max)
        guard limit >= size else { throw Failure(message: "\(limit) bytes of \(size) sufficed") }
      } catch let error as Diagnostic {
        try setLimit(.max)
        failures += 1
        guard limit < size, error.subject == "\(directory)/labelled-00000.h5",
          error.message.hasSuffix("File too large"), error.mend?.contains("ulimit -f") == true
        else { throw Failure(message: "limit \(limit): \(error)") }
        guard try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty else {
          throw Failure(message: "limit \(limit): something is left")
        }
      }
      // A rerun heals it.
      let again = try Example.write(directory, field, samples: 400, compression: compression)
      guard again == whole else { throw Failure(message: "limit \(limit): other bits") }
    }
    guard failures > 20 else { throw Failure(message: "only \(failures) failures") }
  }

  private static func setLimit(_ bytes: UInt) throws {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &limit)
    limit.rlim_cur = min(bytes, limit.rlim_max)
    setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &limit)
  }
}
