import Configuration
import Dataflow
import Readers
import Stages
import TestSupport
import Testing

@Suite struct IngestStageTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let shares = #""split": {"test": 0.4, "labelled": 0.1}"#

  private func described(_ json: String) throws -> (complaints: [String], output: OutputDescription)
  {
    try Example.described(IngestStage.self, "{\(json)}")
  }

  private func configuration(_ json: String) throws -> IngestStage.Configuration {
    try Example.configuration(of: IngestStage.self, "{\(json)}")
  }

  @Test func twoMoonsAreDecodedWithTheirDefaults() throws {
    let moons = try configuration(#""source": {"kind": "two-moons"}, \#(shares)"#)
    guard case .twoMoons(let description) = moons.source else {
      Issue.record("\(moons.source)")
      return
    }
    #expect(description.samples == 500)
    #expect(description.noise == 0.1)
    #expect(description.seed == 42)
    #expect(moons.split?.rule == .shares(test: 0.4, labelled: 0.1, seed: 0))
    #expect(moons.classes == nil)
    #expect(moons.packing.compression == .zstd)
    #expect(moons.packing.byteShuffle.isEmpty)
  }

  @Test func twoMoonsAreKnownBeforeTheyAreMade() throws {
    let (complaints, output) = try described(#""source": {"kind": "two-moons"}, \#(shares)"#)
    #expect(complaints.isEmpty)
    #expect(
      output
        == OutputDescription(
          .samples, modalities: ["xa", "xb"], splits: [.labelled, .unlabelled, .test],
          task: .singleLabel, classes: ["0", "1"]))
  }

  @Test func theConfigurationReadsTwoMoons() throws {
    let reader = try configuration(
      #""source": {"kind": "two-moons", "samples": 50}, \#(shares), "compression": "gzip""#
    ).reader()
    let index = try reader.index()
    #expect(index.entries.count == 50)
    #expect(index.count(of: "test") == 20)
    #expect(try reader.forms(of: index).map(\.name) == ["xa", "xb"])
  }

  @Test func aTableIsDecodedInBothWaysOfNamingColumns() throws {
    let table = try configuration(
      #"""
      "source": {"kind": "table", "path": "/t.csv", "label": "y", "delimiter": "semicolon",
        "modalities": {"right-leg": ["a", "b"], "torso": {"columns": ["c"], "unit": "g"}}},
      "split": {"column": "part"}, "classes": [0, "one", 2]
      """#)
    guard case .table(let description) = table.source else {
      Issue.record("\(table.source)")
      return
    }
    #expect(description.id == "id")
    #expect(description.delimiter?.character == ";")
    #expect(description.modalities["right-leg"]?.columns == ["a", "b"])
    #expect(description.modalities["torso"]?.unit == "g")
    #expect(table.source.modalities == ["right-leg", "torso"])
    #expect(table.classes == ["0", "one", "2"])
    #expect(table.split?.rule == .column("part"))
  }

  @Test func aTableForEachSplitNeedsNoSplit() throws {
    for (split, text) in [
      ("labelled", "id,xa,xb,label\nl0,1,2,0\nl1,3,4,1\n"),
      ("unlabelled", "id,xa,xb,label,pseudo_label\nu0,5,6,1,0\n"),
      ("test", "id,xa,xb,label\nt0,7,8,0\n"),
    ] { try folder.write("\(split).csv", text) }
    let json = #"""
      "source": {"kind": "table", "label": "label", "modalities": {"xa": ["xa"], "xb": ["xb"]},
        "files": {"labelled": "\#(folder.path)/labelled.csv",
          "unlabelled": "\#(folder.path)/unlabelled.csv", "test": "\#(folder.path)/test.csv"}}
      """#
    let (complaints, output) = try described(json)
    #expect(complaints.isEmpty)
    #expect(output.splits == [.labelled, .unlabelled, .test])
    #expect(output.classes == nil)
    let reader = try configuration(json).reader()
    let index = try reader.index()
    #expect(index.entries.map(\.id) == ["l0", "l1", "u0", "t0"])
    var values: [[Float]] = []
    for record in try records(of: reader, index) {
      values.append(record.compactMap(\.self).flatMap(\.self))
    }
    #expect(values == [[1, 2], [3, 4], [5, 6], [7, 8]])
  }

  private func series(_ more: String = "", modalities: String? = nil) -> String {
    let modalities =
      modalities
      ?? #"{"torso": {"columns": "1-2", "rate": 25}, "leg": {"columns": [3], "rate": 25}}"#
    return #"""
      "source": {"kind": "series", "manifest": "\#(folder.path)/manifest.csv", "label": "label",
        "modalities": \#(modalities) \#(more)}
      """#
  }

  @Test func aSeriesIsDecodedHoweverItsColumnsAreWritten() throws {
    let modalities = #"""
      {"a": {"columns": "1-3", "rate": 25, "unit": "m/s²", "names": ["x", "y", "z"]},
       "b": {"columns": [1, "3-4", 9], "rate": 50.5, "file": "other"}, "c": {"columns": 7, "rate": 1}}
      """#
    let configuration = try configuration(series(modalities: modalities) + "," + shares)
    guard case .series(let description) = configuration.source else {
      Issue.record("\(configuration.source)")
      return
    }
    #expect(try description.modalities["a"]?.columnIndices() == [0, 1, 2])
    #expect(try description.modalities["b"]?.columnIndices() == [0, 2, 3, 8])
    #expect(try description.modalities["c"]?.columnIndices() == [6])
    #expect(description.modalities["b"]?.rate == 50.5)
    #expect(description.modalities["b"]?.file == "other")
    #expect(description.file == "file")
    #expect(description.skipLines == 0)
    #expect(!description.allowOutside)
  }

  @Test func outsideFilesAreThoseOfTheManifestUnderNamesThatMoveWithIt() throws {
    try folder.write("manifest.csv", "id,file,label\na,data/a.txt,x\nb,data/b.txt,y\nc,,y\n")
    let configuration = try configuration(series() + "," + shares)
    #expect(
      try IngestStage.outsideFiles(configuration) == [
        OutsideFile(name: "data/a.txt", path: folder.path("data/a.txt")),
        OutsideFile(name: "data/b.txt", path: folder.path("data/b.txt")),
      ])
    try folder.write("manifest.csv", "id,file,label\na,../a.txt,x\n")
    #expect(throws: (any Error).self) { try IngestStage.outsideFiles(configuration) }
    let allowed = try self.configuration(series(#", "allow-outside": true"#) + "," + shares)
    #expect(try IngestStage.outsideFiles(allowed).map(\.name) == ["../a.txt"])
  }

  @Test func aSeriesIsReadThroughItsManifestAndSplitFiles() throws {
    try folder.write("manifest.csv", "id,file,label\na,a.txt,x\nb,a.txt,y\nc,a.txt,y\n")
    try folder.write("a.txt", "1,2,3\n4,5,6\n")
    let labelled = try folder.write("dl.csv", "id,label\na,x\nb,y\n")
    let unlabelled = try folder.write("du.csv", "id\nc\n")
    let json =
      series()
      + #", "split": {"files": {"labelled": "\#(labelled)", "unlabelled": "\#(unlabelled)"}}"#
    let (complaints, output) = try described(json)
    #expect(complaints.isEmpty)
    #expect(output.splits == [.labelled, .unlabelled])
    #expect(output.modalities == ["leg", "torso"])
    let reader = try configuration(json).reader()
    let index = try reader.index()
    #expect(index.entries.map(\.split) == ["labelled", "labelled", "unlabelled"])
    for record in try records(of: reader, index) { #expect(record == [[3, 6], [1, 2, 4, 5]]) }
  }

  @Test(arguments: [
    (
      #""source": {"kind": "two-moons"}"#,
      [
        ": nothing says which samples are labelled, unlabelled and for the test"
          + " | add 'split: {test: 0.4, labelled: 0.1}', or 'split: {files: {…}}'"
      ]
    ),
    (
      #""source": {"kind": "two-moons"}, "split": {"column": "part"}, "classes": ["no", "yes"]"#,
      [
        "split.column: a 'two-moons' source makes its own samples, so only shares can split them"
          + " | write 'split: {test: 0.4, labelled: 0.1}'",
        "classes: two moons have the classes 0 and 1 | remove 'classes', or write [0, 1]",
      ]
    ),
    (
      #""source": {"kind": "two-moons"}, "split": {"test": 0.4, "id": "name"}"#,
      [
        "split: 'test' goes with 'labelled' | add 'labelled: 0.1'; 0 means none",
        "split.id: 'id' goes with 'files' | remove 'id'",
      ]
    ),
    (
      #""source": {"kind": "two-moons"}, "split": {"seed": 3}"#,
      [
        "split: nothing says how the samples are split"
          + " | add 'test: 0.4' and 'labelled: 0.1', or 'files: {…}', or 'column: …'",
        "split.seed: 'seed' goes with the shares 'test' and 'labelled' | remove 'seed'",
      ]
    ),
    (
      #""source": {"kind": "two-moons"}, "split": {"test": 0.4, "labelled": 0.1, "column": "part"}"#,
      [
        "split: shares ('test', 'labelled') and 'column' both say how the samples are split"
          + " | keep one of them",
        "split.column: a 'two-moons' source makes its own samples, so only shares can split them"
          + " | write 'split: {test: 0.4, labelled: 0.1}'",
      ]
    ),
    (
      #"""
      "source": {"kind": "table", "path": "/t", "files": {"test": "/t"}, "label": "y",
      "modalities": {"x": ["y"]}}, "split": {"test": 0, "labelled": 1}
      """#,
      [
        "source.files: both 'path' and 'files' say which table to read | keep one of them",
        "source.modalities.x: column 'y' holds the label, and modality 'x' would show it to the "
          + "network | remove it from the modality",
        "split: the source's 'files' already say which sample is in which split"
          + " | remove 'split', or give the source one 'path'",
      ]
    ),
    (
      #""source": {"kind": "table", "modalities": {}}, "split": {"test": 0.5, "labelled": 0.5}"#,
      [
        "source: nothing says which table to read"
          + " | add 'path: TABLE', or 'files: {labelled: …, unlabelled: …, test: …}'",
        "source.modalities: the samples have no modality | add one, as in 'modalities: {torso: …}'",
        "source: shares are drawn in each class, and no column holds the labels"
          + " | add 'label: COLUMN' to the source",
      ]
    ),
    (
      #"""
      "source": {"kind": "series", "manifest": "/m", "modalities": {"a": {"columns": "3-1",
      "rate": 25}, "b": {"columns": [1, 2], "names": ["x", "x", "y"], "rate": 25}}},
      "split": {"files": {"labelled": "/l"}}, "byte-shuffle": ["c"], "classes": ["q", "q"]
      """#,
      [
        "source.modalities.a.columns: the range '3-1' runs backwards | write 1-3",
        "source.modalities.b.names: 3 names for 2 columns | name every column once",
        "source.modalities.b.names.1: column name 'x' is listed twice | remove one",
        "source: no column holds the labels of the labelled split"
          + " | add 'label: COLUMN' to the source",
        "classes.1: class 'q' is listed twice | remove one",
        "byte-shuffle.0: the output has no modality 'c' | did you mean 'a'? (modalities: a, b)",
      ]
    ),
  ])
  func contradictionsAreAllToldWithTheirMend(json: String, wanted: [String]) throws {
    #expect(try described(json).complaints == wanted)
  }

  @Test func sharesOfNothingLeaveNoSplit() throws {
    let source = #""source": {"kind": "two-moons"}"#
    #expect(
      try described(source + #", "split": {"test": 0, "labelled": 1}"#).output.splits == [.labelled]
    )
    #expect(
      try described(source + #", "split": {"test": 0.5, "labelled": 0}"#).output.splits == [
        .unlabelled, .test,
      ])
  }

  /// The values of every sample, by modality.
  private func records(of source: any IngestSource, _ index: SampleIndex) throws -> [[[Float]?]] {
    var records: [[[Float]?]] = []
    try source.read(index, as: source.forms(of: index)) { outcome in
      guard case .sample(let record) = outcome else { return }
      records.append(record.modalities.map { $0?.array.values(as: Float.self) })
    }
    return records
  }
}
