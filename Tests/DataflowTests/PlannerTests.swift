import Configuration
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Dataflow

@Suite struct PlannerTests {
  static let pipeline = """
    moons: source noise=0.1 | a.csv
    points: join from=moons standardise=["xa","xb"]
    teacher: train from=points.labelled rate=0.01
    students: train from=points.unlabelled labels=teacher transform=[{"kind":"noise","scale":1.0}] \
    variants={"mke":{},"plain":{"transform":[]},"supervised":{"labels":"truth"}}
    report: join from=teacher,students
    """

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What is replaced in the pipeline, and by what.
    var edits: [(String, String)] = []
    /// Outside files that get other bytes.
    var touched: [String] = []
    /// The plan, without the stages that are up to date.
    var plan: String
  }

  static let cases = [
    Case(
      testDescription: "a key of one stage reaches exactly its dependants",
      edits: [("rate=0.01", "rate=0.5")],
      plan: """
        teacher: would run
          rate: 0.01 → 0.5
        students: would run
          input 'teacher' changed
        report: would run
          input 'teacher' changed
          input 'students' changed
        """),
    Case(
      testDescription: "a key that variants share is told once, where it stands",
      edits: [("\"scale\":1.0", "\"scale\":0.5")],
      plan: """
        students: would run
          variants.mke.transform.0.scale: 1 → 0.5
          variants.supervised.transform.0.scale: 1 → 0.5
        report: would run
          input 'students' changed
        """),
    Case(
      testDescription: "a key that all variants share is told without them",
      edits: [("labels=teacher", "labels=teacher seeds=10")],
      plan: """
        students: would run
          seeds: added, 10
        report: would run
          input 'students' changed
        """),
    Case(
      testDescription: "a variant's own key is told with its variant",
      edits: [("{\"transform\":[]}", "{\"transform\":[],\"rate\":2}")],
      plan: """
        students: would run
          variants.plain.rate: added, 2
        report: would run
          input 'students' changed
        """),
    Case(
      testDescription: "a variant less",
      edits: [("\"plain\":{\"transform\":[]},", "")],
      plan: """
        students: would run
          variants.plain: removed, was {from: points.unlabelled, labels: teacher, transform: []}
        report: would run
          input 'students' changed
        """),
    Case(
      testDescription: "a word in place of a reference",
      edits: [("labels=teacher", "labels=truth")],
      plan: """
        students: would run
          variants.mke.labels: teacher → truth
          variants.plain.labels: teacher → truth
        report: would run
          input 'students' changed
        """),
    Case(
      testDescription: "another split",
      edits: [("points.labelled", "points.test")],
      plan: """
        teacher: would run
          from: points.labelled → points.test
        students: would run
          input 'teacher' changed
        report: would run
          input 'teacher' changed
          input 'students' changed
        """),
    Case(
      testDescription: "a list is told whole",
      edits: [("[\"xa\",\"xb\"]", "[\"xa\"]"), ("rate=0.01", "rate=0.02")],
      plan: """
        points: would run
          standardise: [xa, xb] → [xa]
        teacher: would run
          rate: 0.01 → 0.02
          input 'points' changed
        students: would run
          input 'points' changed
          input 'teacher' changed
        report: would run
          input 'teacher' changed
          input 'students' changed
        """),
    Case(
      testDescription: "other code",
      edits: [("report: join", "report: join2")],
      plan: """
        report: would run
          stage version 1 → 2
        """),
    Case(
      testDescription: "another kind",
      edits: [("report: join", "report: train")],
      plan: """
        report: would run
          kind: join → train
        """),
    Case(
      testDescription: "an outside file",
      touched: ["a.csv"],
      plan: """
        moons: would run
          outside file 'a.csv' changed
        points: would run
          input 'moons' changed
        teacher: would run
          input 'points' changed
        students: would run
          input 'points' changed
          input 'teacher' changed
        report: would run
          input 'teacher' changed
          input 'students' changed
        """),
    Case(
      testDescription: "a new stage",
      edits: [("report:", "other: join from=points\nreport:")],
      plan: """
        other: would run
          never run
        """),
    Case(testDescription: "no edit", plan: ""),
    Case(
      testDescription: "the order of keys",
      edits: [("from=points.labelled rate=0.01", "rate=0.01 from=points.labelled")], plan: ""),
    Case(
      testDescription: "the name of a stage that others read",
      edits: [("points", "aligned")],
      // The renamed stage is in the store, and so is all below it.
      plan: ""),
  ]

  @Test(arguments: cases) func runsWhatAnEditTouchesAndSaysWhy(_ item: Case) async throws {
    let toy = try Toy()
    try toy.folder.write("a.csv", "1,2\n")
    #expect(try await toy.run(Self.pipeline).ran.count == 5)

    for file in item.touched { try toy.folder.write(file, "3,4\n") }
    let text = item.edits.reduce(Self.pipeline) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    let plan = try toy.plan(text)
    #expect(stale(plan) == item.plan)

    // What the plan says is what runs.
    let executor = ToyExecutor()
    try await toy.run(text, executor: executor)
    #expect(executor.stages.sorted() == plan.stale.map(\.name).sorted())
    #expect(stale(try toy.plan(text)) == "")
  }

  private func stale(_ plan: Plan) -> String {
    var plan = plan
    plan.items = plan.stale
    return plan.description
  }

  @Test func summarisesManyFiles() async throws {
    let toy = try Toy()
    let names = (0..<20).map { String(format: "s%04d.txt", $0) }
    for name in names { try toy.folder.write(name, name) }
    let text = "data: source | \(names.joined(separator: " "))"
    try await toy.run(text)
    for name in names[5..<9] { try toy.folder.write(name, "other") }
    let shorter = text.replacingOccurrences(of: " s0001.txt s0002.txt", with: "")
    #expect(
      stale(try toy.plan(shorter)) == """
        data: would run
          4 of 18 files changed: s0005.txt, s0006.txt, s0007.txt, …
          2 of 20 files removed: s0001.txt, s0002.txt
        """)
  }

  @Test func equalBytesAtAnotherTimeAreTheSameFile() async throws {
    let toy = try Toy()
    try toy.folder.write("a.csv", "1,2\n")
    try await toy.run("data: source | a.csv")
    try toy.touch("a.csv", secondsAgo: 1000)
    #expect(try toy.plan("data: source | a.csv").stale.isEmpty)
    // A new file with the same bytes.
    try FileManager.default.removeItem(atPath: toy.folder.path("a.csv"))
    try toy.folder.write("a.csv", "1,2\n")
    #expect(try toy.plan("data: source | a.csv").stale.isEmpty)
  }

  @Test func movedDataAndMovedStoreAreTheSame() async throws {
    let toy = try Toy()
    try toy.folder.write("data/a.csv", "1,2\n")
    let text = "data: source | a.csv"
    let graph = ToyPipeline.graph(text, folder: toy.folder.path("data"))
    let plan = try Planner(graph: graph, workspace: toy.workspace).plan()
    #expect(await toy.runner(executor: ToyExecutor()).run(plan).succeeded)

    let other = try TemporaryFolder()
    for (old, new) in [("data", "elsewhere"), (".mke", "store")] {
      try FileManager.default.moveItem(
        atPath: toy.folder.path(old), toPath: other.path(new))
    }
    let moved = try Planner(
      graph: ToyPipeline.graph(text, folder: other.path("elsewhere")),
      workspace: Workspace(other.path("store"))
    ).plan()
    #expect(moved.stale.isEmpty)
  }

  @Test func theDeviceCountsWhereItIsUsed() async throws {
    let toy = try Toy()
    let text = "data: source noise=1\nmodel: train from=data"
    try await toy.run(text)
    #expect(try toy.plan(text, .init(device: "cpu")).stale.isEmpty)
    #expect(
      stale(try toy.plan(text, .init(device: "cuda:1"))) == """
        model: would run
          device cpu → cuda
        """)
    try await toy.run(text, .init(device: "cuda:1"))
    #expect(try toy.plan(text, .init(device: "cuda:0")).stale.isEmpty)
  }

  @Test func aMissingOrDamagedOutputIsMadeAgainAlone() async throws {
    let toy = try Toy()
    let text = "a: source x=1\nb: join from=a\nc: join from=b"
    try await toy.run(text)
    let plan = try toy.plan(text)
    let (a, b) = try (#require(plan["a"]), #require(plan["b"]))
    let store = Store(toy.workspace)
    try Files.remove(store.directory(a.fingerprint))
    try Files.replace("\(store.directory(b.fingerprint))/data.txt", with: Array("mad".utf8))
    #expect(
      stale(try toy.plan(text)) == """
        a: would run
          its output is missing
        b: would run
          its output is damaged: 'data.txt' has 3 bytes, manifest.json says 10
        """)
    #expect(try await toy.run(text).ran == ["a", "b"])
    #expect(try toy.plan(text).stale.isEmpty)
  }

  @Test func takingAnEditBackRunsNothingAndIsTheNewPast() async throws {
    let toy = try Toy()
    try await toy.run("a: source x=1.0")
    try await toy.run("a: source x=2.0")
    let events = Events()
    #expect(try await toy.run("a: source x=1.0", events: events).ran == [])
    #expect(events.words == ["up-to-date a"])
    #expect(
      stale(try toy.plan("a: source x=3")) == """
        a: would run
          x: 1 → 3
        """)
  }

  // MARK: Selection

  static let chain = "a: source x=1\nb: join from=a\nc: join from=b\nd: join from=a"

  @Test(arguments: [
    (Planner.Options(only: ["b", "a"]), "a b"),
    (Planner.Options(until: ["b"]), "a b"),
    (Planner.Options(from: ["a"]), "a b c d"),
    (Planner.Options(from: ["b"], until: ["a", "b"]), "!"),
    (Planner.Options(only: ["a"], force: ["a"]), "a"),
  ]) func selectsOfAFreshPipeline(_ options: Planner.Options, _ expected: String) throws {
    let toy = try Toy()
    if expected == "!" {
      // 'b' reads 'a', which is neither selected nor there.
      let error = #expect(throws: DiagnosticList.self) { try toy.plan(Self.chain, options) }
      #expect(
        error?.description == """
          toy.yaml:2:1: error: stage 'b' needs the output of 'a', which is left out \
          (not in --from b) and has not been made
            mend: run 'a' first: mke run toy.yaml --until a
          """)
    } else {
      let names = try toy.plan(Self.chain, options).stale.map(\.name)
      #expect(names.joined(separator: " ") == expected)
    }
  }

  @Test func selectsOfAFinishedPipeline() async throws {
    let toy = try Toy()
    try await toy.run(Self.chain)
    #expect(
      try toy.plan(Self.chain, .init(from: ["b"], force: ["b"])).description == """
        a: left out (not in --from b)
        b: would run
          forced
        c: would run
          'b' is forced
        d: left out (not in --from b)
        """)
    #expect(
      try toy.plan(Self.chain, .init(force: ["a"])).stale.map(\.name) == ["a", "b", "c", "d"])
    #expect(
      try toy.plan(Self.chain, .init(only: ["b"], force: ["b"])).stale.map(\.name) == ["b"])
    // What is there is not run again just because it is named.
    #expect(try toy.plan(Self.chain, .init(from: ["a"])).stale.isEmpty)
    // Of a chain of forced stages the one that was named is the reason.
    #expect(
      try toy.plan(Self.chain, .init(force: ["a"]))["c"]?.state
        == .stale([.upstreamForced(stage: "a")]))
  }

  @Test func refusesWhatCannotBeSelected() throws {
    let toy = try Toy()
    func complaint(_ options: Planner.Options) -> String? {
      (#expect(throws: DiagnosticList.self) { try toy.plan(Self.chain, options) })?.description
    }
    #expect(
      complaint(.init(only: ["teacher"], force: ["aa"])) == """
        --only teacher: error: pipeline 'toy' has no stage 'teacher'
          mend: stages: a, b, c, d
        --force aa: error: pipeline 'toy' has no stage 'aa'
          mend: did you mean 'a'? (stages: a, b, c, d)
        """)
    #expect(
      complaint(.init(only: ["a"], force: ["b"])) == """
        --force b: error: 'b' is to be run again, but is left out (not in --only a)
          mend: select it too, or leave --force b out
        """)
    #expect(
      complaint(.init(from: ["c"], until: ["a"])) == """
        toy.yaml: error: no stage is selected by all of --only, --from and --until
          mend: leave one of them out
        """)
  }

  @Test func tellsAllMissingFilesAtOnce() throws {
    let toy = try Toy()
    try toy.folder.write("there", "")
    try FileManager.default.createDirectory(
      atPath: toy.folder.path("folder"), withIntermediateDirectories: true)
    let error = #expect(throws: DiagnosticList.self) {
      try toy.plan("a: source | there gone\nb: source | folder there gone2")
    }
    let path = toy.folder.path
    #expect(
      error?.description == """
        toy.yaml:1:1: error: stage 'a' reads '\(path)/gone' ('gone'), which does not exist
          mend: put the file there, or correct its path in the pipeline file
        toy.yaml:2:1: error: stage 'b' cannot read 2 of its 3 outside files: \
        '\(path)/folder' is a folder, not a file; '\(path)/gone2' does not exist
          mend: put the files there, or correct the paths in the pipeline file
        """)
  }

  @Test func planningLeavesNoTraces() throws {
    let toy = try Toy()
    _ = try toy.plan(Self.chain)
    #expect(!Files.exists(toy.workspace.path))
  }

  @Test func aDamagedRecordAndCacheAreIgnoredWithAWarning() async throws {
    let toy = try Toy()
    try toy.folder.write("a.csv", "1\n")
    try toy.touch("a.csv", secondsAgo: 100)
    let text = "a: source x=1 | a.csv"
    try await toy.run(text)
    let record = toy.workspace.record(of: "toy")
    for damage in ["", "{\"format\": 1, \"stages\": {\"a\": 3}}", "{\"format\": 9}", "{\"for\u{0}"]
    {
      for path in [record, toy.workspace.fileCache] {
        #expect(Files.exists(path))
        try Files.replace(path, with: Array(damage.utf8))
      }
      let plan = try toy.plan(text)
      #expect(plan.stale.isEmpty)
      #expect(plan.warnings.map(\.subject) == [record, toy.workspace.fileCache])
      #expect(plan.warnings.allSatisfy { $0.severity == .warning })
      #expect(try await toy.run(text).succeeded)
      #expect(try toy.plan(text).warnings.isEmpty)
    }
  }
}
