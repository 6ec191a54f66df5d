import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Dataflow

@Suite struct StoreTests {
  private let toy: Toy
  private let store: Store

  init() throws {
    toy = try Toy()
    try toy.workspace.prepare()
    store = Store(toy.workspace)
  }

  private func writePartial(_ name: String = "f", data: String = "12345", said: Int? = nil) throws {
    let partial = toy.workspace.partial(name)
    try Files.makeFolder("\(partial)/deep")
    try Files.replace("\(partial)/deep/x.h5", with: Array(data.utf8))
    try Files.replace(
      "\(partial)/manifest.json",
      with: Array(
        """
        {"fingerprint": "\(name)", "shards": [{"file": "deep/x.h5", "bytes": \(said ?? data.count)}]}
        """.utf8))
  }

  @Test func publishesWhatIsWhole() throws {
    #expect(store.state(of: "f") == .missing)
    try writePartial()
    #expect(store.state(of: "f") == .missing)
    try store.publish("f")
    #expect(store.state(of: "f") == .whole)
    #expect(!Files.exists(toy.workspace.partial("f")))
  }

  @Test func replacesWhatIsThere() throws {
    try writePartial(data: "old")
    try store.publish("f")
    try writePartial(data: "newer")
    try store.publish("f")
    #expect(try Files.read("\(store.directory("f"))/deep/x.h5") == Array("newer".utf8))
    #expect(try Files.list(toy.workspace.partialFolder) == [])
    #expect(try Files.list(toy.workspace.storeFolder) == ["f"])
  }

  @Test func refusesWhatIsNotWhole() throws {
    let nothing = #expect(throws: Diagnostic.self) { try store.publish("f") }
    #expect(nothing?.message == "the work finished but left no output")
    try writePartial(said: 6)
    let half = #expect(throws: Diagnostic.self) { try store.publish("f") }
    #expect(
      half?.message == "the work finished but its output is not whole: "
        + "'deep/x.h5' has 5 bytes, manifest.json says 6")
    #expect(store.state(of: "f") == .missing)
    #expect(Files.exists(toy.workspace.partial("f")))
  }

  @Test(
    arguments: [
      ("manifest.json", nil, "manifest.json is missing"),
      ("manifest.json", "{", "manifest.json is no JSON"),
      ("manifest.json", "{\"fingerprint\": \"g\"}", "manifest.json is of another output"),
      (
        "manifest.json", "{\"fingerprint\": \"f\", \"files\": [{}]}",
        "manifest.json lists a file without name or size"
      ),
      ("deep/x.h5", nil, "'deep/x.h5' is missing"),
      ("deep/x.h5", "1", "'deep/x.h5' has 1 bytes, manifest.json says 5"),
    ] as [(String, String?, String)])
  func seesDamage(_ file: String, _ content: String?, _ damage: String) throws {
    try writePartial()
    try store.publish("f")
    let path = "\(store.directory("f"))/\(file)"
    if let content {
      try Files.replace(path, with: Array(content.utf8))
    } else {
      try Files.remove(path)
    }
    #expect(store.state(of: "f") == .damaged(damage))
  }

  /// What a crash in the middle of a replacement leaves.
  @Test func clearsOldOutputsAndKeepsWhatIsBegun() throws {
    try writePartial()
    try Files.makeFolder("\(toy.workspace.partial("f")).12-abc.tmp/deep")
    try Files.makeFolder("\(toy.workspace.partial("other")).12-abc.tmp")
    try store.begin("f", isFresh: false)
    #expect(try Files.list(toy.workspace.partialFolder) == ["f", "other.12-abc.tmp"])
    #expect(Files.exists("\(toy.workspace.partial("f"))/deep/x.h5"))
    try store.begin("f", isFresh: true)
    #expect(try Files.list(toy.workspace.partial("f")) == [])
  }
}
