import Arrays
import Dataflow
import Diagnostics
import Foundation
import Shards
import TestSupport
import Testing

@testable import Work

/// Teachers that PyTorch made, and what becomes of them.
@Suite(.enabled(if: TestTorch.path != nil, "MKE_TEST_TORCH_PYTHON is not set"))
struct TeacherFileTests {
  /// Made once: importing PyTorch takes seconds.
  private static let made = Result {
    let folder = try TemporaryFolder()
    _ = try TestTorch.run("make_teachers.py", ["make", folder.path])
    return folder
  }

  /// Pictures of 24 × 24 pixels in three colours, of three classes.
  static func pictures(_ job: Job) throws {
    var generator = GivenSamples.Generator(state: 3)
    let classes = ["cat", "dog", "tree"]
    let image = ModalityDescription(
      name: "image", type: .uint8, shape: [24, 24, 3], axes: ["height", "width", "channel"],
      scale: 1 / 255.0,
      standardisation: Standardisation(
        splits: ["labelled"], mean: [0.5, 0.4, 0.3], std: [0.3, 0.3, 0.3], count: 1))
    let weight = ModalityDescription(name: "weight", type: .float32, shape: [2], axes: ["column"])
    try GivenSamples.write(
      job, task: .singleLabel, classes: classes, modalities: [image, weight],
      counts: [(.labelled, 12), (.unlabelled, 70), (.test, 12)]
    ) { split, count in
      let labels = (0..<count).map { $0 % 3 }
      let pixels = labels.flatMap { label in
        (0..<24 * 24 * 3).map { place in
          UInt8(clamping: 60 * label + (place % 3) * 20 + Int.random(in: 0...60, using: &generator))
        }
      }
      let weights = labels.flatMap { label in
        (0..<2).map { Float(label * $0) + Float.random(in: 0...1, using: &generator) }
      }
      let field = StandardField.labelField(split, classes: classes)
      return [
        (
          GivenSamples.field("/modalities/image/data", .uint8, [24, 24, 3]),
          Column(pixels, count: count)
        ),
        (
          GivenSamples.field("/modalities/weight/data", .float32, [2]),
          Column(weights, count: count)
        ),
        (field, Column(labels.map(Int32.init), count: count)),
      ]
    }
  }

  private static func text(_ teacher: String, rest: String = "") -> String {
    """
    mke: 1
    name: taught
    stages:
      raw:
        kind: ingest
        source: {kind: table, path: none.csv, modalities: {image: [a], weight: [b]}}
        split: {column: part}
      points: {kind: align, from: raw}
      teacher: {kind: teacher, from: points.labelled, \(teacher)}
      guesses: {kind: infer, model: teacher, from: points.unlabelled}
    \(rest)
    """
  }

  private static let rest = """
      labels: {kind: pseudo-label, from: guesses, mode: soft}
      students:
        kind: distill
        from: points.unlabelled
        labels: labels
        modalities: [image, weight]
        network: {encoders: {image: {kind: cnn2d, channels: [4, 6]}}, head: {hidden: [8]}}
        optimizer: {kind: adam, learning-rate: 0.01}
        steps: 20
        seeds: 2
      report: {kind: evaluate, models: [teacher, students], on: points.test}
    """

  /// A harness with the files that the text names; paths in it start from its folder.
  private func harness(_ names: [String]) throws -> Harness {
    let harness = try Harness()
    let made = try Self.made.get()
    try harness.folder.write("none.csv", "id,a,b,part\n1,2,3,test\n")
    for name in names.flatMap({ ["\($0).pt", "\($0).json"] }) {
      guard FileManager.default.fileExists(atPath: made.path(name)) else { continue }
      try FileManager.default.copyItem(atPath: made.path(name), toPath: harness.folder.path(name))
    }
    return harness
  }

  private func run(
    _ teacher: String, _ files: [String], rest: String = ""
  ) async throws -> (Harness, [String: Harness.Outcome]) {
    let harness = try harness(files)
    return (
      harness,
      try await harness.run(
        Self.text(teacher, rest: rest), given: ["raw": { _ in }, "points": Self.pictures])
    )
  }

