import Diagnostics
import Foundation
import PipelineFile
import TestSupport
import Testing

@Suite struct LoadTests {
  private func faults(_ path: String) -> String {
    do {
      _ = try PipelineFile.load(path, registry: Toys.registry)
      return ""
    } catch {
      return error.description
    }
  }

  @Test func readsAFileAndTheFilesBesideIt() throws {
    let folder = try TemporaryFolder()
    try folder.write("data.csv", "")
    let path = try folder.write("toy.yaml", Toys.shapes("    file: data.csv\n"))
    let graph = try PipelineFile.load(path, registry: Toys.registry).graph
    #expect(graph.file == path)
    #expect(graph["it"]?.configuration["file"] == .string(folder.path("data.csv")))
  }

  @Test func namesTheFilesThatAreThere() throws {
    let folder = try TemporaryFolder()
    for name in ["two-moons.yaml", "faces.yml", "notes.txt"] { try folder.write(name, "") }
    #expect(
      faults(folder.path("two-mons.yaml")) == """
        \(folder.path)/two-mons.yaml: error: there is no such file
          mend: did you mean 'two-moons.yaml'? (pipeline files in \(folder.path): faces.yml, \
        two-moons.yaml)
        """)
    #expect(
      faults(folder.path) == """
        \(folder.path): error: this is a folder, not a pipeline file
          mend: pipeline files in \(folder.path): faces.yml, two-moons.yaml
        """)
    #expect(
      faults(folder.path("no/where.yaml")) == """
        \(folder.path)/no/where.yaml: error: there is no such file
          mend: there is no folder \(folder.path)/no
        """)
  }

  @Test func refusesWhatIsNotText() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("toy.yaml")
    try Data([0x6D, 0xFF, 0x00]).write(to: URL(fileURLWithPath: path))
    #expect(
      faults(path) == """
        \(path): error: the file is not UTF-8 text
          mend: save it as UTF-8
        """)
  }

  @Test(.enabled(if: getuid() != 0, "the superuser may read every file"))
  func saysThatAFileMayNotBeRead() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("toy.yaml", "mke: 1")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    #expect(faults(path).contains("the file cannot be read"))
  }

  @Test func readsWindowsLinesAndByteOrderMarks() throws {
    let text = Toys.shapes("    whole: 3\n")
    for changed in [text.replacing("\n", with: "\r\n"), "\u{FEFF}" + text] {
      #expect(try Toys.load(changed).graph["it"]?.configuration["whole"] == 3)
    }
    let faulty = Toys.shapes("    whole: 33\n").replacing("\n", with: "\r\n")
    #expect(Toys.faults(faulty).hasPrefix("Pipelines/toy.yaml:7:12: error: 'whole' must be"))
  }

  @Test func countsColumnsInCharacters() throws {
    let text = Toys.pipeline("  it: {kind: shapes, word: 'äöü→', whole: 33}\n")
    #expect(Toys.faults(text).hasPrefix("Pipelines/toy.yaml:4:43: error: 'whole' must be"))
  }

  @Test func followsAnchorsAndAliases() throws {
    let text = Toys.pipeline(
      """
        it: {kind: shapes, word: &w hello, layer: &l {kind: wide, layer-width: 3}, layers: [*l, *l]}
        at: {kind: shapes, word: *w}
      """)
    let graph = try Toys.load(text).graph
    #expect(graph["at"]?.configuration["word"] == "hello")
    #expect(graph["it"]?.configuration["layers"]?.arrayValue?.count == 2)
  }

  @Test func refusesAliasesThatGrowWithoutEnd() throws {
    let levels = (1...12).map {
      "l\($0): &l\($0) [\(repeatElement("*l\($0 - 1)", count: 9).joined(separator: ", "))]"
    }
    let text =
      "mke: 1\nname: toy\nparams:\n  l0: &l0 x\n" + levels.map { "  \($0)\n" }.joined()
      + "stages: {it: {kind: shapes, word: w}}\n"
    #expect(Toys.faults(text).contains("more than 100000 values"))
  }

  @Test(arguments: [900, 100_000])
  func survivesDeepNesting(depth: Int) {
    let nest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    let faults = Toys.faults(Toys.shapes("    pair: \(nest)\n"))
    #expect(faults.hasPrefix("Pipelines/toy.yaml:7:"))
  }

  /// Whoever mends a file sees all of its faults in one run, not one fault in each run.
  @Test func takesSixtyFaultsAtOnce() {
    let stages = (0..<60).map { "  s\($0): {kind: shapes, word: \($0)}\n" }.joined()
    let lines = Toys.faults(Toys.pipeline(stages)).split(separator: "\n")
    #expect(lines.count == 120)
    #expect(lines[118].hasPrefix("Pipelines/toy.yaml:63:"))
  }
}
