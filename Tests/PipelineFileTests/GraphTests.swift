import Configuration
import Dataflow
import Diagnostics
import PipelineFile
import Stages
import TestSupport
import Testing

@Suite struct GraphTests {
  static let study = """
    mke: 1
    name: study
    params: {noise: 1, seeds: 3}
    stages:
      report: {kind: evaluate, models: [teacher, students.mke], on: points.test}
      students:
        kind: distill
        from: points.unlabelled
        labels: labels
        modalities: [xa, xb]
        transform: [{kind: multiplicative-noise, scale: "${noise}"}]
        steps: 5
        seeds: ${seeds}
        variants:
          um-student: {modalities: [xa], transform: []}
          mke:
          supervised: {labels: truth}
      raw: {kind: ingest, source: {kind: two-moons}}
      points: {kind: align, from: raw}
      labels: {kind: pseudo-label, from: guesses}
      guesses: {kind: infer, model: teacher, from: points.unlabelled}
      teacher: {kind: teacher, from: points.labelled, modalities: [xa], steps: 10}
    """

  @Test func ordersStagesAfterAllThatTheyRead() throws {
    let graph = try Toys.load(Self.study).graph
    #expect(
      graph.nodes.map(\.name) == [
        "raw", "points", "teacher", "guesses", "labels", "students", "report",
      ])
    #expect(graph.name == "study")
    #expect(graph.file == Toys.file)
    #expect(graph["labels"]?.location.description == "Pipelines/toy.yaml:20:3")
    #expect(graph["report"]?.upstream == ["teacher", "students", "points"])
  }

  @Test func keepsTheOrderOfTheFileWhereItIsFree() throws {
    let text = Toys.pipeline(
      """
        b: {kind: align, from: d}
        c: {kind: shapes, word: w}
        a: {kind: shapes, word: w}
        d: {kind: ingest, source: {kind: two-moons}}
      """)
    #expect(try Toys.load(text).graph.nodes.map(\.name) == ["c", "a", "d", "b"])
  }

  @Test func spellsOutEveryVariant() throws {
    let node = try #require(try Toys.load(Self.study).graph["students"])
    #expect(node.configuration["names"] == ["um-student", "mke", "supervised"])
    let variants = try #require(node.configuration["variants"]?.objectValue)
    #expect(variants["um-student"]?["modalities"] == ["xa"])
    #expect(variants["um-student"]?["transform"] == [])
    #expect(variants["um-student"]?["seeds"] == 3)
    #expect(variants["mke"]?["modalities"] == ["xa", "xb"])
    #expect(
      variants["mke"]?["transform"] == [
        ["kind": "multiplicative-noise", "scale": 1, "magnitude": "modality"]
      ])
    #expect(variants["mke"]?["labels"] == "labels")
    #expect(variants["supervised"]?["labels"] == "truth")
    let set = try node.configuration.decode(DistillStage.Configuration.self)
    #expect(set.ordered.map(\.name) == ["um-student", "mke", "supervised"])
    #expect(set.variants["supervised"]?.labels == .truth)
    #expect(set.variants["mke"]?.training.optimizer.learningRate == 0.01)
    #expect(node.readsTruth)
  }

  @Test func saysWhichVariantsReadWhat() throws {
    let graph = try Toys.load(Self.study).graph
    let students = try #require(graph["students"])
    #expect(students.inputs["from"] == [.init(.init("points.unlabelled"))])
    #expect(students.inputs["labels"] == [.init(.init("labels"), variants: ["um-student", "mke"])])
    let report = try #require(graph["report"])
    #expect(report.inputs["models"]?.map(\.reference.description) == ["teacher", "students.mke"])
    #expect(report.configuration["models"] == ["teacher", "students.mke"])
  }

  @Test func wiresNothingThatEveryVariantReplaces() throws {
    let text = Toys.pipeline(
      """
        raw: {kind: ingest, source: {kind: two-moons}}
        points: {kind: align, from: raw}
        unused: {kind: align, from: raw}
        it:
          kind: variants
          from: unused.labelled
          scale: 1
          bonus: 1
          variants:
            one: {from: points.labelled}
            two: {from: points.unlabelled}
      """)
    let node = try #require(try Toys.load(text).graph["it"])
    #expect(
      node.inputs["from"] == [
        .init(.init("points.labelled"), variants: ["one"]),
        .init(.init("points.unlabelled"), variants: ["two"]),
      ])
    #expect(node.upstream == ["points"])
  }

  @Test func givesAStageWithoutVariantsOneOfItsOwnName() throws {
    let text = Toys.pipeline(
      """
        raw: {kind: ingest, source: {kind: two-moons}}
        points: {kind: align, from: raw}
        it: {kind: variants, from: points.labelled, scale: 2, bonus: 1}
        guesses: {kind: infer, model: it.it, from: points.test}
      """)
    let graph = try Toys.load(text).graph
    #expect(graph["it"]?.configuration["names"] == ["it"])
    #expect(graph["it"]?.configuration["variants"]?["it"]?["scale"] == 2)
    #expect(graph["it"]?.inputs["from"] == [.init(.init("points.labelled"))])
    #expect(graph["it"]?.output.variants == ["it"])
  }

  @Test func letsAVariantTakeACommonKeyAway() throws {
    let text = Toys.pipeline(
      """
        raw: {kind: ingest, source: {kind: two-moons}}
        points: {kind: align, from: raw}
        it:
          kind: variants
          from: points.labelled
          scale: 1
          bonus: 1
          also: raw
          variants: {one: {bonus: null, also: null}, two: {bonus: 2}}
      """)
    let loaded = try Toys.load(text)
    let node = try #require(loaded.graph["it"])
    #expect(node.configuration["variants"]?["one"]?["bonus"] == nil)
    #expect(node.configuration["variants"]?["two"]?["bonus"] == 2)
    #expect(node.inputs["also"] == [.init(.init("raw"), variants: ["two"])])
    #expect(
      loaded.warnings.map(\.description) == [
        "Pipelines/toy.yaml:12:22: warning: without a bonus"
      ])
  }

  @Test func fillsInDefaultsAtEveryDepth() throws {
    let node = try #require(try Toys.load(Toys.shapes("    layers: [{kind: plain}]\n")).graph["it"])
    let expected: Value = [
      "word": "w", "is-fast": false, "whole": 5, "ratio": 1, "mode": "hard", "weights": [:],
      "inner": ["deep-count": 3], "layer": ["kind": "plain"], "layers": [["kind": "plain"]],
      "batch-size": 256,
    ]
    #expect(node.configuration == expected)
    var fingerprinted = expected.objectValue
    fingerprinted?["batch-size"] = nil
    #expect(node.fingerprinted == fingerprinted.map { .object($0) })
  }

  @Test func readsEveryShape() throws {
    let folder = try TemporaryFolder()
    try folder.write("data/one.csv", "1")
    try folder.write("data/list.txt", "one.csv")
    let text = Toys.shapes(
      """
          is-fast: true
          whole: 1e1
          ratio: 1
          above: .5
          mode: soft
          file: data/one.csv
          files: {right-leg: data/../data/one.csv}
          names: [a, "1", 'yes', no]
          pair: [0x10, -0.5e-1]
          weights: {right-leg: 2, bothArms: 0.5}
          inner: {deep-share: 0}
          layers: [{kind: wide, layer-width: 4}, {kind: plain}]
          loose: [x]
          manifest: data/list.txt
      """)
    let loaded = try PipelineFile.parse(
      text, file: "toy.yaml", registry: Toys.registry, currentFolder: folder.path)
    let node = try #require(loaded.graph["it"])
    let configuration = try node.configuration.decode(ToyShapes.Configuration.self)
    #expect(configuration.whole == 10)
    #expect(configuration.above == 0.5)
    #expect(configuration.file == folder.path("data/one.csv"))
    #expect(configuration.files == ["right-leg": folder.path("data/one.csv")])
    #expect(configuration.names == ["a", "1", "yes", "no"])
    #expect(configuration.pair == [16, -0.05])
    #expect(configuration.weights == ["right-leg": 2, "bothArms": 0.5])
    #expect(configuration.inner == ToyShapes.Inner(deepCount: 3, deepShare: 0))
    #expect(configuration.layers == [.wide(width: 4), .plain])
    #expect(configuration.loose == ["x"])
    #expect(
      node.outsideFiles == [
        OutsideFile(name: "file", path: folder.path("data/one.csv")),
        OutsideFile(name: "files.right-leg", path: folder.path("data/one.csv")),
        OutsideFile(name: "manifest", path: folder.path("data/list.txt")),
        OutsideFile(name: "one.csv", path: folder.path("data/one.csv")),
      ])
    #expect(node.fingerprinted["file"] == "file")
    #expect(node.fingerprinted["files"] == ["right-leg": "files.right-leg"])
  }

  @Test func namesFilesOfVariantsApart() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] { try folder.write(name, name) }
    let text = Toys.pipeline(
      """
        raw: {kind: ingest, source: {kind: two-moons}}
        points: {kind: align, from: raw}
        it:
          kind: variants
          from: points.labelled
          scale: 1
          bonus: 1
          file: a
          variants: {one: {}, two: {file: b}}
      """)
    let loaded = try PipelineFile.parse(
      text, file: folder.path("toy.yaml"), registry: Toys.registry, currentFolder: "/")
    #expect(
      loaded.graph["it"]?.outsideFiles == [
        OutsideFile(name: "variants.one.file", path: folder.path("a")),
        OutsideFile(name: "variants.two.file", path: folder.path("b")),
      ])
  }

  @Test func tellsAFaceOfFaultySourcesNothing() throws {
    // `points` is faulty, so that `teacher` cannot know its modalities; its own keys are checked.
    let text = Toys.pipeline(
      """
        raw: {kind: ingest, source: {kind: two-moons}}
        points: {kind: align, from: raw, rate: 0}
        teacher: {kind: teacher, from: points.labelled, modalities: [xc]}
      """)
    #expect(
      Toys.faults(text) == """
        Pipelines/toy.yaml:5:42: error: 'rate' must be a number above 0, not 0
          mend: rate: Output rate, Hz.
        Pipelines/toy.yaml:6:3: error: neither 'epochs' nor 'steps' says how long to train
          mend: add 'steps: 2000' or 'epochs: 50'
        """)
  }
}
