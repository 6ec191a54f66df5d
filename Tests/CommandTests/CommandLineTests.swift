import Configuration
import Foundation
import Shards
import TestSupport
import Testing

/// What needs no worker, run as a user runs it.
@Suite struct CommandLineTests {
  private static func tool(_ text: String = TestPipelines.moons) throws -> Tool {
    let tool = try Tool()
    try tool.write("moons.yaml", text)
    return tool
  }

  private static func json(_ text: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }

  // MARK: Help and wrong calls

  @Test func helpSaysWhatThereIsAndHowItEnds() throws {
    let help = try Self.tool().run("--help")
    #expect(help.status == 0 && help.errors.isEmpty)
    for part in [
      "run", "stage", "validate", "status", "why", "graph", "inspect", "metrics", "doctor",
    ] {
      #expect(help.output.contains("\n  \(part) "), "\(part)")
      let own = try Self.tool().run(part, "--help")
      #expect(
        own.status == 0 && own.output.contains("OVERVIEW") && own.output.contains("mke \(part)"))
    }
    #expect(help.output.contains("EXIT CODES") && help.output.contains("130  interrupted"))
    for line in help.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }

  /// Loading libtorch would cost every command a quarter of a second.
  @Test func theWorkerAloneLinksLibtorch() throws {
    let libraries = try [Tool.program, Tool.worker].map {
      try Subprocess.run("/usr/bin/ldd", [$0]).output
    }
    #expect(!libraries[0].contains("torch") && libraries[0].contains("libhdf5"))
    #expect(libraries[1].contains("libtorch_cpu"))
  }

  @Test func theVersionIsOneLine() throws {
    let version = try Self.tool().run("--version")
    #expect(version.status == 0 && version.output.hasPrefix("mke 0."))
  }

  @Test func aWrongCallExitsWith64() throws {
    let tool = try Self.tool()
    for arguments in [
      ["run"], ["run", "moons.yaml", "--jobs", "0"], ["run", "moons.yaml", "--no-such-option"],
      ["graph", "moons.yaml", "--format", "svg"], ["run", "moons.yaml", "--dry-run", "--check"],
      ["metrics", "moons.yaml", "--json", "--csv"], ["run", "moons.yaml", "--device", "gpu"],
    ] {
      let finished = try tool.run(arguments)
      #expect(finished.status == 64, "\(arguments): \(finished.errors)")
      #expect(finished.output.isEmpty && !finished.errors.isEmpty)
    }
  }

  @Test func anUnknownCommandHasANearName() throws {
    let finished = try Self.tool().run("rnu", "moons.yaml")
    #expect(finished.status == 64)
    #expect(
      finished.errors.hasPrefix(
        "mke: error: there is no command 'rnu'\n  mend: did you mean 'run'?"))
  }

  // MARK: Pipeline files

  @Test func aGoodFileIsValid() throws {
    let finished = try Self.tool().run("validate", "moons.yaml")
    #expect(finished.status == 0 && finished.errors.isEmpty)
    #expect(finished.output == "moons.yaml: valid: 7 stages, 3 variants\n")
  }

  @Test func allFaultsAreShownAtOnceWithTheirPlaces() throws {
    let text = TestPipelines.moons.replacing("steps: 40\n  guesses", with: "stepps: 40\n  guesses")
      .replacing("from: guesses", with: "from: gueses")
      .replacing("noise: 0.1, seed: 1}", with: "noise: loud, seed: 1}")
    let finished = try Self.tool(text).run("validate", "moons.yaml")
    #expect(finished.status == 1 && finished.output.isEmpty)
    let lines = finished.errors.split(separator: "\n").filter { $0.hasPrefix("moons.yaml:") }
    #expect(lines.count >= 3, "\(finished.errors)")
    #expect(finished.errors.contains("moons.yaml:7:") && finished.errors.contains("'loud'"))
    #expect(finished.errors.contains("did you mean 'steps'?"))
    #expect(finished.errors.contains("did you mean 'guesses'?"))
  }

  @Test func aCycleIsAnError() throws {
    let text = TestPipelines.moons.replacing(
      "kind: align, from: raw", with: "kind: align, from: points")
    let finished = try Self.tool(text).run("validate", "moons.yaml")
    #expect(finished.status == 1 && finished.errors.contains("'points'"), "\(finished.errors)")
  }

  @Test func aMissingFileIsAnError() throws {
    let finished = try Self.tool().run("validate", "moon.yaml")
    #expect(finished.status == 1)
    #expect(
      finished.errors.hasPrefix(
        "moon.yaml: error: there is no such file\n  mend: did you mean 'moons.yaml'?"))
  }

  @Test func theGraphIsDrawnAsTextAndAsDOT() throws {
    let tool = try Self.tool()
    #expect(try tool.run("graph", "moons.yaml").output.contains("╰─●            points    align"))
    let dot = try tool.run("graph", "moons.yaml", "--format", "dot")
    #expect(dot.output.hasPrefix("digraph \"moons\" {\n") && dot.status == 0)
  }

  @Test func aReaderThatHasSeenEnoughEndsItQuietly() throws {
    let tool = try Self.tool()
    let finished = try tool.shell(
      "for i in $(seq 20); do $mke graph moons.yaml --format dot | head -c 1 >/dev/null; "
        + "$mke graph moons.yaml | true; done")
    #expect(finished.errors.isEmpty)
  }

  // MARK: Plans

  @Test func aDryRunShowsThePlanAndLeavesNoTrace() throws {
    let tool = try Self.tool()
    let finished = try tool.run("run", "moons.yaml", "--dry-run", "--until", "points")
    #expect(finished.status == 0 && finished.errors.isEmpty)
    #expect(finished.output.hasPrefix("raw       would run: never run\n"))
    #expect(finished.output.hasSuffix("\nmoons: 2 of 7 stages would run, 5 left out\n"))
    #expect(!FileManager.default.fileExists(atPath: tool.folder.path("w")))
  }

  @Test func checkHasAnExitCodeOfItsOwn() throws {
    let finished = try Self.tool().run("run", "moons.yaml", "--check")
    #expect(finished.status == 3 && finished.output == "moons: 7 of 7 stages would run\n")
  }

  @Test func theDryRunIsJSONToo() throws {
    let finished = try Self.tool().run("run", "moons.yaml", "--dry-run", "--json")
    let value = try Self.json(finished.output)
    #expect(value["stages"]?.arrayValue?.count == 7)
    #expect(value["stages"]?.arrayValue?.first?["reasons"] == .array(["never run"]))
  }

  @Test func unknownStagesAndParametersHaveNearNames() throws {
    let tool = try Self.tool()
    let run = try tool.run("run", "moons.yaml", "--only", "student", "--dry-run")
    #expect(run.status == 1 && run.errors.contains("did you mean 'students'?"))
    let why = try tool.run("why", "moons.yaml", "student")
    #expect(why.status == 1)
    #expect(
      why.errors.hasPrefix("moons.yaml: error: there is no stage 'student'\n  mend: did you mean"))
    let set = try tool.run("validate", "moons.yaml", "--set", "nois=2")
    #expect(set.status == 1 && set.errors.contains("did you mean 'noise'?"))
  }

  @Test func statusAndWhySayThatNothingIsMade() throws {
    let tool = try Self.tool()
    let status = try tool.run("status", "moons.yaml")
    #expect(status.status == 0 && status.output.contains("\nraw       ingest        not made\n"))
    #expect(try tool.run("why", "moons.yaml", "raw").output == "raw would run:\n  never run\n")
  }

  @Test func aMissingWorkerIsAClearError() throws {
    let tool = try Self.tool()
    let given = try tool.run("run", "moons.yaml", environment: ["MKE_WORKER": "/nowhere/worker"])
    #expect(given.status == 1)
    #expect(
      given.errors == """
        $MKE_WORKER: error: '/nowhere/worker' is no program that can be run
          mend: point it at mke-worker, or unset it

        """)
    // A copy of the program has no worker beside it.
    try FileManager.default.copyItem(atPath: Tool.program, toPath: tool.folder.path("mke"))
    let alone = try Subprocess.run(
      tool.folder.path("mke"), ["run", "moons.yaml"], folder: tool.folder.path)
    #expect(alone.status == 1)
    #expect(alone.errors.contains("/mke-worker: error: the worker program is not there"))
  }

  @Test func aWorkerThatDiesFailsItsStageWithItsWords() throws {
    let tool = try Self.tool()
    let worker = try tool.write("worker", "#!/bin/sh\nread job\necho out of paper >&2\nexit 9\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: worker)
    let finished = try tool.run("run", "moons.yaml", environment: ["MKE_WORKER": worker])
    #expect(finished.status == 1)
    #expect(finished.errors.contains("stage 'raw': error: the worker ended with exit code 9"))
    #expect(finished.errors.contains("out of paper"))
    #expect(
      finished.errors.contains(
        "moons: 1 stage failed, not run: points teacher guesses labels students report; 0 made"))
    let status = try tool.run("status", "moons.yaml")
    #expect(status.output.contains("raw       ingest        failed"))
  }

  @Test func aReadOnlyWorkspaceIsAClearError() throws {
    let tool = try Self.tool()
    // A file where the folder should be: refused to root as well.
    try tool.write("blocked", "")
    let finished = try tool.run(
      "run", "moons.yaml", "--workspace", "blocked/w", environment: ["MKE_WORKER": "/bin/cat"])
    #expect(finished.status == 1 && finished.errors.contains("blocked/w"), "\(finished.errors)")
  }

  // MARK: Looking at outputs

  @Test func outputsAreInspectedByFolderShardAndFingerprint() throws {
    let tool = try Self.tool()
    let store = tool.folder.path("w/store/f00dcafe")
    try TestPipelines.writeSamples(store, fingerprint: "f00dcafe")
    for target in [store, "f00d", "\(store)/unlabelled-00000.h5"] {
      let finished = try tool.run("inspect", target)
      #expect(finished.status == 0, "\(finished.errors)")
      #expect(finished.output.hasPrefix("schema       aligned-samples\n"))
    }
    let sample = try tool.run("inspect", "f00d#b")
    #expect(sample.output.hasPrefix("sample       b\n"))
    let json = try Self.json(try tool.run("inspect", "f00d", "--json").output)
    #expect(json["fingerprint"] == "f00dcafe")
  }

  @Test func sealedLabelsStayOutOfEveryForm() throws {
    let tool = try Self.tool()
    try TestPipelines.writeSamples(tool.folder.path("o"))
    for arguments in [["o"], ["o", "--json"], ["o#d"], ["o#d", "--json"]] {
      let closed = try tool.run(["inspect"] + arguments)
      #expect(closed.status == 0)
      let open = try tool.run(["inspect"] + arguments + ["--truth"])
      #expect(open.output != closed.output)
    }
    let sample = try Self.json(try tool.run("inspect", "o#d", "--json").output)
    #expect(
      sample["fields"]?.arrayValue?.contains { $0["description"]?["path"] == "/sealed/class" }
        == false)
  }

  @Test func damageIsFoundByVerify() throws {
    let tool = try Self.tool()
    let store = tool.folder.path("w/store/f00d")
    try TestPipelines.writeSamples(store)
    let good = try tool.run("inspect", "f00d", "--verify")
    #expect(good.status == 0 && good.output.contains("whole: 2 shards"), "\(good.errors)")
    let shard = "\(store)/unlabelled-00000.h5"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: shard))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: shard))
    let bad = try tool.run("inspect", "f00d", "--verify")
    #expect(bad.status == 1 && bad.errors.contains("unlabelled-00000.h5"))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: shard))
    let torn = try tool.run("inspect", "f00d")
    #expect(torn.status == 1 && torn.errors.contains("manifest says"))
  }

  @Test func whatIsNotThereIsSaid() throws {
    let tool = try Self.tool()
    let cases = [
      ("nothing.h5", "there is no such file or folder"),
      ("beef", "has a fingerprint that starts with it"),
      ("moons.yaml", "one of its stages is needed"),
      ("moons.yaml:points", "it has not been made"),
      ("moons.yaml:pionts", "did you mean 'points'?"),
    ]
    for (target, message) in cases {
      let finished = try tool.run("inspect", target)
      #expect(finished.status == 1 && finished.errors.contains(message), "\(finished.errors)")
    }
  }

  @Test func metricsAreReadFromAFileAndFromAFolder() throws {
    let tool = try Self.tool()
    try tool.write("o/metrics.json", MetricsReportTests.document.json())
    let text = try tool.run("metrics", "o")
    #expect(text.status == 0 && text.output.contains("mke          2  77.5 ± 3.5"))
    let value = try Self.json(try tool.run("metrics", "o/metrics.json", "--json").output)
    #expect(value["rows"]?.arrayValue?.count == 4)
    #expect(try tool.run("metrics", "o", "--csv").output.hasPrefix("stage,model,variant,seed,"))
    let none = try tool.run("metrics", "moons.yaml")
    #expect(none.status == 1)
    #expect(none.errors.hasPrefix("moons.yaml:report: error: it has not been made"))
  }

  @Test func theDoctorSpeaksJSON() throws {
    let tool = try Self.tool()
    let finished = try tool.run("doctor", "--json", environment: ["MKE_WORKER": "/nowhere"])
    #expect(finished.status == 1)
    let value = try Self.json(finished.output)
    let names = value["checks"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
    #expect(
      names == [
        "mke", "HDF5", "zstd plugin", "zstd", "libtorch", "cores", "memory", "workspace",
      ])
  }
}
