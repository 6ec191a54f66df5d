import Configuration
import Dataflow
import Diagnostics
import Foundation
import Shards
import TestSupport
import Testing

@testable import Work

@Suite struct PipelineWorkTests {
  /// All seven kinds, wired as in the paper.
  @Test func twoMoonsGoFromPointsToMetrics() async throws {
    let harness = try Harness()
    let outcomes = try await harness.run(Texts.moons)
    for (stage, outcome) in outcomes {
      #expect(outcome.failures.isEmpty, "\(stage): \(outcome.failures)")
    }
    let points = try #require(outcomes["points"]).output
    #expect(points.manifest.splits == ["labelled": 22, "unlabelled": 50, "test": 48])
    #expect(points.manifest.classes == ["0", "1"])
    let students = try #require(outcomes["students"]).output
    #expect(students.manifest.shards.count { $0.file.hasPrefix("mke-seed-") } == 3)
    let report = try #require(outcomes["report"])
    let names = try FileManager.default.contentsOfDirectory(atPath: report.job.outputDirectory)
    #expect(names.contains("metrics.json") && names.contains("metrics.csv"))
  }

  @Test func equalJobsGiveEqualBytesOnOneThreadAndOnTwo() async throws {
    let harness = try Harness()
    let one = try await harness.run(Texts.moons, attempt: "one", threads: 1)
    let two = try await harness.run(Texts.moons, attempt: "two", threads: 2)
    for stage in ["moons", "points", "teacher", "guesses", "labels", "students", "report"] {
      let first = try #require(one[stage]).output.manifest
      let second = try #require(two[stage]).output.manifest
      #expect(first.shards == second.shards, "\(stage)")
      #expect(first.files == second.files, "\(stage)")
    }
  }

  /// A crash after some networks: they are kept, and the rest comes to the same bits.
  @Test func trainingGoesOnFromTheNetworksThatAreDone() async throws {
    let harness = try Harness()
    let whole = try await harness.run(Texts.moons)
    let job = try #require(whole["students"]).job
    let before = try Output(opening: job.outputDirectory).manifest
    let kept = "\(job.outputDirectory)/um-student-seed-0.h5"
    let stamp = try FileManager.default.attributesOfItem(atPath: kept)[.modificationDate] as? Date
    for name in ["manifest.json", "mke-seed-1.h5", "trained-on.csv"] {
      try FileManager.default.removeItem(atPath: "\(job.outputDirectory)/\(name)")
    }
    let again = await harness.run(job)
    #expect(again.failures.isEmpty)
    #expect(
      try FileManager.default.attributesOfItem(atPath: kept)[.modificationDate] as? Date == stamp)
    #expect(try Output(opening: job.outputDirectory).manifest == before)
  }

  @Test func studentOfTheSupervisedVariantAloneReadsTruth() async throws {
    let harness = try Harness()
    let outcomes = try await harness.run(Texts.moons)
    let job = try #require(outcomes["students"]).job
    let sealed = StageContext(job: job, readsTruth: false) { _ in }
    #expect(throws: Diagnostic.self) { try Truth(sealed) }
    let points = try #require(outcomes["points"]).output
    #expect(try points.fields(of: "unlabelled").contains { $0.path == "/sealed/class" })
    #expect(try points.fields(of: "unlabelled").contains { $0.path == "/labels/class" } == false)
    #expect(throws: (any Error).self) { try points.readAll(["/sealed/class"], of: "unlabelled") }
  }

  @Test func everyStudentThatSeesWhatItsTeacherSawHasALight() async throws {
    let harness = try Harness()
    let text = Texts.moons.replacing(
      "mke: {}", with: "mke: {}\n      cross-modal: {modalities: [xb], transform: []}")
    let outcomes = try await harness.run(text)
    let students = try #require(outcomes["students"])
    let details = try JSON.value(
      ModelDetails.self, students.output.manifest.details.canonicalJSON, of: "test")
    #expect(details.lights.map(\.variant) == ["um-student", "mm-student-no-reg", "mke"])
    #expect(details.lights.allSatisfy { $0.predicted.reduce(0, +) == 150 })
    #expect(students.summaries.contains { $0.hasPrefix("mke: agrees with ") })
    #expect(
      students.summaries.contains {
        $0.hasPrefix("cross-modal: agrees with ")
          && $0.hasSuffix(" (sees other modalities than its teacher)")
      })
  }

  /// h5py with hdf5plugin opens every shard of every stage and reads every data set to its end.
  @Test(.enabled(if: TestPython.path != nil, "MKE_TEST_PYTHON is not set"))
  func h5pyReadsEveryShardOfThePipeline() async throws {
    let harness = try Harness()
    let outcomes = try await harness.run(Texts.moons)
    #expect(outcomes.values.allSatisfy { $0.failures.isEmpty })
    let answer = try TestPython.run(
      """
      import pathlib, sys
      import h5py, hdf5plugin

      shards = sorted(pathlib.Path(sys.argv[1]).rglob("*.h5"))
      for path in shards:
          with h5py.File(path) as shard:
              found = []
              shard.visititems(lambda name, item: found.append(item) if isinstance(item, h5py.Dataset) else None)
              assert found, path
              for data in found:
                  assert data[()].size == data.size, (path, data.name)
              assert shard.attrs["schema"], path
      print(len(shards))
      """, [harness.folder.path("first")])
    let written = try outcomes.values.reduce(0) { try $0 + $1.output.manifest.shards.count }
    #expect(Int(answer.trimmingCharacters(in: .whitespacesAndNewlines)) == written)
  }
}
