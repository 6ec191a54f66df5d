import Readers
import TestSupport
import Testing

@Suite struct TableSourceTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let modalities: [TableSource.Modality] = [
    .init(name: "position", columns: ["x", "y"]), .init(name: "heat", columns: ["t"], unit: "K"),
  ]

  private func source(
    _ text: String, split: SplitRule = .column("split"), classes: [String]? = nil
  ) throws -> TableSource {
    TableSource(
      .one(try folder.write("t.csv", text), split: split), label: "label", classes: classes,
      modalities: modalities)
  }

  private func records(_ source: TableSource) throws -> [SampleRecord] {
    var records: [SampleRecord] = []
    try source.read(try source.index()) { records.append($0) }
    return records
  }

  private let good = """
    id,x,y,t,label,split
    a,1,2,280,no,labelled
    b,3,4,,yes,labelled
    c,,,290,,unlabelled
    d,5,6,300,yes,test

    """

  @Test func readsSamplesOneByOne() throws {
    let source = try source(good)
    let records = try records(source)
    #expect(records.map(\.entry.id) == ["a", "b", "c", "d"])
    #expect(records.map(\.entry.split) == ["labelled", "labelled", "unlabelled", "test"])
    #expect(records.map(\.entry.label.number) == [0, 1, -1, 1])
    #expect(try source.index().classes == ["no", "yes"])
    #expect(records[0].modalities == [.init([1, 2]), .init([280])])
    #expect(try source.forms(of: source.index())[0].columns == ["x", "y"])
    #expect(try source.forms(of: source.index())[1].unit == "K")
  }

  @Test func aModalityWithoutACellIsMissing() throws {
    let records = try records(source(good))
    #expect(records[1].modalities == [.init([3, 4]), nil])
    #expect(records[2].modalities == [nil, .init([290])])
  }

  @Test func classesStandInTheGivenOrder() throws {
    let source = try source(good, classes: ["yes", "no", "maybe"])
    #expect(try source.index().entries.map(\.label.number) == [1, 0, -1, 0])
    #expect(
      try source.index().warnings.map(\.message) == ["no labelled sample of the class 'maybe'"])
  }

  @Test func classesThatAreNumbersAreSortedBySize() throws {
    let text =
      "id,x,y,t,label,split\n"
      + ["10", "9", "2"].enumerated().map {
        "\($0),1,1,1,\($1),labelled\n"
      }.joined()
    #expect(try source(text).index().classes == ["2", "9", "10"])
  }

  @Test func everyFaultOfTheIndexIsToldAtOnce() throws {
    let source = try source(
      """
      id,x,y,t,label,split
      a,1,2,3,yes,labelled
      a,1,2,3,no,labelled
      c,1,2,3,yse,labelled
      d,1,2,3,no,tset
      ,1,2,3,no,test
      f,1,2

      """, classes: ["no", "yes"])
    #expect(
      faults(in: folder) { _ = try source.index() } == [
        """
        t.csv:3: error: id 'a' stands twice, first at t.csv:2
          mend: give every sample an id of its own
        """,
        """
        t.csv:4: error: label 'yse' is not in the class list
          mend: did you mean 'yes'? (classes: no, yes)
        """,
        """
        t.csv:5: error: 'tset' is no split
          mend: did you mean 'test'? (splits: labelled, unlabelled, test)
        """,
        "t.csv:6: error: the sample has no id\n  mend: give every sample an id",
        """
        t.csv:7: error: 3 cells in a table of 6 columns
          mend: add the missing cells, empty where there is no value
        """,
      ])
  }

  @Test func everyFaultOfTheValuesIsToldAtOnce() throws {
    let source = try source(
      """
      id,x,y,t,label,split
      a,1,,3,yes,labelled
      b,1,2,nan,no,labelled
      c,1,2,3,no,labelled
      d,1,2,1e40,no,labelled

      """)
    let index = try source.index()
    var seen: [String] = []
    let found = faults(in: folder) { try source.read(index) { seen.append($0.entry.id) } }
    #expect(
      found.map { $0.split(separator: "\n")[0] } == [
        "t.csv:2:5: error: the cell is empty, a number is wanted",
        "t.csv:3:7: error: 'nan' is not a finite number",
        "t.csv:5:7: error: '1e40' is too large for a 32-bit float",
      ])
    #expect(seen.isEmpty)
  }

  @Test func aLabelMayBeMissingInTheUnlabelledSplitAlone() throws {
    let source = try source(
      "id,x,y,t,label,split\na,1,1,1,,test\nb,1,1,1,no,labelled\nc,1,1,1,yes,labelled\n")
    #expect(
      faults(in: folder) { _ = try source.index() } == [
        """
        t.csv:2: error: sample 'a' of the test split has no label
          mend: fill in 'label', or put the sample into the unlabelled split
        """
      ])
  }

  @Test func columnsThatAreNotThereAreAllNamed() throws {
    let source = try source("id,x,heat,labels,split\n")
    #expect(
      faults(in: folder) { _ = try source.index() }.map { $0.split(separator: "\n")[0] } == [
        "t.csv:1: error: the table has no column 'label'",
        "t.csv:1: error: the table has no column 'y'",
        "t.csv:1: error: the table has no column 't'",
      ])
  }

  @Test func oneClassIsNoTask() throws {
    let source = try source("id,x,y,t,label,split\na,1,1,1,yes,labelled\nb,1,1,1,yes,test\n")
    #expect(
      faults(in: folder) { _ = try source.index() } == [
        """
        t.csv: error: all labels are 'yes'
          mend: check that 'label' is the column of the labels
        """
      ])
  }

  @Test func aTableOfUnlabelledSamplesNeedNoLabels() throws {
    let files = [
      SplitFile(
        split: "labelled",
        path: try folder.write("l.csv", "id,x,y,t,label\na,1,2,3,no\nb,1,2,3,yes\n")),
      SplitFile(split: "unlabelled", path: try folder.write("u.csv", "t,id,y,x\n9,c,8,7\n")),
      SplitFile(split: "test", path: try folder.write("t.csv", "id,x,y,t,label\nd,1,2,3,no\n")),
    ]
    let source = TableSource(.perSplit(files), label: "label", modalities: modalities)
    let records = try records(source)
    #expect(records.map(\.entry.split) == ["labelled", "labelled", "unlabelled", "test"])
    #expect(records.map(\.entry.label.number) == [0, 1, -1, 0])
    #expect(records[2].modalities == [.init([7, 8]), .init([9])])
  }

  @Test func anIdInTwoTablesAndAnEmptyTableAreFaults() throws {
    let row = "a,1,2,3,no\n"
    let files = [
      SplitFile(
        split: "labelled",
        path: try folder.write("l.csv", "id,x,y,t,label\n" + row + "b,1,2,3,yes\n")),
      SplitFile(split: "unlabelled", path: try folder.write("u.csv", "id,x,y,t\n")),
      SplitFile(split: "test", path: try folder.write("t.csv", "id,x,y,t,label\n" + row)),
    ]
    let source = TableSource(.perSplit(files), label: "label", modalities: modalities)
    #expect(
      faults(in: folder) { _ = try source.index() } == [
        """
        u.csv: error: the unlabelled split is empty
          mend: a row under the header is a sample
        """,
        """
        t.csv:2: error: id 'a' stands twice, first at l.csv:2
          mend: give every sample an id of its own
        """,
      ])
  }

  @Test func aShareThatRoundsToNothingIsAFault() throws {
    let text =
      "id,x,y,t,label\n" + (0..<10).map { "\($0),1,1,1,\($0 % 2)\n" }.joined()
    let source = try source(text, split: .shares(test: 0.4, labelled: 0.05, seed: 1))
    #expect(
      faults(in: folder) { _ = try source.index() } == [
        """
        t.csv: error: the labelled split is empty: the share of 10 samples rounds to none
          mend: raise 'labelled'
        """
      ])
  }

  @Test func aTableThatChangesBetweenThePassesIsAFault() throws {
    let source = try source(good)
    let index = try source.index()
    try folder.write("t.csv", good.replacing("\nc,", with: "\ne,"))
    #expect(
      faults(in: folder) { try source.read(index) { _ in } } == [
        "t.csv: error: the table changed while it was read\n  mend: run again"
      ])
    try folder.write("t.csv", good.replacing("d,5,6,300,yes,test\n", with: ""))
    #expect(
      faults(in: folder) { try source.read(index) { _ in } } == [
        "t.csv: error: the table changed while it was read\n  mend: run again"
      ])
  }
}

