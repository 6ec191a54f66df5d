import Inspection
import Testing

@Suite struct GraphDrawingTests {
  @Test func railsGoFromAStageToItsReaders() throws {
    #expect(
      GraphDrawing.text(try TestPipelines.graph()) == """
        moons: 7 stages (moons.yaml)

        ●              raw       ingest
        ╰─●            points    align         from raw
          ├─●          teacher   teacher       from points.labelled
          ├─┼─●        guesses   infer         model teacher, from points.unlabelled
          │ │ ╰─●      labels    pseudo-label  from guesses
          ├─│───┼─●    students  distill       from points.unlabelled, labels labels (2 of 3 variants), true labels
          │ │   │ │                            um-student, mke, supervised
          ╰─┴───┴─┴─●  report    evaluate      models teacher + students, on points.test, denoise-on points.unlabelled, labels labels, true labels
        """)
  }

  @Test func aFreeLaneIsUsedAgain() throws {
    let graph = try TestPipelines.graph(
      """
      mke: 1
      name: two
      stages:
        a: {kind: ingest, source: {kind: two-moons, samples: 50, noise: 0.1, seed: 1}, split: {test: 0.3, labelled: 0.3, seed: 1}}
        pa: {kind: align, from: a}
        b: {kind: ingest, source: {kind: two-moons, samples: 50, noise: 0.1, seed: 1}, split: {test: 0.3, labelled: 0.3, seed: 1}}
        pb: {kind: align, from: b}

      """)
    #expect(
      GraphDrawing.text(graph) == """
        two: 4 stages (moons.yaml)

        ●    a   ingest
        ╰─●  pa  align   from a
        ●    b   ingest
        ╰─●  pb  align   from b
        """)
  }

  @Test func dotHasAnEdgeForEveryReference() throws {
    #expect(
      GraphDrawing.dot(try TestPipelines.graph()) == #"""
        digraph "moons" {
          rankdir=LR;
          node [shape=box, style=rounded, fontname="Helvetica"];
          edge [fontname="Helvetica", fontsize=10];
          "raw" [label="raw\ningest"];
          "points" [label="points\nalign"];
          "teacher" [label="teacher\nteacher"];
          "guesses" [label="guesses\ninfer"];
          "labels" [label="labels\npseudo-label"];
          "students" [label="students\ndistill\num-student\nmke\nsupervised"];
          "report" [label="report\nevaluate"];
          "raw" -> "points" [label="from"];
          "points" -> "teacher" [label="from: labelled"];
          "teacher" -> "guesses" [label="model"];
          "points" -> "guesses" [label="from: unlabelled"];
          "guesses" -> "labels" [label="from"];
          "points" -> "students" [label="from: unlabelled"];
          "labels" -> "students" [label="labels"];
          "teacher" -> "report" [label="models"];
          "students" -> "report" [label="models"];
          "points" -> "report" [label="on: test"];
          "points" -> "report" [label="denoise-on: unlabelled"];
          "labels" -> "report" [label="labels"];
        }
        """#)
  }
}
