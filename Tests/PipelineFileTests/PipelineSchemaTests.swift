import TestSupport
import Testing

@testable import PipelineFile

/// Holds the JSON Schema for editors against the checks, with Python's jsonschema as the judge.
@Suite(.enabled(if: TestPython.path != nil, "MKE_TEST_PYTHON is not set"))
struct PipelineSchemaTests {
  private func judge(_ texts: [String]) throws -> [[String]] {
    try SchemaJudge.refusals(of: texts, by: PipelineSchema.text(for: Toys.registry))
  }

  @Test func acceptsWhatTheChecksAccept() throws {
    let folder = try TemporaryFolder()
    try folder.write("Pipelines/a", "")
    let texts = [
      GraphTests.study,
      Toys.shapes(
        """
            is-fast: true
            whole: 1e1
            ratio: 1
            above: .5
            mode: soft
            file: a
            files: {right-leg: a}
            names: [a, "1"]
            pair: [1, -0.5]
            weights: {right-leg: 2}
            inner: {deep-share: 0}
            layers: [{kind: wide, layer-width: 4}, {kind: plain}]
            loose: [x]
        """), Toys.shapes("    loose: all\n"), Toys.shapes("    loose: -3\n"),
      Toys.shapes("    loose: {}\n"),
      """
      mke: 1
      name: toy
      params: {k: shapes, l: plain, n: 3, t: text, r: 0.5, w: [a], m: {xa: 1}}
      stages:
        it: {kind: "${k}", word: "${t}", whole: "${n}", ratio: "${r}", names: "${w}"}
        at: {kind: shapes, word: "a${t}", layer: {kind: "${l}"}, weights: "${m}", pair: ["${n}", 1]}
        on: {kind: shapes, word: w, names: ["${t}"], weights: {xa: "${r}"}, mode: hard}
      """,
      Toys.pipeline(
        """
          raw: {kind: ingest, source: {kind: two-moons}}
          points: {kind: align, from: [raw]}
          it:
            kind: variants
            from: points.labelled
            variants:
              one: {scale: 1, bonus: 2, title: null}
              two: {scale: 2, bonus: 1}
          report: {kind: evaluate, models: it.two, on: points.test}
        """),
    ]
    for text in texts { #expect(Toys.faults(text, folder: folder.path) == "") }
    #expect(try judge(texts) == texts.map { _ in [] })
  }

  @Test func refusesWhatTheChecksRefuse() throws {
    let study = GraphTests.study
    let cases: [(text: String, place: String)] = [
      (study.replacing("mke: 1", with: "mke: 2"), "mke"),
      (study.replacing("name: study", with: "name: my study"), "name"),
      (study.replacing("params:", with: "parms:"), ""),
      (study.replacing("steps: 10", with: "stesp: 10"), "stages/teacher"),
      (study.replacing("steps: 10", with: "steps: ten"), "stages/teacher/steps"),
      (study.replacing("steps: 10", with: "steps: 0"), "stages/teacher/steps"),
      (study.replacing("steps: 10", with: "steps: null"), "stages/teacher/steps"),
      (study.replacing("from: guesses", with: "mode: sotf"), "stages/labels/mode"),
      (study.replacing("kind: align", with: "kind: aling"), "stages/points/kind"),
      (study.replacing("kind: align, ", with: ""), "stages/points"),
      (study.replacing("kind: two-moons", with: "kind: moons"), "stages/raw/source/kind"),
      (study.replacing("kind: two-moons", with: "kind: two-moons, path: x"), "stages/raw/source"),
      (study.replacing("points.labelled", with: "points.test"), "stages/teacher/from"),
      (study.replacing("points.labelled", with: "points"), "stages/teacher/from"),
      (
        study.replacing("models: [teacher, students.mke]", with: "models: []"),
        "stages/report/models"
      ),
      (study.replacing("models: [teacher, students.mke], ", with: ""), "stages/report"),
      (
        study.replacing("    modalities: [xa, xb]\n", with: "").replacing("variants:", with: "x:"),
        "stages/students"
      ),
      (
        study.replacing("{labels: truth}", with: "{labels: truth, kind: x}"),
        "stages/students/variants"
      ),
      (study.replacing("  raw:", with: "  r aw:"), "stages"),
      (Toys.shapes("    pair: [1]\n"), "stages/it/pair"),
      (Toys.shapes("    above: 1\n"), "stages/it/above"),
      (Toys.shapes("    weights: {xa: 0}\n"), "stages/it/weights"),
      (Toys.shapes("    layers: [{kind: wide}]\n"), "stages/it/layers"),
      (Toys.shapes("    is-fast: yes\n"), "stages/it/is-fast"),
      (Toys.shapes("    names: [1]\n"), "stages/it/names"),
      (Toys.shapes("    loose: some\n"), "stages/it/loose"),
    ]
    let answers = try judge(cases.map(\.text))
    for (item, places) in zip(cases, answers) {
      #expect(Toys.faults(item.text) != "", "\(item.text)")
      #expect(places.contains { $0.hasPrefix(item.place) }, "\(item.place) in \(places)")
    }
  }
}
