import Dataflow
import Foundation
import Inspection
import TestSupport
import Testing

@Suite struct PlanReportTests {
  private static func plan(
    _ folder: TemporaryFolder, _ options: Planner.Options = .init()
  ) throws -> Plan {
    try Planner(
      graph: try TestPipelines.graph(), workspace: Workspace(folder.path("w")), options: options
    ).plan()
  }

  @Test func aNewPipelineIsAllDue() throws {
    let folder = try TemporaryFolder()
    let plan = try Self.plan(folder, .init(until: ["points"]))
    let report = PlanReport(plan, file: "moons.yaml", record: RunRecord(pipeline: "moons"))
    #expect(
      report.planText() == """
        raw       would run: never run
        points    would run: never run
        teacher   left out: not in --until points
        guesses   left out: not in --until points
        labels    left out: not in --until points
        students  left out: not in --until points
        report    left out: not in --until points

        moons: 2 of 7 stages would run, 5 left out
        """)
    #expect(!FileManager.default.fileExists(atPath: folder.path("w")))
  }

  @Test func statusShowsWhatIsMadeAndWhatFailed() throws {
    let folder = try TemporaryFolder()
    let first = try Self.plan(folder)
    let recipe = try #require(first["raw"]).recipe
    let store = folder.path("w/store/\(recipe.fingerprint)")
    try TestPipelines.writeSamples(store, fingerprint: recipe.fingerprint)
    var made = recipe
    made.finishedAt = Date(timeIntervalSince1970: 60)
    made.seconds = 12.3
    let record = RunRecord(
      pipeline: "moons", stages: ["raw": made],
      failures: ["points": [.init("stage 'points'", "the disk is full")]])
    let plan = try Self.plan(folder)
    let report = PlanReport(plan, file: "moons.yaml", record: record)
    let zone = try #require(TimeZone(secondsFromGMT: 0))
    let lines = report.statusText(zone: zone).split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("stage     kind          state       made              took"))
    #expect(lines[1].hasPrefix("raw       ingest        up to date  1970-01-01 00:01  12 s"))
    #expect(lines[2].hasPrefix("points    align         failed"))
    #expect(lines[2].hasSuffix("the disk is full"))
    #expect(lines[3] == "teacher   teacher       not made")
    #expect(lines.last == "moons: 6 of 7 stages would run")
  }

  @Test func whyFollowsAChangedInputToItsCause() {
    let report = WhyReport(
      stage: "report",
      causes: [.init("input 'students' changed", because: [.init("transform.0.scale: 1 → 0.5")])])
    #expect(
      report.text() == """
        report would run:
          input 'students' changed
            transform.0.scale: 1 → 0.5
        """)
  }
}
