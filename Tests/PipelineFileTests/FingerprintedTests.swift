import Configuration
import Foundation
import PipelineFile
import TestSupport
import Testing

/// What the fingerprint of a stage is taken of, before and after edits of the file.
@Suite struct FingerprintedTests {
  private func fingerprinted(
    _ text: String, settings: [String] = [], folder: String = "/nowhere"
  ) throws -> [String: String] {
    let nodes = try Toys.load(text, settings: settings, folder: folder).graph.nodes
    return Dictionary(uniqueKeysWithValues: nodes.map { ($0.name, $0.fingerprinted.canonicalJSON) })
  }

  /// The stages whose fingerprinted keys differ, those that came or went included.
  private func changed(_ text: String, _ edited: String) throws -> Set<String> {
    let (before, after) = (try fingerprinted(text), try fingerprinted(edited))
    return Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
  }

  private static let study = GraphTests.study

  struct Edit: CustomTestStringConvertible {
    var testDescription: String
    var old: String
    var new: String
    var changed: Set<String>

    init(_ name: String, _ old: String, _ new: String, _ changed: Set<String> = []) {
      testDescription = name
      self.old = old
      self.new = new
      self.changed = changed
    }
  }

  @Test(arguments: [
    Edit("a comment", "  raw:", "  # where it all starts\n  raw:"),
    Edit("blank lines and spaces", "stages:\n", "\n\nstages:   \n\n"),
    Edit("the order of keys", "from: raw}", "tolerance: 0, from: raw}"),
    Edit("a default written out", "kind: two-moons}", "seed: 0, noise: 0.1, kind: two-moons}"),
    Edit("another way to write a number", "steps: 10}", "steps: 0xA}"),
    Edit("quotes", "modalities: [xa], transform", "modalities: ['xa'], transform"),
    Edit(
      "a parameter in place of its value", "seeds: ${seeds}", "seeds: 3 # was ${seeds}"),
    Edit("one reference in place of a list of one", "from: raw}", "from: [raw]}"),
    Edit("the name of the pipeline", "name: study", "name: study-2"),
    Edit(
      "the order of the variants", "      mke:\n      supervised: {labels: truth}",
      "      supervised: {labels: truth}\n      mke:"),
    Edit(
      "how much at once", "model: teacher, from", "model: teacher, batch-size: 9, from"),
    Edit("an unrelated stage", "  raw:", "  more: {kind: shapes, word: w}\n  raw:", ["more"]),
    Edit("a key of one stage", "steps: 5", "steps: 6", ["students"]),
    Edit("a parameter", "noise: 1,", "noise: 2,", ["students"]),
    Edit("a key of one variant", "      mke:", "      mke: {hold-back: 0.1}", ["students"]),
    Edit("a wire", "students.mke]", "students]", ["report"]),
  ])
  func changesOnlyWithWhatCanChangeTheResult(edit: Edit) throws {
    let edited = Self.study.replacing(edit.old, with: edit.new)
    #expect(edited != Self.study)
    #expect(try changed(Self.study, edited) == edit.changed)
  }

  @Test func doesNotDependOnWhereFilesLie() throws {
    let folder = try TemporaryFolder()
    for name in ["a/x.csv", "b/y.csv"] { try folder.write(name, "") }
    let text = """
      mke: 1
      name: toy
      params: {data: a/x.csv}
      stages: {it: {kind: shapes, word: w, file: "${data}"}}
      """
    let one = try fingerprinted(text, settings: ["data=a/x.csv"], folder: folder.path)
    let other = try fingerprinted(text, settings: ["data=b/y.csv"], folder: folder.path)
    #expect(one == other)
  }

  /// JSON in between, as between planner and record, changes nothing.
  @Test func survivesJSON() throws {
    for node in try Toys.load(Self.study).graph.nodes {
      let text = node.fingerprinted.canonicalJSON
      let back = try JSONDecoder().decode(Value.self, from: Data(text.utf8))
      #expect(back == node.fingerprinted)
      #expect(back.canonicalJSON == text)
    }
  }
}
