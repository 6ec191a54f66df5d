import Foundation
import TestSupport
import Testing

@testable import Dataflow

@Suite struct FileIdentitiesTests {
  /// Golden: sha256sum of `abc`.
  private let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  @Test func readsAFileOnce() throws {
    let toy = try Toy()
    let path = try toy.folder.write("a", "abc")
    try toy.touch("a", secondsAgo: 10)
    var first = FileIdentities(toy.workspace)
    #expect(first.hashes(of: [path, path]).hashes == [path: abc])
    #expect(first.filesRead == 1)
    first.save()

    var second = FileIdentities(toy.workspace)
    #expect(second.hashes(of: [path]).hashes == [path: abc])
    #expect(second.filesRead == 0)

    try toy.folder.write("a", "abd")
    try toy.touch("a", secondsAgo: 5)
    #expect(second.hashes(of: [path]).hashes[path] != abc)
    #expect(second.filesRead == 1)
  }

  @Test func doesNotTrustTheTimeOfAFileThatIsStillWarm() throws {
    let toy = try Toy()
    let path = try toy.folder.write("a", "abc")
    var first = FileIdentities(toy.workspace)
    _ = first.hashes(of: [path])
    first.save()
    var second = FileIdentities(toy.workspace)
    #expect(second.hashes(of: [path]).hashes == [path: abc])
    #expect(second.filesRead == 1)
  }

  @Test func hashesManyAndLargeFiles() throws {
    let toy = try Toy()
    var paths: [String] = []
    for index in 0..<50 { paths.append(try toy.folder.write("f\(index)", "\(index % 5)")) }
    paths.append(try toy.folder.write("large", String(repeating: "x", count: 3 << 20)))
    var identities = FileIdentities(toy.workspace)
    let (hashes, faults) = identities.hashes(of: paths)
    #expect(faults.isEmpty)
    #expect(hashes.count == 51)
    #expect(Set(hashes.values).count == 6)
    // Golden: head -c 3145728 /dev/zero | tr '\0' x | sha256sum
    #expect(
      hashes[paths[50]] == "3bea8a9a07c1e8dcaa4c1b816815c35a29b4fb585ba6ecc70ea44840a794cfb3")
  }

  @Test func saysWhyAFileHasNone() throws {
    let toy = try Toy()
    var identities = FileIdentities(toy.workspace)
    let gone = toy.folder.path("gone")
    #expect(
      identities.hashes(of: [gone, toy.folder.path]).faults
        == [gone: "does not exist", toy.folder.path: "is a folder, not a file"])
  }
}
