import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Readers

@Suite struct FolderWalkTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(name), withDestinationPath: target)
  }

  @Test func filesAreListedInNaturalOrderWithoutHiddenOnes() throws {
    for name in ["b/10.wav", "b/9.wav", "a.txt", ".hidden", "b/.DS_Store", ".git/x", "b/c/d/e.wav"]
    {
      try folder.write(name, "")
    }
    let walk = try FolderWalk(folder.path)
    #expect(walk.names == ["a.txt", "b/9.wav", "b/10.wav", "b/c/d/e.wav"])
    #expect(walk.leftOut.isEmpty)
  }

  @Test func cyclesOfLinksEnd() throws {
    try folder.write("a/1.wav", "")
    try link("a/self", to: ".")
    try link("a/up", to: "..")
    try link("again", to: "a")
    try link("a/1b.wav", to: "1.wav")
    try link("loop", to: "loop")
    try link("nowhere", to: "missing")
    let walk = try FolderWalk(folder.path)
    #expect(walk.names == ["a/1.wav", "a/1b.wav"])
    #expect(
      walk.leftOut == [
        "a link to a folder that is read already": 3, "a link to nothing": 2,
      ])
  }

  @Test func linkedFoldersAreWalkedUnderTheNameOfTheLink() throws {
    let other = try TemporaryFolder()
    try other.write("x/1.wav", "")
    try link("dogs", to: other.path("x"))
    #expect(try FolderWalk(folder.path).names == ["dogs/1.wav"])
  }

  @Test func whatIsNoFolderIsNamed() throws {
    let file = try folder.write("a.txt", "")
    #expect(
      faults(in: folder) { _ = try FolderWalk(file) } == [
        "a.txt: error: a file, where a folder is wanted\n  mend: name the folder that it is in"
      ])
    #expect(
      faults(in: folder) { _ = try FolderWalk(folder.path("none")) } == [
        "none: error: there is no such folder\n  mend: check the path"
      ])
  }

  @Test(.enabled(if: geteuid() != 0, "root may read every folder"))
  func anUnreadableFolderIsAnError() throws {
    try folder.write("a/1.wav", "")
    chmod(folder.path("a"), 0)
    defer { chmod(folder.path("a"), 0o755) }
    #expect(throws: Diagnostic.self) { try FolderWalk(folder.path) }
  }

  @Test func namesThatAreNoTextAreCounted() throws {
    try folder.write("ü.wav", "")
    let path = folder.path("x")
    let bytes = Array(path.utf8.dropLast()).map { CChar(bitPattern: $0) } + [-1, 0]
    let handle = open(bytes, O_CREAT | O_WRONLY, 0o644)
    #expect(handle >= 0)
    close(handle)
    mkfifo(folder.path("pipe"), 0o644)
    let walk = try FolderWalk(folder.path)
    #expect(walk.names == ["ü.wav"])
    #expect(walk.leftOut == ["a name that is not UTF-8": 1, "neither a file nor a folder": 1])
  }

  @Test func aDeepTreeIsWalkedWithoutRecursion() throws {
    let deep = String(repeating: "d/", count: 400)
    try folder.write(deep + "x.wav", "")
    #expect(try FolderWalk(folder.path).names == [deep + "x.wav"])
  }

  @Test func namesAreDividedAtTheLastPoint() {
    #expect(FileName.divided("a/b.c/d.tar.GZ") == ("a/b.c/d.tar", "gz"))
    #expect(FileName.divided("a.b/c") == ("a.b/c", ""))
    #expect(FileName.divided("c.") == ("c", ""))
    #expect(FileName.last("a/b.c/d.wav") == "d.wav")
    #expect(FileName.last("d.wav") == "d.wav")
    #expect(
      NamedFolders(["/x/clips", "/y/clips", "/z/other"]).folders.map(\.prefix)
        == ["clips/", "clips~2/", "other/"])
    #expect(NamedFolders(["/x/clips"]).folders.map(\.prefix) == [""])
  }
}
