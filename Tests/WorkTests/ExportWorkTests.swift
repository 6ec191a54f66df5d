import Arrays
import Configuration
import Dataflow
import Diagnostics
import Foundation
import Shards
import Stages
import TestSupport
import Testing

@testable import Work

/// Students that leave as TorchScript, and what they answer there.
@Suite struct ExportWorkTests {
  /// Samples that are given, and students of all kinds of encoder.
  enum Study: String, CaseIterable, Sendable {
    case columns, clips, pixels

    var samples: @Sendable (Job) throws -> Void {
      switch self {
      case .columns: { try TeacherFileTests.pictures($0) }
      case .clips: { try GivenSamples.clips($0) }
      case .pixels: { try GivenSamples.pictures($0) }
      }
    }

    var modalities: [String] {
      switch self {
      case .columns: ["weight", "image"]
      case .clips: ["sound", "video"]
      case .pixels: ["infrared", "red"]
      }
    }

    private var network: String {
      switch self {
      case .columns: "encoders: {image: {kind: cnn2d, channels: [4, 6]}}, head: {hidden: [5]}"
      case .clips:
        "encoders: {sound: {kind: cnn1d, channels: [4, 4]}, video: {kind: cnn2d, channels: [3, 4]}}"
      case .pixels: "encoder: {kind: cnn2d, channels: [4, 6]}"
      }
    }

    var text: String {
      """
      mke: 1
      name: leaving
      stages:
        raw:
          kind: ingest
          source:
            kind: table
            path: none.csv
            modalities: {\(modalities[0]): [a], \(modalities[1]): [b]}
          split: {column: part}
        points: {kind: align, from: raw}
        student:
          kind: teacher
          from: points.labelled
          modalities: [\(modalities.joined(separator: ", "))]
          network: {\(network)}
          optimizer: {kind: adam, learning-rate: 0.02}
          batch-size: 5
          epochs: 3
          seeds: 2
        guesses: {kind: infer, model: student, from: points.unlabelled}
      """
    }

    /// A pipeline whose teacher is the exported student.
    func next(_ name: String) -> String {
      let head = text.components(separatedBy: "  student:")[0]
      return head + """
          student: {kind: teacher, file: out/\(name).pt, declaration: out/\(name).json, \
        from: points.labelled,
            trained-on: out/trained-on.csv}
          guesses: {kind: infer, model: student, from: points.unlabelled}
        """
    }
  }

  /// The exported first seed of a study's student, in `out`.
  private func exported(_ study: Study) async throws -> (Harness, [String: Harness.Outcome]) {
    let harness = try Harness()
    try harness.folder.write("none.csv", "id,a,b,part\n1,2,3,test\n")
    let outcomes = try await harness.run(
      study.text, given: ["raw": { _ in }, "points": study.samples])
    try #require(outcomes.values.flatMap(\.failures).isEmpty)
    let events = try await export(harness, seeds: [])
    #expect(events == 1)
    return (harness, outcomes)
  }

  /// Runs the job of `mke export`; returns how many lines it said.
  @discardableResult
  private func export(_ harness: Harness, seeds: [Int]) async throws -> Int {
    let job = Job(
      pipeline: "leaving", stage: "export", kind: ExportStage.kind,
      configuration: .object([
        "seeds": .array(seeds.map { .integer($0) }), "every-seed": false, "notes": .object([:]),
      ]),
      inputs: [
        "model": [
          Job.Input(
            reference: StageReference("student"), type: .model,
            directory: harness.folder.path("first/student"), fingerprint: "of-student")
        ]
      ], fingerprint: "of-student", outputDirectory: harness.folder.path("out"), threads: 1,
      device: "cpu", toolVersion: "test")
    let lines = Lines()
    try await workerWork.run(job) { if case .summary = $0 { lines.add() } }
    return lines.count
  }

  /// `@unchecked Sendable`: every access holds `lock`.
  private final class Lines: @unchecked Sendable {
    private let lock = NSLock()
    private var lines = 0
    func add() { lock.withLock { lines += 1 } }
    var count: Int { lock.withLock { lines } }
  }

  /// Logits of the first seed, sample by sample.
  private func logits(_ outcome: Harness.Outcome?) throws -> [Float] {
    let output = try #require(try outcome?.output)
    let columns = try output.readAll([StandardField.logits], of: "unlabelled")
    let column = try #require(columns[StandardField.logits])
    let values = column.values(as: Float.self)
    let field = try output.fields(of: "unlabelled").first { $0.path == StandardField.logits }
    let seeds = try #require(field?.shape.first ?? nil)
    let size = values.count / column.count
    return (0..<column.count).flatMap { values[$0 * size..<$0 * size + size / seeds] }
  }

  private func apart(_ left: [Float], _ right: [Float]) -> Float {
    left.count == right.count
      ? zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
  }

  @Test(arguments: Study.allCases)
  func anExportedStudentTeachesTheNextPipelineUnchanged(_ study: Study) async throws {
    let (harness, outcomes) = try await exported(study)
    let own = try logits(outcomes["guesses"])
    let next = try await harness.run(
      study.next("student-seed-0"), attempt: "second",
      given: ["raw": { _ in }, "points": study.samples])
    #expect(next.values.flatMap(\.failures).isEmpty)
    #expect(try apart(own, logits(next["guesses"])) <= 1e-5)
    // What it has learned from travels with it.
    let known = ["first", "second"].map {
      try? String(
        contentsOfFile: harness.folder.path("\($0)/student/trained-on.csv"), encoding: .utf8)
    }
    #expect(known[0] != nil && known[0] == known[1])
  }

  @Test(
    .enabled(if: TestTorch.path != nil, "MKE_TEST_TORCH_PYTHON is not set"),
    arguments: Study.allCases)
  func pyTorchAnswersTheSameForAnyNumberOfSamples(_ study: Study) async throws {
    let (harness, outcomes) = try await exported(study)
    let own = try logits(outcomes["guesses"])
    let answers = try JSONDecoder().decode(
      [[Float]].self,
      from: Data(
        try TestTorch.run(
          "make_teachers.py",
          [
            "answers", harness.folder.path("out"), "student-seed-0",
            harness.folder.path("first/points"), "unlabelled",
          ]
        ).utf8))
    #expect(answers.count == 4)
    for answer in answers { #expect(apart(own, answer) <= 1e-5, "\(apart(own, answer))") }
  }

  @Test func theSameStudentLeavesAsTheSameBytes() async throws {
    let (harness, _) = try await exported(.columns)
    let files = ["pt", "json", "safetensors", "card.json", "md"].map { "out/student-seed-0.\($0)" }
    let first = try files.map {
      try Data(contentsOf: URL(fileURLWithPath: harness.folder.path($0)))
    }
    try await export(harness, seeds: [0])
    let second = try files.map {
      try Data(contentsOf: URL(fileURLWithPath: harness.folder.path($0)))
    }
    #expect(first == second)
  }

  @Test func aSeedThatIsNotThereIsNamed() async throws {
    let (harness, _) = try await exported(.columns)
    let fault = await #expect(throws: Diagnostic.self) { try await export(harness, seeds: [5]) }
    #expect(fault?.message == "it has no seed 5")
    #expect(fault?.mend == "seeds: 0, 1")
  }

  @Test func argumentsAreIdentifiersAndDiffer() {
    #expect(
      TracedNetwork.arguments(["right-leg", "right_leg", "3d", "self", "ü"])
        == ["right_leg", "right_leg_", "x3d", "self_", "x_"])
  }
}
