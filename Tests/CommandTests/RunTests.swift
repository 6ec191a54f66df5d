import Arrays
import Configuration
import Foundation
import Synchronization
import TestSupport
import Testing

/// The folder of `RunTests.finished`, to remove at the end.
private let sharedFolder = Mutex<String?>(nil)

/// Pipelines run from end to end by the built programs.
@Suite(
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: Tool.worker), "mke-worker is not built"),
  .timeLimit(.minutes(5)))
struct RunTests {
  private static func tool(_ text: String = TestPipelines.moons) throws -> Tool {
    let tool = try Tool()
    try tool.write("moons.yaml", text)
    return tool
  }

  /// A pipeline that has run, made once for all tests: each gets a copy of its workspace.
  private static let finished = Result { () throws -> Tool in
    let tool = try Self.tool()
    _ = try events(tool)
    // A static lives as long as the process, and is never taken down by Swift.
    sharedFolder.withLock { $0 = tool.folder.path }
    atexit {
      if let path = sharedFolder.withLock({ $0 }) {
        try? FileManager.default.removeItem(atPath: path)
      }
    }
    return tool
  }

  private static func finishedTool() throws -> Tool {
    let tool = try Self.tool()
    try FileManager.default.copyItem(
      atPath: finished.get().folder.path("w"), toPath: tool.folder.path("w"))
    return tool
  }

  private static func json(_ text: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }

  /// Runs the pipeline and returns its events; a failure is an issue of the test.
  private static func events(_ tool: Tool, _ arguments: String...) throws -> [Value] {
    let finished = try tool.run(["run", "moons.yaml", "--json"] + arguments)
    #expect(finished.status == 0, "\(finished.errors)")
    return try finished.output.split(separator: "\n").map { try json(String($0)) }
  }

  private static func started(_ events: [Value]) -> [String] {
    events.filter { $0["event"] == "started" }.compactMap { $0["stage"]?.stringValue }
  }

  /// The SHA-256 of every file of every output, by stage and file, and the figures.
  private static func bits(_ tool: Tool) throws -> [String: String] {
    var bits: [String: String] = [:]
    for stage in ["raw", "points", "teacher", "guesses", "labels", "students", "report"] {
      let found = try tool.shell("$mke inspect moons.yaml:\(stage) --json")
      let folder = try #require(try json(found.output)["directory"]?.stringValue)
      let manifest = try json(
        try String(contentsOfFile: "\(folder)/manifest.json", encoding: .utf8))
      for list in ["shards", "files"] {
        for item in manifest[list]?.arrayValue ?? [] {
          bits["\(stage)/\(item["file"]?.stringValue ?? "")"] = item["sha256"]?.stringValue
        }
      }
    }
    return bits
  }

  // MARK: What a run shows

