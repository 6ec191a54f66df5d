import Dataflow
import Foundation
import Metrics
import TestSupport
import Testing

@testable import Work

/// Every file of `Pipelines/` runs to its end, on data made here in the layout that it asks for.
@Suite struct PipelinesTests {
  private static let pipelines = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Pipelines").path

  private func rows(
    _ file: String, _ harness: Harness, settings: [String]
  ) async throws -> [MetricRow] {
    let outcomes = try await harness.run(
      file: "\(Self.pipelines)/\(file)", settings: settings)
    for (stage, outcome) in outcomes {
      #expect(outcome.failures == [], "\(file): \(stage)")
    }
    let report = try #require(outcomes["report"])
    let json = try String(
      contentsOfFile: "\(report.job.outputDirectory)/metrics.json", encoding: .utf8)
    return try MetricsDocument(json: json).rows
  }

  @Test func everyFileIsRunHere() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.pipelines)
    #expect(
      files.filter { $0.hasSuffix(".yaml") }.sorted() == [
        "audioset-vggsound.yaml", "avdigits.yaml", "cwfid-tiles.yaml", "cwfid.yaml",
        "media-samples.yaml", "mosi.yaml",
        "nyu-depth-v2.yaml", "official-metadata.yaml", "ravdess-action-units.yaml", "ravdess.yaml",
        "two-moons-notebook.yaml", "two-moons.yaml", "wearables.yaml",
      ])
  }

  /// The finding of the paper, on one draw with three seeds.
  @Test func onTwoMoonsTheMultimodalStudentBeatsItsTeacher() async throws {
    let rows = try await rows("two-moons.yaml", Harness(), settings: ["seeds=3"])
    func accuracy(_ variant: String) -> Double {
      let values = rows.filter { $0.metric == "accuracy" && $0.variant == variant }
        .compactMap(\.value)
      return values.reduce(0, +) / Double(max(1, values.count))
    }
    #expect(
      Set(rows.map(\.variant)) == [
        "teacher", "um-student", "noisy-student", "cross-modal", "mm-student-no-reg", "mke",
        "supervised",
      ])
    #expect(accuracy("mke") > accuracy("teacher") + 0.03)
    #expect(accuracy("mke") > accuracy("noisy-student") + 0.03)
    #expect(accuracy("supervised") > accuracy("mke"))
  }

  @Test func theNotebooksTablesRun() async throws {
    let harness = try Harness()
    var parts = ["labelled": "id,xa,xb,label\n", "test": "id,xa,xb,label\n"]
    parts["unlabelled"] = "id,xa,xb,label,pseudo_label\n"
    for index in 0..<60 {
      let (angle, moon) = (Double(index) * 0.37, index % 2)
      let x = cos(angle) + Double(moon)
      let y = moon == 0 ? abs(sin(angle)) : 0.5 - abs(sin(angle))
      let part = ["labelled", "unlabelled", "test"][index % 3]
      let guess = part == "unlabelled" ? ",\(x > 0.5 ? 1 : 0)" : ""
      parts[part, default: ""] += "p\(index),\(x),\(y),\(moon)\(guess)\n"
    }
    for (part, text) in parts { try harness.folder.write("data/\(part).csv", text) }
    let rows = try await rows(
      "two-moons-notebook.yaml", harness,
      settings: ["data=\(harness.folder.path("data"))", "seeds=2", "steps=20", "teacher-steps=20"])
    #expect(rows.count { $0.metric == "accuracy" } == 1 + 4 * 2)
  }

  @Test func recordingsInTheLayoutOfTheWearablesRun() async throws {
    let harness = try Harness()
    var manifest = "id,file,label\n"
    var splits = ["dl": "id,label\n", "du": "id\n", "test": "id,label\n"]
    for index in 0..<18 {
      let label = ["a01", "a02", "a03"][index % 3]
      let steps = (0..<125).map { step in
        (0..<45).map { column in
          let phase = Double(step * (index % 3 + 1)) * 0.1 + Double(column + index)
          return String(format: "%.4f", sin(phase) + Double(column))
        }.joined(separator: ",")
      }
      try harness.folder.write("data/r/\(index).txt", steps.joined(separator: "\n") + "\n")
      manifest += "r\(index),r/\(index).txt,\(label)\n"
      switch index / 6 {
      case 0: splits["dl", default: ""] += "r\(index),\(label)\n"
      case 1: splits["du", default: ""] += "r\(index)\n"
      default: splits["test", default: ""] += "r\(index),\(label)\n"
      }
    }
    try harness.folder.write("data/manifest.csv", manifest)
    for (name, text) in splits { try harness.folder.write("data/splits/\(name).csv", text) }
    let rows = try await rows(
      "wearables.yaml", harness,
      settings: ["data=\(harness.folder.path("data"))", "seeds=2", "teacher-epochs=1", "epochs=1"])
    #expect(rows.count { $0.metric == "accuracy" } == 2 + 4 * 2)
  }

  // MARK: Recordings, which scripts make in the layouts of the real sets

  private static let hasPython: Bool = TestPython.path != nil

  /// The folder that a script of `Tests/Scripts` made.
  private func made(
    _ script: String, _ harness: Harness, _ options: [String] = []
  ) throws -> String {
    let scripts = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Scripts")
    let folder = harness.folder.path("made")
    let finished = try Subprocess.run(
      try #require(TestPython.path),
      [scripts.appendingPathComponent(script).path, folder] + options)
    try #require(finished.status == 0, "\(finished.errors)")
    return folder
  }

  private func variants(_ rows: [MetricRow], of metric: String) -> Set<String> {
    Set(rows.filter { $0.metric == metric && $0.value?.isFinite ?? false }.map(\.variant))
  }

  private let all: Set<String> = [
    "teacher", "um-student", "mm-student-no-reg", "mke", "supervised",
  ]

  @Test(.enabled(if: hasPython, "MKE_TEST_PYTHON is not set"))
  func spokenAndWrittenDigitsRun() async throws {
    let harness = try Harness()
    let data = try made("make_avdigits.py", harness)
    let rows = try await rows(
      "avdigits.yaml", harness,
      settings: ["data=\(data)", "seeds=1", "teacher-epochs=2", "epochs=1"])
    #expect(variants(rows, of: "accuracy") == all)
  }

  @Test(.enabled(if: hasPython, "MKE_TEST_PYTHON is not set"))
  func opinionsRun() async throws {
    let harness = try Harness()
    let data = try made("make_mosi.py", harness)
    let rows = try await rows(
      "mosi.yaml", harness, settings: ["data=\(data)", "seeds=1", "epochs=2"])
    #expect(variants(rows, of: "accuracy") == all)
  }

  @Test(.enabled(if: hasPython, "MKE_TEST_PYTHON is not set"))
  func fieldsRun() async throws {
    let harness = try Harness()
    let data = try made("make_cwfid.py", harness)
    let rows = try await rows(
      "cwfid.yaml", harness,
      settings: [
        "data=\(data)", "seeds=1", "size=[24, 32]", "confidence=0", "teacher-epochs=2", "epochs=1",
      ])
    #expect(variants(rows, of: "miou") == all)
  }

  @Test(.enabled(if: hasPython, "MKE_TEST_PYTHON is not set"))
  func tilesOfFieldsRun() async throws {
    let harness = try Harness()
    let data = try made("make_cwfid.py", harness)
    let rows = try await rows(
      "cwfid-tiles.yaml", harness,
      settings: [
        "data=\(data)", "seeds=1", "size=[24, 32]", "tile=[12, 16]", "teacher-epochs=2",
        "epochs=1",
      ])
    #expect(variants(rows, of: "map") == all)
  }

  @Test(.enabled(if: hasPython, "MKE_TEST_PYTHON is not set"))
  func roomsInColourAndDepthRun() async throws {
    let harness = try Harness()
    let data = try made("make_nyu.py", harness)
    let rows = try await rows(
      "nyu-depth-v2.yaml", harness,
      settings: ["data=\(data)", "seeds=1", "size=[24, 32]", "teacher-epochs=2", "epochs=1"])
    #expect(variants(rows, of: "miou") == all)
  }

  @Test(.enabled(if: hasPython, "MKE_TEST_PYTHON is not set"))
  func emotionsInVoiceAndFaceRun() async throws {
    let harness = try Harness()
    let data = try made("make_ravdess.py", harness, ["--video", "--layout", "official"])
    let rows = try await rows(
      "ravdess.yaml", harness,
      settings: [
        "data=\(data)", "seeds=1", "seconds=0.36", "frames=4", "teacher-epochs=2", "epochs=1",
      ])
    #expect(variants(rows, of: "accuracy") == all)
  }

  @Test(.enabled(if: hasPython, "MKE_TEST_PYTHON is not set"))
  func emotionsInVoiceAndActionUnitsRun() async throws {
    let harness = try Harness()
    let data = try made("make_ravdess.py", harness)
    let rows = try await rows(
      "ravdess-action-units.yaml", harness,
      settings: ["data=\(data)", "seeds=1", "seconds=0.36", "teacher-epochs=2", "epochs=1"])
    #expect(variants(rows, of: "accuracy") == all)
  }

  /// The teacher hears AudioSet, the students hear and see VGGSound; broken clips are quarantined.
  @Test(.enabled(if: hasPython, "MKE_TEST_PYTHON is not set"))
  func eventsHeardAndSeenRun() async throws {
    let harness = try Harness()
    let data = try made("make_events.py", harness)
    let file = "\(Self.pipelines)/audioset-vggsound.yaml"
    let settings = [
      "audioset=\(data)/audioset", "vggsound=\(data)/vggsound", "seconds=0.9", "frames=2",
      "seeds=1", "teacher-epochs=2", "epochs=1",
    ]
    let stopped = try await harness.run(file: file, settings: settings, attempt: "stopped")
    let failure = try #require(stopped["heard"]?.failures.first)
    #expect(failure.message.contains("more than 'max-bad: 1%' allows"), "\(failure)")
    let rows = try await rows(
      "audioset-vggsound.yaml", harness, settings: settings + ["max-bad=5%"])
    #expect(variants(rows, of: "map") == ["teacher", "um-student", "mm-student-no-reg", "mke"])
  }

  /// The files that the official sets come with, without a recording.
  @Test(.enabled(if: hasPython, "MKE_TEST_PYTHON is not set"))
  func filesOfTheOfficialSetsRun() async throws {
    let harness = try Harness()
    let rooms = try made("make_nyu.py", harness)
    let data = harness.folder.path("data")
    try FileManager.default.createDirectory(
      atPath: data, withIntermediateDirectories: true)
    try FileManager.default.moveItem(atPath: rooms, toPath: "\(data)/nyu-depth-v2")
    try harness.folder.write(
      "data/audioset/class_labels_indices.csv",
      "index,mid,display_name\n0,/m/09x0r,\"Speech\"\n1,/m/05zppz,\"Male speech, man speaking\"\n")
    try harness.folder.write(
      "data/vggsound/stat.csv", "\"bird chirping, tweeting\",1050,animals\nplaying harp,981,music\n"
    )
    try harness.folder.write(
      "data/vggsound/test.csv",
      "a-b_000300.mp4,playing harp\n-_c_000030.mp4,\"bird chirping, tweeting\"\n")
    let outcomes = try await harness.run(
      file: "\(Self.pipelines)/official-metadata.yaml", settings: ["data=\(data)"])
    for (stage, outcome) in outcomes { #expect(outcome.failures == [], "\(stage)") }
    func values(_ stage: String, _ modality: String, _ split: String) throws -> [Int] {
      let path = StandardField.modality(modality)
      return try #require(outcomes[stage]).output.readAll([path], of: split)[path]?
        .values(as: Double.self).map { Int($0) } ?? []
    }
    #expect(try values("audioset", "index", "labelled") == [0, 1])
    #expect(try values("vggsound", "clips", "labelled") == [1050, 981])
    #expect(try values("vggsound-test", "clips-of-class", "labelled") == [981, 1050])
    #expect(try values("nyu", "class-of-894", "unlabelled").count == 894)
    let frames = try ["train-frames", "test-frames"].flatMap { try values("nyu", $0, "unlabelled") }
    #expect(frames.sorted() == Array(1...30))
  }

  @Test(.enabled(if: hasPython, "MKE_TEST_PYTHON is not set"))
  func foldersOfRecordingsRun() async throws {
    let harness = try Harness()
    let data = try made("make_media_samples.py", harness, ["--seconds", "1.5"])
    let outcomes = try await harness.run(
      file: "\(Self.pipelines)/media-samples.yaml", settings: ["data=\(data)"])
    let seconds = try #require(outcomes["seconds"])
    #expect(seconds.failures == [])
    let output = try seconds.output
    #expect(output.count(of: "unlabelled") >= 5)
    #expect(
      output.manifest.modalities.map(\.shape).sorted { $0.count < $1.count }
        == [[16000, 1], [16000, 1], [5, 72, 128, 3]])
  }
}