@Suite struct SplitFilesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func index(
    labelled: String, unlabelled: String, test: String, table: String? = nil
  ) throws -> SampleIndex {
    let table = table ?? "id,x,label\n" + "abcdef".map { "\($0),1,\($0 < "d" ? 0 : 1)\n" }.joined()
    let files = [
      SplitFile(split: "labelled", path: try folder.write("dl.csv", labelled)),
      SplitFile(split: "unlabelled", path: try folder.write("du.csv", unlabelled)),
      SplitFile(split: "test", path: try folder.write("test.csv", test)),
    ]
    return try TableSource(
      .one(try folder.write("t.csv", table), split: .files(files, id: "id")), label: "label",
      modalities: [.init(name: "x", columns: ["x"])]
    ).index()
  }

  @Test func idsGoWhereTheirFileSays() throws {
    let index = try index(
      labelled: "id,label\na,0\nd,1\n", unlabelled: "id\nb\ne\n", test: "id,label\nc,0\nf,1\n")
    #expect(
      index.entries.map(\.split) == [
        "labelled", "unlabelled", "test", "labelled", "unlabelled", "test",
      ])
    // The truth of D_u is known, and is sealed by whoever writes it.
    #expect(index.entries.map(\.label.number) == [0, 0, 0, 1, 1, 1])
  }

  @Test func samplesInNoFileAreLeftOutAndReported() throws {
    let index = try index(labelled: "id\na\nd\n", unlabelled: "id\nb\n", test: "id\nf\n")
    #expect(index.entries.map(\.id) == ["a", "b", "d", "f"])
    #expect(index.entries.map(\.row) == [0, 1, 3, 5])
    let warning = try #require(index.warnings.first)
    #expect(
      warning.message.replacing(folder.path + "/", with: "")
        == "2 of 6 samples are in no split and were left out, first 'c' at t.csv:4")
  }

  @Test func everyFaultIsToldWithItsPlace() {
    let found = faults(in: folder) {
      _ = try index(
        labelled: "id,label\na,1\nd,1\nmoon\n", unlabelled: "id\nb\na\n", test: "name\nf\n")
    }
    #expect(
      found.map { $0.split(separator: "\n")[0] } == [
        "dl.csv:4: error: 1 cell in a table of 2 columns",
        "test.csv:1: error: the table has no column 'id'",
      ])
    let others = faults(in: folder) {
      _ = try index(
        labelled: "id,label\na,1\nd,1\n", unlabelled: "id\nb\na\nzz\n", test: "id\nf\n")
    }
    #expect(
      others == [
        "dl.csv:2: error: label '1' of sample 'a' is '0' at t.csv:2\n  mend: correct one of them",
        "du.csv:3: error: sample 'a' is in a split already, at dl.csv:2\n  mend: keep it in one split",
        "du.csv:4: error: 't.csv' has no sample 'zz'\n  mend: remove it, or correct the id",
      ])
  }

  @Test func anEmptyFileIsAFault() {
    let found = faults(in: folder) {
      _ = try index(labelled: "id\na\nd\n", unlabelled: "id\n", test: "id\nf\n")
    }
    #expect(
      found == [
        """
        du.csv: error: the unlabelled split is empty
          mend: add ids under the header, or remove the file from 'files'
        """
      ])
  }
}
