import Foundation
import Shards
import TestSupport
import Testing

/// Hundreds of broken inputs, through the built programs: each is told by name, none takes a whole
/// one with it, and no damage makes the run crash, hang or fill the memory.
@Suite(.enabled(if: TestPython.path != nil, "MKE_TEST_PYTHON is not set"))
struct DamagedInputsTests {
  private static let tests = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// How each kind of file is read.
  private static let kinds = [
    "sound": "{kind: audio, file: file, rate: 8000}",
    "video": "{kind: video, file: file, frames: 4, size: [8, 8], color: grey}",
    "picture": "{kind: image, file: file, size: [8, 8], color: grey}",
    "depth": "{kind: image, file: file}",
    "plain": "{kind: array, file: file}",
    "named": "{kind: array, file: file, name: x}",
    "clocked": "{kind: array, file: file, name: x, axes: [time, column], time: t}",
    "steps": "{kind: series, file: file, columns: 2-3, time: 1}",
  ]

  private func made(_ tool: Tool) throws -> String {
    let folder = tool.folder.path("data")
    let finished = try Subprocess.run(
      try #require(TestPython.path),
      [
        "\(Self.tests)/Scripts/make_damaged.py", folder, "--media",
        "\(Self.tests)/MediaTests/Golden",
      ])
    try #require(finished.status == 0, "\(finished.errors)")
    return folder
  }

  /// Runs `mke`; what it and its workers took at most, in MB, stands last in the output.
  private func measured(_ tool: Tool, _ arguments: [String]) throws -> (Finished, memory: Double) {
    let script = """
      import resource, subprocess, sys
      done = subprocess.run(sys.argv[1:], timeout=120)
      print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
      sys.exit(done.returncode)
      """
    let finished = try Subprocess.run(
      try #require(TestPython.path), ["-c", script, Tool.program] + arguments,
      folder: tool.folder.path,
      environment: ["MKE_WORKSPACE": tool.folder.path("w"), "MKE_WORKER": ""])
    let last = finished.output.split(separator: "\n").last.flatMap { Double($0) }
    return (finished, try #require(last, "\(finished.errors)"))
  }

  /// A table without quotes, row by row: its cells by column.
  private func rows(_ path: String) throws -> [[String: String]] {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let header = try #require(lines.first).split(separator: ",").map(String.init)
    return lines.dropFirst().map { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return Dictionary(zip(header, cells)) { $1 }
    }
  }

  @Test(.timeLimit(.minutes(3))) func everyBrokenFileIsQuarantinedAndEveryWholeOneIsKept() throws {
    let tool = try Tool()
    let data = try made(tool)
    let stages = Self.kinds.sorted { $0.key < $1.key }.map { name, modality in
      """
        \(name):
          kind: ingest
          source:
            kind: manifest
            path: "\(data)/\(name)/manifest.csv"
            modalities: {v: \(modality)}
          split: {column: split}
          max-bad: 100%
      """
    }
    let file = try tool.write(
      "damaged.yaml",
      "mke: 1\nname: damaged\nstages:\n" + stages.joined(separator: "\n") + "\n")
    let (finished, memory) = try measured(tool, ["run", file])
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(memory < 700)

    var counts: [String: (found: Int, of: Int)] = [:]
    for name in Self.kinds.keys.sorted() {
      let inspected = try tool.run("inspect", "\(file):\(name)", "--json")
      let folder = try #require(
        try JSONSerialization.jsonObject(with: Data(inspected.output.utf8)) as? [String: Any])
      let path = try #require(folder["directory"] as? String ?? folder["path"] as? String)
      let output = try Output(opening: path, schema: "samples")
      let kept = Set(
        try output.readAll(["/samples/id"], of: "unlabelled")["/samples/id"]?.texts ?? [])
      let quarantined = try rows("\(path)/quarantine.csv")
      let reasons = Dictionary(quarantined.map { ($0["id"] ?? "", $0) }) { first, _ in first }
      for row in try rows("\(data)/\(name)/manifest.csv") {
        let id = try #require(row["id"])
        let expected = try #require(row["expect"])
        let reason = reasons[id]
        // In the one place or the other, and never in both.
        #expect(kept.contains(id) == (reason == nil), "\(name): \(id)")
        counts[expected, default: (0, 0)].of += 1
        if let reason {
          counts[expected]?.found += 1
          #expect(reason["reason"]?.isEmpty == false && reason["path"] == row["file"], "\(id)")
        }
        if expected == "good" { #expect(reason == nil, "\(name): \(id): \(reason ?? [:])") }
        if expected == "bad" { #expect(reason != nil, "\(name): \(id) is taken for whole") }
      }
    }
    let (good, bad, any) = (counts["good"], counts["bad"], counts["any"])
    #expect(good?.found == 0 && (good?.of ?? 0) >= 25, "\(counts)")
    #expect(bad?.found == bad?.of && (bad?.of ?? 0) >= 200, "\(counts)")
    // Where nothing in the format tells of it, most of the damage still shows.
    #expect(2 * (any?.found ?? 0) > any?.of ?? 0, "\(counts)")
  }

  @Test(.timeLimit(.minutes(1))) func everyBrokenManifestIsRefusedWithItsReason() throws {
    let tool = try Tool()
    let folder = "\(try made(tool))/manifests"
    let reasons = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".reason") }.sorted()
    #expect(reasons.count >= 20)
    for name in reasons {
      let manifest = String(name.dropLast(".reason".count))
      let word = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      let file = try tool.write(
        "one.yaml",
        """
        mke: 1
        name: one
        stages:
          one:
            kind: ingest
            source:
              kind: manifest
              path: "\(folder)/\(manifest)"
              modalities: {v: {kind: array, file: file}}
            split: {column: split}

        """)
      let (finished, memory) = try measured(tool, ["run", file])
      #expect(finished.status == 1, "\(manifest): \(finished.output)\(finished.errors)")
      #expect(finished.errors.contains("error:"), "\(manifest)")
      #expect(finished.errors.contains(word), "\(manifest): \(finished.errors)")
      #expect(memory < 700, "\(manifest)")
    }
  }

  /// Names that are no UTF-8 cannot stand in a table; links that lead back end nowhere.
  @Test func aFolderWithStrangeNamesIsWalkedToItsEnd() throws {
    let tool = try Tool()
    let folder = try made(tool)
    let file = try tool.write(
      "tree.yaml",
      """
      mke: 1
      name: tree
      stages:
        tree:
          kind: ingest
          source:
            kind: folder
            path: "\(folder)/tree"
            modalities: {v: {kind: array}}
          split: {test: 0, labelled: 0}
          max-bad: 100%

      """)
    let finished = try tool.run("run", file)
    let text = finished.output + finished.errors
    #expect(finished.status == 0, "\(text)")
    #expect(
      text.contains(
        "left out: a link to a folder that is read already (1), a name that is not UTF-8 (1)"),
      "\(text)")
    #expect(text.contains("2 samples"), "\(text)")
  }
}