  @Test func aSecondRunStartsNothingAndShowsTheTableAgain() throws {
    let tool = try Self.tool()
    let first = try tool.run("run", "moons.yaml")
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.output.contains("moons: 7 stages made in"))
    for word in [
      "test split, in %", "teacher", "um-student", "supervised", "warning lights of 'students'",
    ] {
      #expect(first.output.contains(word), "\(word)")
    }
    let second = try tool.run("run", "moons.yaml")
    #expect(second.status == 0 && second.errors.isEmpty)
    #expect(second.output.hasPrefix("nothing to do: 7 stages up to date\n"))
    func table(_ text: String) -> Substring? {
      text.range(of: "test split").map { text[$0.lowerBound...] }
    }
    #expect(table(second.output) == table(first.output))
    let events = try Self.events(tool)
    #expect(Self.started(events).isEmpty)
    #expect(events.last?["event"] == "result")
    #expect(try tool.run("run", "moons.yaml", "--check").status == 0)
  }

  @Test func metricsOfAPipelineHaveEveryVariantAndSeed() throws {
    let tool = try Self.finishedTool()
    let value = try Self.json(try tool.run("metrics", "moons.yaml", "--json").output)
    let accuracies = (value["aggregates"]?.arrayValue ?? []).filter {
      $0["metric"] == "accuracy" && $0["split"] == "test"
    }
    #expect(
      accuracies.compactMap { $0["variant"]?.stringValue }
        == ["teacher", "um-student", "mke", "supervised"])
    #expect(accuracies.compactMap { $0["n"]?.integerValue } == [1, 2, 2, 2])
    for row in accuracies { #expect((0...1).contains(row["mean"]?.doubleValue ?? -1)) }
  }

  // MARK: Running again

  @Test func changingOneKeyOfDistillRunsDistillAndEvaluateAlone() throws {
    let tool = try Self.finishedTool()
    try tool.write("moons.yaml", TestPipelines.moons.replacing("noise: 1.0", with: "noise: 0.5"))
    let why = try tool.run("why", "moons.yaml", "students")
    #expect(why.output.hasPrefix("students would run:\n"))
    #expect(why.output.contains("transform.0.scale: 1 → 0.5"), "\(why.output)")
    let report = try tool.run("why", "moons.yaml", "report")
    #expect(report.output.contains("  input 'students' changed\n"), "\(report.output)")
    #expect(report.output.contains("    "))
    #expect(Self.started(try Self.events(tool)) == ["students", "report"])
    #expect(
      try tool.run("why", "moons.yaml", "students").output.hasPrefix("students is up to date"))
  }

  @Test func whatCannotChangeAResultCausesNoRerun() throws {
    let tool = try Self.finishedTool()
    let text =
      "# a comment\n"
      + TestPipelines.moons.replacing("noise: 1.0, seeds: 2", with: "seeds: 2, noise: 1.0")
    try tool.write("moons.yaml", text)
    #expect(Self.started(try Self.events(tool, "--jobs", "1")).isEmpty)
  }

  @Test func aStageIsRunAgainByItself() throws {
    let tool = try Self.finishedTool()
    let before = try Self.bits(tool)
    let finished = try tool.run("stage", "moons.yaml", "teacher")
    #expect(
      finished.status == 0 && finished.output.contains("moons: 1 stage made"), "\(finished.errors)")
    #expect(try Self.bits(tool) == before)
    #expect(try tool.run("run", "moons.yaml", "--check").status == 0)
  }

  @Test func aStageNeedsItsInputs() throws {
    let finished = try Self.tool().run("stage", "moons.yaml", "teacher")
    #expect(finished.status == 1)
    #expect(
      finished.errors.contains("stage 'teacher' needs the output of 'points'"), "\(finished.errors)"
    )
  }

  @Test func partsCanBeRunAndForced() throws {
    let tool = try Self.tool()
    #expect(Self.started(try Self.events(tool, "--until", "labels")).count == 5)
    #expect(
      Self.started(try Self.events(tool, "--force-all", "--until", "points")) == ["raw", "points"])
    #expect(Self.started(try Self.events(tool, "--from", "teacher")) == ["students", "report"])
  }

  // MARK: The same bits

  @Test func theNumberOfJobsChangesNoBit() throws {
    let one = try Self.tool()
    _ = try Self.events(one, "--jobs", "1")
    let bits = try Self.bits(one)
    #expect(bits.count > 10)
    let two = try Self.finishedTool()
    #expect(Self.started(try Self.events(two, "--jobs", "2", "--force-all")).count == 7)
    #expect(try Self.bits(two) == bits)
  }

  @Test func aKilledWorkerLosesNothingAndTheNextRunGivesTheSameBits() throws {
    let text = TestPipelines.moons.replacing("steps: 40\n    seeds", with: "steps: 4000\n    seeds")
      .replacing("seeds: 2}", with: "seeds: 4}")
    let (killed, calm) = (try Self.tool(text), try Self.tool(text))
    let run = try Background(killed, ["run", "moons.yaml", "--json", "--jobs", "1"])
    try run.wait(for: "\"stage\":\"students\",\"total\"")
    try run.kill(childrenWith: SIGKILL)
    #expect(try run.finish() == 1)
    #expect(run.errors.contains("signal 9"), "\(run.errors)")
    let events = try Self.events(killed)
    #expect(Self.started(events) == ["students", "report"])
    _ = try Self.events(calm)
    #expect(try Self.bits(killed) == Self.bits(calm))
  }

  @Test func anInterruptedRunExitsWith130AndGoesOn() throws {
    let text = TestPipelines.moons.replacing("steps: 40\n    seeds", with: "steps: 4000\n    seeds")
    let tool = try Self.tool(text)
    let run = try Background(tool, ["run", "moons.yaml", "--json", "--jobs", "1"])
    try run.wait(for: "\"stage\":\"students\",\"total\"")
    run.interrupt()
    #expect(try run.finish() == 130)
    #expect(run.errors.contains("stopping; what is made is kept"))
    #expect(Self.started(try Self.events(tool)) == ["students", "report"])
  }

  // MARK: Bad input

  /// A pipeline over a table.
  private static func table(_ rows: String, split: String = "column: split") throws -> Tool {
    let tool = try Tool()
    try tool.write("data.csv", "id,split,label,x\n" + rows)
    try tool.write(
      "moons.yaml",
      """
      mke: 1
      name: table
      stages:
        raw:
          kind: ingest
          source: {kind: table, path: data.csv, id: id, label: label, modalities: {x: {columns: [x]}}}
          split: {\(split)}
          classes: [down, up]
        points: {kind: align, from: raw}

      """)
    return tool
  }

  private static let rows = """
    a,labelled,up,1
    b,labelled,down,-1
    c,unlabelled,,2
    d,test,up,3

    """

  private func expectFailure(
    _ tool: Tool, _ message: String, _ arguments: String...,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let finished = try tool.run(["run", "moons.yaml"] + arguments)
    #expect(finished.status == 1, sourceLocation: location)
    #expect(finished.errors.contains(message), "\(finished.errors)", sourceLocation: location)
  }

  @Test func aGoodTableRuns() throws {
    let finished = try Self.table(Self.rows).run("run", "moons.yaml")
    #expect(finished.status == 0, "\(finished.errors)")
  }

  @Test func aBrokenRowIsNamedByFileAndLine() throws {
    try expectFailure(Self.table(Self.rows + "e,test,up\n"), "data.csv:6: error:")
  }

  @Test func aValueThatIsNoNumberIsNamedByFileLineAndColumn() throws {
    try expectFailure(Self.table(Self.rows + "e,test,up,nan\n"), "data.csv:6:")
  }

  @Test func aLabelOutsideTheClassesIsNamed() throws {
    try expectFailure(Self.table(Self.rows + "e,test,upp,4\n"), "did you mean 'up'?")
  }

  @Test func anEmptySplitIsNamed() throws {
    let rows = Self.rows.replacing("test", with: "labelled")
    let tool = try Self.table(rows)
    try tool.write(
      "moons.yaml",
      try String(contentsOfFile: tool.folder.path("moons.yaml"), encoding: .utf8) + """
          teacher: {kind: teacher, from: points.labelled, modalities: [x], steps: 5}
          report: {kind: evaluate, models: teacher, on: points.test}

        """)
    try expectFailure(tool, "stage 'points' has no test sample")
  }

  @Test func aTruncatedShardIsMadeAgain() throws {
    let tool = try Self.finishedTool()
    let shard = try Self.shard(of: "points", in: tool)
    let bytes = try Data(contentsOf: shard)
    try bytes.prefix(bytes.count / 2).write(to: shard)
    let why = try tool.run("why", "moons.yaml", "points")
    #expect(why.output.contains("its output is damaged: 'labelled-00000.h5' has"), "\(why.output)")
    #expect(Self.started(try Self.events(tool, "--until", "points")) == ["points"])
    #expect(try Data(contentsOf: shard) == bytes)
  }

  @Test func aFlippedBitIsFoundByTheStageThatReadsIt() throws {
    let tool = try Self.finishedTool()
    let shard = try Self.shard(of: "points", in: tool)
    let manifest = shard.deletingLastPathComponent().appendingPathComponent("manifest.json")
    // Another shard of the same size in its place: every byte is whole, and none is right.
    var bytes = try Data(contentsOf: shard)
    for index in stride(from: bytes.count / 3, to: bytes.count, by: 97) { bytes[index] ^= 0x55 }
    try bytes.write(to: shard)
    #expect(FileManager.default.fileExists(atPath: manifest.path))
    try expectFailure(tool, "labelled-00000.h5", "--until", "teacher", "--force", "teacher")
  }

  @Test func aShardOfAnotherSchemaIsRefused() throws {
    let tool = try Self.finishedTool()
    let manifest = try Self.shard(of: "points", in: tool).deletingLastPathComponent()
      .appendingPathComponent("manifest.json")
    let text = try String(contentsOf: manifest, encoding: .utf8)
    try Data(text.replacing("\"aligned-samples\"", with: "\"samples\"").utf8).write(to: manifest)
    try expectFailure(tool, "'aligned-samples' wanted", "--until", "teacher", "--force", "teacher")
  }

  private static func shard(of stage: String, in tool: Tool) throws -> URL {
    let found = try tool.run("inspect", "moons.yaml:\(stage)", "--json")
    let folder = try #require(try json(found.output)["directory"]?.stringValue, "\(found.errors)")
    return URL(fileURLWithPath: folder).appendingPathComponent("labelled-00000.h5")
  }

  @Test func aDiskThatTakesNoMoreIsAClearErrorAndLosesNothing() throws {
    let tool = try Self.finishedTool()
    // No file may grow beyond 1 KiB: what a full disk does to a write, without a disk to fill.
    let finished = try tool.shell("ulimit -f 1; $mke run moons.yaml --set noise=0.5")
    #expect(finished.status == 1 && finished.errors.contains("error:"), "\(finished.errors)")
    #expect(Self.started(try Self.events(tool, "--set", "noise=0.5")) == ["students", "report"])
  }

  @Test func theDoctorFindsTheWorkerAndItsLibtorch() throws {
    let finished = try Self.tool().run("doctor", "--json")
    #expect(finished.status == 0, "\(finished.output)")
    let checks = try Self.json(finished.output)["checks"]?.arrayValue
    let libtorch = checks?.first { $0["name"] == "libtorch" }
    #expect(libtorch?["verdict"] == "ok")
    #expect(libtorch?["facts"]?["version"]?.stringValue?.hasPrefix("2.") == true)
  }

  @Test func aStudentIsExportedOnceAndNotOverAnother() throws {
    let tool = try Self.finishedTool()
    let finished = try tool.run("export", "moons.yaml", "students.mke", "--to", "out", "--json")
    #expect(finished.status == 0, "\(finished.errors)")
    let names =
      ["card.json", "json", "md", "pt", "safetensors"].map { "mke-seed-0.\($0)" }
      + ["trained-on.csv"]
    #expect(
      try Self.json(finished.output)["files"]?.arrayValue?.compactMap(\.stringValue).sorted()
        == names)
    let card = try String(contentsOfFile: tool.folder.path("out/mke-seed-0.md"), encoding: .utf8)
    #expect(card.contains("| test | accuracy |"))
    #expect(card.contains("teacher, which sees xa"))
    #expect(!FileManager.default.fileExists(atPath: tool.folder.path("out.partial")))
    let again = try tool.run("export", "moons.yaml", "students.mke", "--to", "out")
    #expect(again.status == 1)
    #expect(again.errors.contains("it holds files already"))
    let forced = try tool.run(
      "export", "moons.yaml", "students.mke", "--to", "out", "--force", "--all-seeds")
    #expect(forced.status == 0, "\(forced.errors)")
    #expect(forced.output.split(separator: "\n").count == 11)
  }

  @Test(arguments: [
    (["students"], "it has several variants, and one must be named"),
    (["students.mk"], "the model has no variant 'mk'"),
    (["points"], "a stage of kind 'align' makes no model"),
    (["nothing"], "there is no stage 'nothing'"),
    (["students.mke", "--seed", "9"], "it has no seed 9"),
    (["students.mke", "--set", "noise=7"], "it has not been made"),
  ])
  func whatCannotBeExportedIsSaid(_ words: [String], _ message: String) throws {
    let tool = try Self.finishedTool()
    let finished = try tool.run(["export", "moons.yaml"] + words + ["--to", "out"])
    #expect(finished.status == 1)
    #expect(finished.errors.contains(message), "\(finished.errors)")
    #expect(!FileManager.default.fileExists(atPath: tool.folder.path("out")))
    #expect(!FileManager.default.fileExists(atPath: tool.folder.path("out.partial")))
  }
}

