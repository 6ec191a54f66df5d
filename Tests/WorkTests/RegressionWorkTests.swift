import Arrays
import Configuration
import Dataflow
import Diagnostics
import Foundation
import Metrics
import Shards
import Stages
import TestSupport
import Testing

@testable import Work

/// From a table of numbers to metrics and an exported student, where samples are labelled with values.
@Suite struct RegressionWorkTests {
  /// Flights whose speed, around 1000 m/s, and drag, around 0.01 N, hang on two hidden numbers. Sound
  /// tells them faintly, radar well. Some cells of the labelled flights are empty.
  static func flights(_ count: Int = 500) -> String {
    var generator = GivenSamples.Generator(state: 5)
    /// Nearly normal.
    func noise() -> Double {
      (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
    }
    var lines = ["id,s1,s2,r1,r2,speed,drag,part"]
    for number in 0..<count {
      let (a, b) = (noise(), noise())
      let sound = [a + 0.7 * noise(), b + 0.7 * noise()]
      let radar = [a - b + 0.15 * noise(), a + b + 0.15 * noise()]
      let part = number < 60 ? "labelled" : number < 350 ? "unlabelled" : "test"
      let speed = number == 4 || number == 400 ? "" : "\(1000 + 50 * a)"
      let drag = number == 7 || number == 401 ? "" : "\(0.01 + 0.002 * (b + 0.3 * a))"
      let numbers = (sound + radar).map { "\($0)" }
      lines.append((["f\(number)"] + numbers + [speed, drag, part]).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static func text(
    teacher: String = "seeds: 3", labels: String = "max-spread: {speed: 40}",
    students: String = "consistency: {weight: 0.1}"
  ) -> String {
    """
    mke: 1
    name: flights
    stages:
      recordings:
        kind: ingest
        source:
          kind: table
          path: flights.csv
          target: {kind: value, columns: [speed, drag], unit: [m/s, N]}
          modalities: {sound: [s1, s2], radar: [r1, r2]}
        split: {column: part}
      flights: {kind: align, from: recordings, standardise: [sound, radar]}
      teacher:
        kind: teacher
        from: flights.labelled
        modalities: [sound]
        network: {head: {hidden: [8]}}
        loss: {kind: huber, delta: 1}
        optimizer: {kind: adam, learning-rate: 0.01, weight-decay: 0.01}
        steps: 200
        \(teacher)
      guesses: {kind: infer, model: teacher, from: flights.unlabelled}
      labels: {kind: pseudo-label, from: guesses, \(labels)}
      students:
        kind: distill
        from: flights.unlabelled
        labels: labels
        modalities: [sound, radar]
        network: {head: {hidden: [16]}}
        transform:
          - {kind: additive-noise, std: 1, modalities: [sound]}
          - {kind: modality-dropout, rate: 0.4, modalities: [sound]}
        optimizer: {kind: adam, learning-rate: 0.01}
        steps: 300
        variants:
          um-student: {modalities: [sound], transform: []}
          mke: {seeds: 3, \(students)}
          also: {also-labelled: flights.labelled}
          supervised: {labels: truth, loss: squared-error}
      report:
        kind: evaluate
        models: [teacher, students]
        on: flights.test
        denoise-on: flights.unlabelled
        labels: labels
    """
  }

  /// The same, and hardly anything is learned.
  private static func quick(
    teacher: String = "seeds: 3", labels: String = "mode: hard",
    students: String = "consistency: {weight: 0.1}"
  ) -> String {
    text(teacher: teacher, labels: labels, students: students)
      .replacing("steps: 200", with: "steps: 5").replacing("steps: 300", with: "steps: 3")
  }

  private func harness(_ table: String = flights()) throws -> Harness {
    let harness = try Harness()
    try harness.folder.write("flights.csv", table)
    return harness
  }

  private func document(_ outcome: Harness.Outcome?) throws -> MetricsDocument {
    let job = try #require(outcome).job
    return try MetricsDocument(
      json: String(contentsOfFile: "\(job.outputDirectory)/metrics.json", encoding: .utf8))
  }

  private func floats(_ outcome: Harness.Outcome?, _ path: String, of split: String) throws
    -> [Float]
  {
    let output = try #require(outcome).output
    let columns = try output.readAll(
      [path], of: split, options: ReadOptions(includesSealed: true))
    return try #require(columns[path]).values(as: Float.self)
  }

  /// On one thread and on two the same bits.
  @Test func flightsGoFromTableToMetricsAndTheStudentBeatsItsTeacher() async throws {
    let harness = try harness()
    let outcomes = try await harness.run(Self.text())
    for (stage, outcome) in outcomes { #expect(outcome.failures == [], "\(stage)") }
    let again = try await harness.run(Self.text(), attempt: "again", threads: 1)
    for stage in ["recordings", "flights", "teacher", "guesses", "labels", "students", "report"] {
      let (first, second) = (
        try #require(outcomes[stage]).output.manifest, try #require(again[stage]).output.manifest
      )
      #expect(first.shards == second.shards, "\(stage)")
      #expect(first.files == second.files, "\(stage)")
      #expect(first.task == .regression && first.classes == ["speed", "drag"], "\(stage)")
      #expect(first.units == ["m/s", "N"], "\(stage)")
    }
    let document = try document(outcomes["report"])
    func mean(_ metric: String, _ variant: String, _ split: String = "test") -> Double {
      let values = document.rows.filter {
        $0.metric == metric && $0.variant == variant && $0.split == split
      }.compactMap(\.value)
      return values.reduce(0, +) / Double(max(1, values.count))
    }
    for metric in ["mae/speed", "mae/drag", "rmse/speed", "rmse/drag"] {
      #expect(mean(metric, "mke") < 0.8 * mean(metric, "teacher"), "\(metric)")
      #expect(mean(metric, "mke") < 0.8 * mean(metric, "um-student"), "\(metric)")
      #expect(mean(metric, "supervised") < mean(metric, "mke"), "\(metric)")
    }
    #expect(mean("r2", "mke") > mean("r2", "teacher") + 0.1)
    #expect(mean("pearson/drag", "mke") > mean("pearson/drag", "teacher"))
    #expect(mean("mae/speed", "supervised") > 1 && mean("mae/speed", "supervised") < 15)
    // On D_u the student is nearer to the truth than what it learned from.
    #expect(
      mean("student-mae/speed", "mke", "unlabelled")
        < 0.8 * mean("teacher-mae/speed", "mke", "unlabelled"))
    #expect(mean("improvement-rate", "mke", "unlabelled") > 0.6)
    #expect(mean("mae-gain/speed", "mke", "unlabelled") > 0)
    // Its own pseudo-labels are what the teacher says.
    #expect(abs(mean("mae-gain/speed", "teacher", "unlabelled")) < 1e-3)
    #expect(document.confusionMatrices.isEmpty)
  }

  @Test func whatNobodyKnowsStaysUnknownAndLeavesTheLoss() async throws {
    let harness = try harness()
    let outcomes = try await harness.run(Self.quick())
    for (stage, outcome) in outcomes { #expect(outcome.failures == [], "\(stage)") }
    let open = try floats(outcomes["flights"], "/labels/value", of: "labelled")
    #expect(open.count == 120)
    #expect(open.indices.filter { open[$0].isNaN } == [8, 15])
    let sealed = try floats(outcomes["flights"], "/sealed/value", of: "test")
    #expect(sealed.indices.filter { sealed[$0].isNaN } == [100, 103])
    #expect(sealed[0] > 700 && sealed[0] < 1300)
    // An unknown value enters neither loss nor metric as a number.
    let document = try document(outcomes["report"])
    #expect(document.rows.allSatisfy { $0.value.map(\.isFinite) ?? true })
    #expect(outcomes["teacher"]?.warnings.isEmpty ?? false)
  }

  @Test func spreadIsThatOfTheSeedsAndDecidesWhatIsKept() async throws {
    let harness = try harness()
    let outcomes = try await harness.run(Self.quick(labels: "max-spread: {drag: 0.0002}"))
    for (stage, outcome) in outcomes { #expect(outcome.failures == [], "\(stage)") }
    let guesses = try floats(outcomes["guesses"], "/predictions/values", of: "unlabelled")
    let apart = try floats(outcomes["guesses"], "/predictions/spread", of: "unlabelled")
    let values = try floats(outcomes["labels"], "/pseudo/value", of: "unlabelled")
    let spread = try floats(outcomes["labels"], "/pseudo/spread", of: "unlabelled")
    let kept = try floats(outcomes["labels"], "/pseudo/kept", of: "unlabelled")
    #expect(guesses.count == 290 * 3 * 2 && values == guesses && spread == apart)
    for sample in 0..<290 {
      for value in 0..<2 {
        let own = (0..<3).map { Double(guesses[sample * 6 + $0 * 2 + value]) }
        let wanted = Statistics(own)?.std ?? -1
        let found = Double(spread[sample * 2 + value])
        #expect(abs(found - wanted) <= 1e-6 * wanted)
        for seed in 0..<3 {
          #expect(kept[sample * 6 + seed * 2 + value] == (value == 0 || found <= 0.0002 ? 1 : 0))
        }
      }
    }
    #expect((100..<800).contains(kept.count { $0 == 0 }))
    let line = outcomes["labels"]?.summaries.first ?? ""
    #expect(line.contains("speed ") && line.contains(" m/s") && line.contains("seeds apart by"))
  }

  /// Whatever the values' scale: the loss counts in their standard deviations.
  @Test func valuesOfAnotherUnitTrainAlike() async throws {
    var tables: [String: [Float]] = [:]
    for (name, factor) in [("metres", 1.0), ("kilometres", 0.0009765625)] {
      let harness = try harness(
        Self.flights().split(separator: "\n").map { line in
          var cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
          if let speed = Double(cells[5]) { cells[5] = "\(speed * factor)" }
          return cells.joined(separator: ",")
        }.joined(separator: "\n") + "\n")
      let outcomes = try await harness.run(Self.quick(labels: "mode: hard"))
      let values = try floats(outcomes["guesses"], "/predictions/values", of: "unlabelled")
      tables[name] = stride(from: 0, to: values.count, by: 2).map { values[$0] / Float(factor) }
    }
    let (metres, kilometres) = (try #require(tables["metres"]), try #require(tables["kilometres"]))
    for (one, other) in zip(metres, kilometres) { #expect(abs(one - other) < 0.01) }
    // In their own unit and near their mean from the first steps on.
    #expect(metres.allSatisfy { $0 > 700 && $0 < 1300 })
  }

  // MARK: Faults

  /// What the stage `name` fails with.
  private func fault(_ text: String, _ name: String, table: String = flights()) async throws
    -> String
  {
    let outcomes = try await harness(table).run(text)
    return try #require(outcomes[name]).failures.map { "\($0.message) | \($0.mend ?? "")" }
      .joined(separator: "\n")
  }

  @Test func aSingleSeedHasNoSpread() async throws {
    #expect(
      try await fault(Self.quick(teacher: "seeds: 1", labels: "max-spread: 3"), "labels")
        == "'max-spread' asks how far the teacher's seeds are apart, and it has one | "
        + "train the teacher with 'seeds: 5', or remove 'max-spread'")
    let harness = try harness()
    let outcomes = try await harness.run(Self.quick(teacher: "seeds: 1"))
    for (stage, outcome) in outcomes { #expect(outcome.failures == [], "\(stage)") }
    let spread = try floats(outcomes["labels"], "/pseudo/spread", of: "unlabelled")
    #expect(spread.allSatisfy { $0.isNaN })
    let fields = try #require(outcomes["guesses"]).output.fields(of: "unlabelled").map(\.path)
    #expect(!fields.contains("/predictions/spread"))
  }

  @Test func aSpreadThatNothingReachesIsNamed() async throws {
    let text = Self.quick(labels: "max-spread: 0")
    #expect(
      try await fault(text, "labels")
        == "of not one of 1740 values the teacher's seeds are as near as 'max-spread' says | "
        + "raise 'max-spread'; 'mke inspect' shows how far they are apart")
  }

  @Test func numbersThatAreNoneAreRefusedAtTheirPlace() async throws {
    let table =
      "id,s1,s2,r1,r2,speed,drag,part\n"
      + "a,1,2,3,4,nan,1,labelled\nb,1,2,3,4,5,1e39,labelled\nc,1,2,3,4,fast,1,labelled\n"
      + "d,1,2,3,4,,,labelled\ne,1,2,3,4,-inf,1,test\n"
    let outcomes = try await harness(table).run(Self.text())
    let faults = try #require(outcomes["recordings"]).failures.map {
      "\($0.subject.split(separator: "/").last ?? ""): \($0.message)"
    }
    #expect(
      faults == [
        "flights.csv:2:11: 'nan' is not a finite number",
        "flights.csv:3:13: '1e39' is too large for a 32-bit float",
        "flights.csv:4:11: 'fast' is not a number",
        "flights.csv:6:11: '-inf' is not a finite number",
      ])
    let unlabelled = "id,s1,s2,r1,r2,speed,drag,part\na,1,2,3,4,1,1,test\nd,1,2,3,4,,,labelled\n"
    #expect(
      try await fault(Self.text(), "recordings", table: unlabelled)
        == "sample 'd' of the labelled split has no label | fill in 'speed', 'drag', or put the "
        + "sample into the unlabelled split")
  }

  // MARK: Away and back

  @Test func anExportedStudentAnswersInUnitsAndTeachesTheNextPipeline() async throws {
    let harness = try harness()
    let first = try await harness.run(Self.quick())
    let events = Events()
    try await workerWork.run(
      Job(
        pipeline: "flights", stage: "export", kind: ExportStage.kind,
        configuration: .object(["seeds": .array([]), "every-seed": false, "notes": .object([:])]),
        inputs: [
          "model": [
            Job.Input(
              reference: StageReference("teacher"), type: .model,
              directory: harness.folder.path("first/teacher"), fingerprint: "of-teacher")
          ]
        ], fingerprint: "of-teacher", outputDirectory: harness.folder.path("out"), threads: 1,
        device: "cpu", toolVersion: "test")
    ) { events.add($0) }
    let card = try String(
      contentsOfFile: harness.folder.path("out/teacher-seed-0.md"), encoding: .utf8)
    #expect(card.contains("A network for regression over the values speed (m/s), drag (N)"))
    #expect(card.contains("values = network(sound)"))
    #expect(!card.contains("softmax") && !card.contains("ogits"))
    let declaration = try String(
      contentsOfFile: harness.folder.path("out/teacher-seed-0.json"), encoding: .utf8)
    #expect(declaration.contains(#""task": "regression""#))
    #expect(declaration.contains(#""values": "values""#))
    let head = Self.quick().components(separatedBy: "  teacher:")[0]
    let next =
      head + """
          teacher: {kind: teacher, file: out/teacher-seed-0.pt, declaration: out/teacher-seed-0.json, \
        from: flights.labelled, trained-on: out/trained-on.csv}
          guesses: {kind: infer, model: teacher, from: flights.unlabelled}
        """
    let second = try await harness.run(next, attempt: "second")
    for (stage, outcome) in second { #expect(outcome.failures == [], "\(stage)") }
    #expect(try second["teacher"]?.output.manifest.units == ["m/s", "N"])
    let own = try floats(first["guesses"], "/predictions/values", of: "unlabelled")
    let other = try floats(second["guesses"], "/predictions/values", of: "unlabelled")
    #expect(other.count * 3 == own.count)
    for (place, value) in other.enumerated() {
      let wanted = own[place / 2 * 6 + place % 2]
      #expect(abs(value - wanted) <= 1e-5 * max(1, abs(wanted)))
    }
  }

  /// `@unchecked Sendable`: every access holds `lock`.
  private final class Events: @unchecked Sendable {
    private let lock = NSLock()
    private var list: [WorkerEvent] = []
    func add(_ event: WorkerEvent) { lock.withLock { list.append(event) } }
  }
}
