import Dataflow
import Diagnostics
import Foundation
import Stages
import TestSupport
import Testing

@testable import PipelineFile

/// What is said of a teacher from a file before anything runs.
@Suite struct TeacherFileFaultsTests {
  private static let declaration = """
    {"classes": ["0", "1"], "inputs": [{"modality": "xa", "layout": "nc", "shape": [1]}],
     "output": {"values": "logits"}}
    """

  /// What `mke validate` says of a teacher with these keys.
  private func faults(_ keys: String, declaration: String = declaration) throws -> [Diagnostic] {
    let folder = try TemporaryFolder()
    try folder.write("net.pt", "PK")
    try folder.write("net.json", declaration)
    try folder.write(
      "it.yaml",
      """
      mke: 1
      name: it
      stages:
        raw: {kind: ingest, source: {kind: two-moons}, split: {test: 0.4, labelled: 0.1}}
        points: {kind: align, from: raw}
        teacher: {kind: teacher, \(keys)}
      """)
    do {
      _ = try PipelineFile.load(folder.path("it.yaml"), settings: [], registry: .standard)
      return []
    } catch {
      return error.diagnostics
    }
  }

  @Test func aTeacherFromAFileNeedsNoSamples() throws {
    #expect(try faults("file: net.pt, declaration: net.json").isEmpty)
    #expect(try faults("file: net.pt, declaration: net.json, from: points.labelled").isEmpty)
    #expect(
      try faults(
        "file: net.pt, from: points.labelled, rename: {left: 0, right: 1}, declaration: {classes: "
          + "[left, right], inputs: [{modality: xa, layout: nc}], output: {values: logits, at: 0}}"
      ).isEmpty)
  }

  @Test(arguments: [
    ("file: gone.pt, declaration: net.json", "it.yaml:6:34", "'file' names 'gone.pt', which does"),
    ("file: net.pt", "it.yaml:6:28", "nothing says what this network takes"),
    (
      "declaration: net.json, from: points.labelled, modalities: [xa], steps: 1", "it.yaml:6:28",
      "'declaration' goes with a teacher from a file"
    ),
    (
      "file: net.pt, declaration: net.json, modalities: [xa]", "it.yaml:6:65",
      "'modalities' goes with training a teacher"
    ),
    (
      "file: net.pt, declaration: net.json, from: points.labelled, rename: {a: 0}",
      "it.yaml:6:97", "the network has no class 'a'"
    ),
    ("from: points.labelled, steps: 1", "it.yaml:6:3", "nothing says what the teacher sees"),
    ("modalities: [xa], steps: 1", "it.yaml:6:3", "nothing says what the teacher learns from"),
  ])
  func aFaultHasItsPlaceAndAMend(_ keys: String, _ place: String, _ message: String) throws {
    let found = try faults(keys)
    let fault = try #require(found.first)
    #expect(fault.subject.hasSuffix(place), "\(found)")
    #expect(fault.message.hasPrefix(message), "\(found)")
    #expect(fault.mend != nil)
  }

  @Test(arguments: [
    ("{", "it is no JSON"),
    (#"{"classes": ["0", "1"]}"#, "needs 'inputs'"),
    (
      #"{"clases": ["0"], "classes": ["0", "1"], "inputs": [{"modality": "xa", "layout": "nc", "shape": [1]}], "output": {"values": "logits"}}"#,
      "has no key 'clases'"
    ),
    (
      #"{"classes": ["0", "1"], "inputs": [{"modality": "xa", "layout": "cn", "shape": [1]}], "output": {"values": "logits"}}"#,
      "'cn' is no layout"
    ),
    (
      #"{"classes": ["0", "1"], "inputs": [{"modality": "xa", "layout": "nc"}], "output": {"values": "logits"}}"#,
      "nothing says of what shape"
    ),
  ])
  func aFaultyDeclarationIsToldAtItsKey(_ declaration: String, _ message: String) throws {
    let found = try faults("file: net.pt, declaration: net.json", declaration: declaration)
    #expect(found.contains { $0.message.contains(message) }, "\(found)")
    #expect(found.allSatisfy { $0.subject.contains("it.yaml:6:") })
  }
}