/// `mke` at work while the test does something to it.
private final class Background {
  private let process = Process()
  private let folder: TemporaryFolder
  private let output: String
  private let messages: String
  private(set) var errors = ""

  init(_ tool: Tool, _ arguments: [String]) throws {
    folder = tool.folder
    output = folder.path("events")
    messages = folder.path("messages")
    for path in [output, messages] {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    process.executableURL = URL(fileURLWithPath: Tool.program)
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    var variables = ProcessInfo.processInfo.environment
    variables["MKE_WORKSPACE"] = folder.path("w")
    process.environment = variables
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: messages))
    try process.run()
  }

  /// Waits until standard output holds `text`.
  func wait(for text: String) throws {
    while process.isRunning {
      if try String(contentsOfFile: output, encoding: .utf8).contains(text) { return }
      usleep(5_000)
    }
    Issue.record("it ended before it said \(text)")
  }

  /// Sends a signal to every process that it started.
  func kill(childrenWith signal: Int32) throws {
    let path = "/proc/\(process.processIdentifier)/task"
    for task in try FileManager.default.contentsOfDirectory(atPath: path) {
      let text = try String(contentsOfFile: "\(path)/\(task)/children", encoding: .utf8)
      for child in text.split(whereSeparator: \.isWhitespace).compactMap({ Int32($0) }) {
        Glibc.kill(child, signal)
      }
    }
  }

  func interrupt() { Glibc.kill(process.processIdentifier, SIGINT) }

  /// - Returns: the exit code.
  func finish() throws -> Int32 {
    process.waitUntilExit()
    errors = try String(contentsOfFile: messages, encoding: .utf8)
    return process.terminationStatus
  }
}
