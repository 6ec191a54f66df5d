import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Dataflow

@Suite struct WorkspaceTests {
  @Test func makesItsFoldersOnce() throws {
    let folder = try TemporaryFolder()
    let workspace = Workspace(folder.path("deep/down/.mke"))
    for _ in 0..<2 { try workspace.prepare() }
    #expect(
      try Files.list(workspace.path)
        == [".gitignore", "cache", "locks", "logs", "partial", "runs", "store"])
  }

  /// Root may write into read-only folders, so the place is one that nobody can write into.
  @Test func saysThatAPlaceCannotBeWritten() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("file", "")
    let error = #expect(throws: Diagnostic.self) { try Workspace("\(file)/.mke").prepare() }
    #expect(
      error?.description == """
        \(file)/.mke: error: cannot write into the workspace: Not a directory
          mend: a file stands where a folder must be: move it away, or choose another place with \
        --workspace DIR
        """)
    let other = #expect(throws: Diagnostic.self) { try Workspace(file).prepare() }
    #expect(other?.mend?.contains("--workspace") == true)
  }

  @Test func aSystemPlaceIsReadOnly() throws {
    let error = #expect(throws: Diagnostic.self) { try Workspace("/proc/mke/.mke").prepare() }
    #expect(error?.message.hasPrefix("cannot make the folder: ") == true)
  }

  @Test func mendsFollowTheFault() {
    #expect(
      FileFault("write", "/x/a.h5", code: ENOSPC).diagnostic.description == """
        /x/a.h5: error: cannot write: No space left on device
          mend: free some space, or choose another place with --workspace DIR; what is made so \
        far is kept
        """)
    #expect(
      FileFault("write", "/x", code: EROFS).diagnostic.mend
        == "make it writable for this user, or choose another place with --workspace DIR")
  }

  @Test func recordsOfOddNamesStayInside() {
    let workspace = Workspace("/w")
    #expect(workspace.record(of: "two-moons") == "/w/runs/two-moons.json")
    #expect(workspace.record(of: "../../etc/x") == "/w/runs/%2E.%2F..%2Fetc%2Fx.json")
  }
}