  /// The largest difference between our logits and eager PyTorch's, and the greatest logit.
  private func difference(
    _ name: String, _ harness: Harness, samples: String
  ) throws -> (apart: Double, greatest: Double) {
    let words = try TestTorch.run(
      "make_teachers.py",
      [
        "compare", name, harness.folder.path("first/\(samples)"),
        harness.folder.path("first/guesses"),
      ]
    ).split(separator: " ").compactMap {
      Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    try #require(words.count == 3 && words[1] > 0.01)
    return (words[0], words[1])
  }

  @Test func aResNetTeachesThroughTheWholePipeline() async throws {
    let (harness, outcomes) = try await run(
      "file: resnet.pt, declaration: resnet.json", ["resnet"], rest: Self.rest)
    #expect(outcomes.values.flatMap(\.failures).isEmpty)
    #expect(outcomes.count == 5)
    let teacher = try #require(outcomes["teacher"])
    #expect(teacher.warnings.count == 1)
    #expect(teacher.warnings.first?.message.contains("leak check") == true)
    let manifest = try teacher.output.manifest
    #expect(manifest.classes == ["cat", "dog", "tree"])
    #expect(Set(manifest.files.map(\.file)) == ["teacher.pt", "teacher.json"])
    #expect(try teacher.output.verify().isEmpty)
    let found = try difference("resnet", harness, samples: "points")
    #expect(found.apart <= 1e-4, "\(found)")
  }

  @Test func aTupleOfFeaturesAndLogitsGivesItsLogits() async throws {
    let (harness, outcomes) = try await run(
      "file: tuple.pt, declaration: tuple.json", ["tuple"])
    #expect(outcomes.values.flatMap(\.failures).isEmpty)
    #expect(try difference("tuple", harness, samples: "points").apart <= 1e-4)
  }

  @Test func probabilitiesOfADictAreRenamedAndMerged() async throws {
    let (harness, outcomes) = try await run(
      "file: dict.pt, declaration: dict.json, rename: {kitten: cat}, "
        + "merge: {dog: [beagle, poodle]}", ["dict"])
    let teacher = try #require(outcomes["teacher"])
    #expect(outcomes.values.flatMap(\.failures).isEmpty)
    #expect(teacher.summaries.contains("classes: kitten → cat; dog ← beagle, poodle"))
    #expect(teacher.warnings.contains { $0.message.contains("classes car are none of the task") })
    #expect(try difference("dict", harness, samples: "points").apart <= 1e-4)
  }

  @Test func oneGreyChannelGoesThroughAColourNetworkForPixels() async throws {
    let harness = try harness(["pixels"])
    let text = Self.text("file: pixels.pt, declaration: pixels.json")
      .replacing("image: [a], weight: [b]", with: "infrared: [a], red: [b]")
    let outcomes = try await harness.run(
      text, given: ["raw": { _ in }, "points": GivenSamples.pictures])
    #expect(outcomes.values.flatMap(\.failures).isEmpty)
    #expect(try difference("pixels", harness, samples: "points").apart <= 1e-4)
  }

  @Test func aRegressionAnswersInTheUnitsOfItsTask() async throws {
    let harness = try harness(["speed"])
    let given: [String: (Job) throws -> Void] = ["raw": { _ in }, "points": Self.flights]
    let classes = "[cat, dog, tree]"
    let outcomes = try await harness.run(
      Self.text(
        "file: speed.pt, declaration: speed.json, rename: {speed: velocity}", rest: Self.labels),
      given: given)
    #expect(outcomes.values.flatMap(\.failures).isEmpty)
    let teacher = try #require(outcomes["teacher"])
    #expect(teacher.summaries.contains("values: speed → velocity"))
    let manifest = try teacher.output.manifest
    #expect(manifest.classes == ["velocity"] && manifest.units == ["m/s"])
    let found = try difference("speed", harness, samples: "points")
    #expect(found.apart <= 1e-6 * found.greatest && found.greatest > 900, "\(found)")
    for (teacher, message) in [
      ("file: speed.pt, declaration: speed.json", "the network knows speed, and none"),
      (
        "file: speed.pt, declaration: {task: regression, classes: [velocity, height], inputs: "
          + "[{modality: image, layout: nchw}], output: {values: values}}, classes: [velocity]",
        "it answers [4], and [4, 2] was declared: 2 values for each of 4 samples"
      ),
      (
        "file: speed.pt, declaration: {classes: \(classes), inputs: "
          + "[{modality: image, layout: nchw}], output: {values: logits}}",
        "it answers 'single-label', and 'points.labelled' asks for 'regression'"
      ),
    ] {
      let failed = try await harness.run(Self.text(teacher), attempt: "failed", given: given)
      let failure = try #require(failed["teacher"]?.failures.first)
      #expect(failure.message.hasPrefix(message), "\(failure)")
      #expect(failure.mend?.isEmpty == false)
    }
  }

  private static let labels = "  labels: {kind: pseudo-label, from: guesses}"

  /// The same pictures, and how fast what they show moves.
  private static func flights(_ job: Job) throws {
    var generator = GivenSamples.Generator(state: 4)
    let image = ModalityDescription(
      name: "image", type: .uint8, shape: [24, 24, 3], axes: ["height", "width", "channel"],
      scale: 1 / 255.0)
    let weight = ModalityDescription(name: "weight", type: .float32, shape: [2], axes: ["column"])
    try GivenSamples.write(
      job, task: .regression, classes: ["velocity"], units: ["m/s"], modalities: [image, weight]
    ) { split, count in
      let pixels = (0..<count * 24 * 24 * 3).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      let speeds = (0..<count).map { _ in Float.random(in: 900...1100, using: &generator) }
      return [
        (
          GivenSamples.field("/modalities/image/data", .uint8, [24, 24, 3]),
          Column(pixels, count: count)
        ),
        (
          GivenSamples.field("/modalities/weight/data", .float32, [2]),
          Column(speeds.flatMap { [$0, -$0] }, count: count)
        ),
        (
          StandardField.valueField(split, names: ["velocity"], units: ["m/s"]),
          Column(speeds, count: count)
        ),
      ]
    }
  }

  @Test func soundAndVideoGoInAsADictAndGapsAsZeros() async throws {
    let harness = try harness(["clips"])
    let text = Self.text("file: clips.pt, declaration: clips.json")
      .replacing("image: [a], weight: [b]", with: "sound: [a], video: [b]")
    let outcomes = try await harness.run(
      text, given: ["raw": { _ in }, "points": GivenSamples.clips])
    #expect(outcomes.values.flatMap(\.failures).isEmpty)
    #expect(try difference("clips", harness, samples: "points").apart <= 1e-4)
  }

  @Test func idsThatATeacherHasLearnedFromAreFoundAgain() async throws {
    let harness = try harness(["resnet"])
    try harness.folder.write("ids.csv", "id\nelsewhere\nunlabelled 3\n")
    let outcomes = try await harness.run(
      Self.text("file: resnet.pt, declaration: resnet.json, trained-on: ids.csv"),
      given: ["raw": { _ in }, "points": Self.pictures])
    #expect(outcomes["teacher"]?.warnings.isEmpty == true)
    let failure = try #require(outcomes["guesses"]?.failures.first)
    #expect(failure.message.contains("1 of the 70 samples"))
    #expect(failure.message.contains("'unlabelled 3'"))
  }

  @Test(arguments: [
    ("truncated", "the archive is cut short or damaged"),
    ("text", "it is no TorchScript archive"),
    ("empty", "it is empty"),
    ("weights", "it holds tensors alone"),
    ("series", "it does not run on float32 [4, 3, 24, 24]"),
    ("training", "it answers a sample otherwise alone than among 4"),
    ("nan", "some of its answers are no finite numbers"),
  ])
  func aFileThatIsNotWhatWasDeclaredIsRefused(_ name: String, _ message: String) async throws {
    let (_, outcomes) = try await run(
      "file: \(name).pt, declaration: resnet.json", [name, "resnet"])
    let failure = try #require(outcomes["teacher"]?.failures.first)
    #expect(failure.message.hasPrefix(message), "\(failure)")
    #expect(failure.mend?.isEmpty == false)
    #expect(outcomes["guesses"] == nil)
  }

  @Test(arguments: [
    (
      "classes: [cat, dog], inputs: [{modality: image, layout: nchw}], output: {values: logits}",
      "it answers [4, 3], and [4, 2] was declared"
    ),
    (
      "classes: [cat, dog, tree], inputs: [{modality: image, layout: nchw}], "
        + "output: {values: probabilities}", "'probabilities' are declared, and"
    ),
    (
      "classes: [cat, dog, tree], inputs: [{modality: image, layout: nhwc}], "
        + "output: {values: logits}", "it does not run on float32 [4, 24, 24, 3]"
    ),
    (
      "classes: [cat, dog, tree], inputs: [{modality: image, layout: nchw}, {modality: weight, "
        + "layout: nc}], output: {values: logits}", "2 inputs declared, and it takes 1"
    ),
    (
      "classes: [cat, dog, tree], inputs: [{modality: image, layout: nchw}], "
        + "output: {values: logits, at: out}", "it does not run on"
    ),
    (
      "classes: [cat, dog, tree], inputs: [{modality: image, layout: nct}], "
        + "output: {values: logits}", "layout 'nct' is of samples of 2 axes"
    ),
  ])
  func aDeclarationThatDoesNotFitIsRefused(_ declaration: String, _ message: String) async throws {
    let (_, outcomes) = try await run(
      "file: resnet.pt, declaration: {\(declaration)}", ["resnet"])
    let failure = try #require(outcomes["teacher"]?.failures.first)
    #expect(failure.message.hasPrefix(message), "\(failure)")
    #expect(failure.mend?.isEmpty == false)
  }
}
