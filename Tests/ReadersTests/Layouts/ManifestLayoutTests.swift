import Diagnostics
import Foundation
import Readers
import TestSupport
import Testing

@Suite struct ManifestLayoutTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func layout(
    _ text: String, name: String = "manifest.csv", labels: ManifestLayout.Labels = .none,
    classes: [String]? = nil, split: RecordingSplit = .init(.column("split")),
    parts: [RequestedPart] = [.init("audio", .file("audio"))],
    change: (inout ManifestLayout) -> Void = { _ in }
  ) throws -> ManifestLayout {
    var layout = ManifestLayout(
      try folder.write(name, text), labels: labels, classes: classes, split: split, parts: parts)
    change(&layout)
    return layout
  }

  private let table = """
    id,audio,image,label,speaker,from,to,split
    a,wav/a.wav,png/1.png,yes,ann,0.5,1.5,labelled
    b,./wav//b.wav,,no,ann,,2,labelled
    c,wav/../wav/c.wav,png/3.png,,bob,1,,unlabelled
    d,,png/4.png,yes,cid,,,test

    """

  @Test func valuesStandInColumnsOfTheirOwn() throws {
    let text =
      "id,audio,speed,drag,split\na,a.wav,1.5,-2e3,labelled\nb,b.wav, ,7,labelled\nc,,,,unlabelled\n"
    let set = try layout(text, labels: .values(["speed", "drag"])).list()
    #expect(set.index.labelling == .values && set.index.classes == ["speed", "drag"])
    #expect(
      set.index.entries.map(\.label) == [.values([1.5, -2000]), .values([nil, 7]), .none])
    let json =
      #"{"id": "a", "speed": 1, "split": "labelled"}"# + "\n"
      + #"{"id": "b", "speed": null, "split": "unlabelled"}"# + "\n"
    let lines = try layout(json, name: "m.jsonl", labels: .values(["speed"]), parts: []).list()
    #expect(lines.index.entries.map(\.label) == [.values([1]), .none])
    #expect(
      faults(in: folder) {
        _ = try layout(
          "id,audio,speed,drag,split\na,a.wav,inf,1e39,labelled\nb,b.wav,1,fast,labelled\nc,,,,test\n",
          labels: .values(["speed", "drag"])
        ).list()
      } == [
        "manifest.csv:2:9: error: 'inf' is not a finite number\n  mend: leave the cell empty where nobody knows the value",
        "manifest.csv:3:11: error: 'fast' is no number\n  mend: numbers look like 12, -0.5 or 1.5e-3",
      ])
    // Shares are plain: every sample is of one kind.
    let many =
      "id,audio,speed\n" + (0..<40).map { "f\($0),,\($0 % 4 == 3 ? "" : "\($0)")\n" }.joined()
    let split = try layout(
      many, labels: .values(["speed"]),
      split: .init(.shares(test: 0.5, labelled: 0.4, seed: 1)), parts: []
    ).list().index
    #expect(split.count(of: "test") == 15 && split.count(of: "labelled") == 6)
    #expect(split.entries.filter { $0.split != "unlabelled" }.allSatisfy { $0.label != .none })
    #expect(split.entries.count == 40)
  }

  /// As the test list of VGGSound beside its table of classes.
  @Test func columnsAreNamedFromOutsideAndRowsFoundByWhatTheyHold() throws {
    let classes = try folder.write("classes.csv", "horn,10\n\"bark, loud\",20\n")
    func listed(_ text: String, of column: String = "kind") throws -> RecordingSet {
      try layout(
        text, labels: .single("kind"), split: .init(.column("split")),
        parts: [.init("clips", .table(.init(classes, .id("1", of: column), hasHeader: false)))]
      ) { $0.header = ["id", "kind", "split"] }.list()
    }
    let set = try listed(
      "a,\"bark, loud\",labelled\nb,horn,labelled\nc,,unlabelled\nd,whistle,test\ne,horn,test\n")
    #expect(set.index.entries.map(\.id).sorted() == ["a", "b", "c", "d", "e"])
    #expect(set.parts.map { $0[0]?.row } == [1, 0, nil, nil, 0])
    #expect(set.index.classes == ["bark, loud", "horn", "whistle"])
    #expect(
      faults(in: folder) { _ = try listed("a,whistle,labelled\nb,tap,labelled\n") } == [
        "classes.csv: error: no row of modality 'clips' has the id of a sample, such as 'whistle'; "
          + "the first row has 'horn'\n  mend: check 'id' of the modality"
      ])
    #expect(
      faults(in: folder) { _ = try listed("a,horn,labelled\nb,tap\n") } == [
        "manifest.csv:2: error: 2 cells in a table of 3 columns\n  mend: add the missing cells, empty where there is no value"
      ])
    #expect(faults(in: folder) { _ = try listed("a,horn,labelled\n", of: "sort") }.count == 1)
  }

  @Test func aRowPointsAtFilesAndTheirPartsInTime() throws {
    let set = try layout(
      table, labels: .single("label"), split: .init(.column("split"), group: "speaker"),
      parts: [.init("audio", .file("audio")), .init("picture", .file("image"))]
    ) {
      $0.start = "from"
      $0.stop = "to"
    }.list()
    #expect(
      set.lines == [
        "a labelled yes ann wav/a.wav@0.5..1.5 png/1.png@0.5..1.5",
        "b labelled no ann wav/b.wav@..2.0 -",
        "c unlabelled - bob wav/c.wav@1.0.. png/3.png@1.0..",
        "d test yes cid - png/4.png",
      ])
    #expect(set.index.classes == ["no", "yes"])
    #expect(set.index.labelling == .single)
    #expect(
      set.files.map(\.name) == [
        "png/1.png", "png/3.png", "png/4.png", "wav/a.wav", "wav/b.wav", "wav/c.wav",
      ])
    #expect(set.files[3].path == folder.path("wav/a.wav"))
  }

  @Test func linesOfJSONSayTheSame() throws {
    let text = #"""
      {"id": "a", "audio": "a.wav", "tags": ["x", "y"], "start": 0.5, "split": "labelled"}

      {"id": 7, "audio": null, "tags": [], "start": null, "split": "labelled", "more": {"k": 1}}
      {"id": "c", "audio": "ü.wav", "split": "unlabelled"}
      {"id": "d", "audio": "d.wav", "tags": "y;x; x", "split": "test"}
      """#
    for name in ["m.jsonl", "m.ndjson"] {
      let set = try layout(text, name: name, labels: .multiple("tags", separator: ";")) {
        $0.start = "start"
      }.list()
      #expect(
        set.lines == [
          "a labelled {x|y} - a.wav@0.5..", "7 labelled {} - -", "c unlabelled - - ü.wav",
          "d test {x|y} - d.wav",
        ])
      #expect(set.index.labelling == .multiple)
    }
  }

  @Test func labelsOfATableAreDivided() throws {
    let text =
      "id\taudio\ttags\tsplit\na\ta\tdog; cat\tlabelled\nb\tb\tcat\ttest\nc\tc\t\tunlabelled\n"
    let set = try layout(text, name: "m.tsv", labels: .multiple("tags", separator: ";")).list()
    #expect(set.lines.map { $0.split(separator: " ")[2] } == ["{cat|dog}", "{cat}", "-"])
    #expect(
      faults(in: folder) {
        _ = try layout(
          text, name: "m.tsv", labels: .multiple("tags", separator: ";"), classes: ["cat", "bog"]
        ).list()
      } == [
        "m.tsv:2: error: label 'dog' is not in the class list"
          + "\n  mend: did you mean 'bog'? (classes: cat, bog)"
      ])
  }

  @Test func labelMapsAreFilesToo() throws {
    let values = try MapValues(classes: 3, ignored: [9])
    let set = try layout(
      "id,audio,map,split\na,a.png,m/a.png,labelled\nb,b.png,,unlabelled\n",
      labels: .map(.init("target", .file("map"), array: "z"), values),
      classes: ["soil", "crop", "weed"]
    ).list()
    #expect(set.lines == ["a labelled - - a.png m/a.png:z", "b unlabelled - - b.png -"])
    #expect(set.index.labelling == .map)
    #expect(set.index.classes == ["soil", "crop", "weed"])
    #expect(set.mapValues == values)
    #expect(
      faults(in: folder) {
        _ = try layout(
          "id,audio,map,split\na,a.png,,test\n", labels: .map(.init("t", .file("map")), values),
          classes: ["soil", "crop", "weed"]
        ).list()
      } == [
        "manifest.csv:2: error: sample 'a' of the test split has no label map"
          + "\n  mend: fill in 'map', or put the sample into the unlabelled split"
      ])
  }

  @Test func rowsOfTablesAreFoundByIDAndByNumber() throws {
    let byID = try folder.write("face.csv", "name,x\nc,1\n\na,2\nz,3\n")
    let bare = try folder.write("bare.csv", "1,a\n2,b\n")
    let set = try layout(
      "id,line,split\na,4,unlabelled\nb,,unlabelled\nc,0,unlabelled\n",
      parts: [
        .init("face", .table(.init(byID, .id("name")))),
        .init("bare", .table(.init(bare, .id("2"), hasHeader: false))),
        .init("text", .table(.init("/elsewhere/t.csv", .row("line"), hasHeader: false))),
        .init("array", .file("id", row: "line")),
      ]
    ).list()
    #expect(
      set.lines == [
        "a unlabelled - - face.csv#1 bare.csv#0 t.csv#4 a#4",
        "b unlabelled - - - bare.csv#1 - -", "c unlabelled - - face.csv#0 - t.csv#0 c#0",
      ])
    #expect(set.parts[0][2]?.file.path == "/elsewhere/t.csv")
  }

  @Test func aTableOfStrangersIsRefused() throws {
    let face = try folder.write("face.csv", "id,x\nA,1\nB,2\n")
    let twice = try folder.write("twice.csv", "id,x\na,1\na,2\n")
    let text = "id,split\na,unlabelled\nb,unlabelled\n"
    func found(_ path: String, _ id: String = "id") -> [String] {
      faults(in: folder) {
        _ = try layout(text, parts: [.init("face", .table(.init(path, .id(id))))]).list()
      }
    }
    #expect(
      found(face) == [
        "face.csv: error: no row of modality 'face' has the id of a sample, such as 'a'; the first "
          + "row has 'A'\n  mend: check 'id' of the modality"
      ])
    #expect(
      found(twice) == ["twice.csv:3:1: error: id 'a' stands twice\n  mend: keep one of the rows"])
    #expect(
      found(face, "name") == [
        "face.csv:1: error: the table has no column 'name'\n  mend: columns: id, x"
      ])
  }

  @Test func aPathThatLeavesTheRootIsRefusedUnlessAllowed() throws {
    let text = """
      id,audio,split
      a,../a.wav,unlabelled
      b,x/../../b.wav,unlabelled
      c,/etc/passwd,unlabelled
      d,..,unlabelled
      e,.,unlabelled
      f,a/../b.wav,unlabelled

      """
    let found = faults(in: folder) { _ = try layout(text).list() }
    #expect(found.count == 5)
    #expect(
      found[1]
        == "manifest.csv:3:3: error: 'x/../../b.wav' leaves the folder 'DIR' that paths start from"
        + "\n  mend: move the file, set 'root', or say 'allow-outside: true'")
    let allowed = try layout(text) { $0.allowsOutside = true }.list()
    #expect(allowed.parts[2][0]?.file == DataFile(name: "/etc/passwd", path: "/etc/passwd"))
    #expect(allowed.parts[5][0]?.file.path == folder.path("b.wav"))
    let rooted = try layout("id,audio,split\na,a.wav,unlabelled\n") { $0.root = "/data/./x/" }
    #expect(
      try rooted.list().parts[0][0]?.file == DataFile(name: "a.wav", path: "/data/x/a.wav"))
  }

  @Test func whatIsWrongInRowsIsToldAtItsPlace() throws {
    let csv = """
      id,audio,from,to,row,split
      a,a.wav,x,1,0,unlabelled
      b,b.wav,2,1,0,unlabelled
      ,c.wav,,,0,unlabelled
      d,d.wav,,,-1,unlabelled
      e,e.wav,,,0,unlabeled
      e,e.wav,nan,,0.5,unlabelled
      f,too,few

      """
    let found = faults(in: folder) {
      _ = try layout(csv, parts: [.init("a", .file("audio", row: "row"))]) {
        $0.start = "from"
        $0.stop = "to"
      }.list()
    }
    #expect(
      found == [
        "manifest.csv:2:9: error: 'x' is no number\n  mend: numbers look like 12, -0.5 or 1.5e-3",
        "manifest.csv:3:11: error: the part from 2.0 s to 1.0 s is empty"
          + "\n  mend: stop after the start",
        "manifest.csv:5:11: error: -1.0 is no row of a file\n  mend: rows are counted from 0",
        "manifest.csv:7:9: error: 'nan' is no number"
          + "\n  mend: numbers look like 12, -0.5 or 1.5e-3",
        "manifest.csv:8: error: 3 cells in a table of 6 columns"
          + "\n  mend: add the missing cells, empty where there is no value",
      ])
    let json = """
      {"id": "a", "audio": ["a.wav"]}
      {"id": "b", "audio": {"path": "b.wav"}}
      {"id": "c", "audio": "c.wav"
      [1]
      {"id": "d", "audio": "d\\u0000.wav"}
      {"id": "e", "audoi": "e.wav", "tags": [[1]]}
      """
    #expect(
      faults(in: folder) {
        _ = try layout(
          json, name: "m.jsonl", labels: .multiple("tags", separator: ";"), split: .allUnlabelled
        ).list()
      } == [
        "m.jsonl:1: error: 'audio': a list, where one value is wanted\n  mend: write one value",
        "m.jsonl:2: error: 'audio': an object, where one value is wanted\n  mend: write one value",
        "m.jsonl:3:29: error: ',' or '}' must be here\n  mend: each line is one JSON object",
        "m.jsonl:4: error: no JSON object\n  mend: each line is one: {\"id\": …}",
        "m.jsonl:5: error: 'audio': a path with a NUL in it\n  mend: remove it",
        "m.jsonl:6: error: 'tags': a list of more than words and numbers"
          + "\n  mend: write plain values",
      ])
    #expect(
      faults(in: folder) {
        _ = try layout(#"{"id": "a", "audoi": "x"}"#, name: "m.jsonl", split: .allUnlabelled).list()
      } == [
        "m.jsonl: error: no line has the key 'audio'"
          + "\n  mend: did you mean 'audoi'? (keys: audoi, id)"
      ])
    #expect(
      faults(in: folder) {
        _ = try layout(
          "id,audoi,split\n", parts: [.init("audio", .file("audio")), .init("b", .file("b"))]
        ).list()
      }.count == 2)
  }

  @Test func aManifestOfNothingIsRefused() throws {
    for (name, text) in [("a.csv", ""), ("b.csv", "id,audio,split\n"), ("c.jsonl", "\n\n")] {
      #expect(throws: Diagnostic.self) { try layout(text, name: name).list() }
    }
  }

  /// A manifest of this size must not be felt; the test asserts what it lists, not the time.
  @Test func tenThousandRowsAreListed() throws {
    var text = "id,audio,image,label,speaker\n"
    for row in 0..<10_000 {
      text +=
        "s\(row),audio/speaker\(row % 50)/\(row).wav,image/\(row).png,c\(row % 10),p\(row % 50)\n"
    }
    let manifest = try layout(
      text, labels: .single("label"),
      split: .init(.shares(test: 0.2, labelled: 0.1, seed: 1), isByGroup: true, group: "speaker"),
      parts: [.init("audio", .file("audio")), .init("image", .file("image"))])
    let set = try manifest.list()
    #expect(set.index.entries.count == 10_000)
    #expect(set.files.count == 20_000)
    #expect(set.index.count(of: "test") == 2000)
    #expect(set.index.count(of: "labelled") == 800)
  }
}
