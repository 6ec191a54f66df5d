import Foundation
import Readers
import TestSupport
import Testing

@Suite struct DelimitedTableTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func table(_ text: String, _ name: String = "t.csv") throws -> DelimitedTable {
    try DelimitedTable(reading: folder.write(name, text))
  }

  private func reading(_ text: String) -> [String] {
    faults(in: folder) { _ = try table(text) }
  }

  @Test func readsHeaderAndRowsWithTheirLines() throws {
    let table = try table("id,x\na,1\nb,2\n")
    #expect(table.header == ["id", "x"])
    #expect(table.rows == [.init(line: 2, cells: ["a", "1"]), .init(line: 3, cells: ["b", "2"])])
    #expect(try table.column("x") == 1)
    #expect(try table.number(table.rows[1], 1) == 2)
  }

  @Test func quotesHoldDelimitersLineEndsAndQuotes() throws {
    let table = try table("id,text\na,\"x, \"\"y\"\"\nz\"\n\"b\",\"\"\n")
    #expect(table.rows.map(\.cells) == [["a", "x, \"y\"\nz"], ["b", ""]])
    #expect(table.rows.map(\.line) == [2, 4])
  }

  @Test func aQuoteInsideAnUnquotedCellIsItself() throws {
    #expect(try table("a,b\n5\" disk,1\n").rows[0].cells == ["5\" disk", "1"])
  }

  @Test func spacesBelongToTheirCell() throws {
    #expect(try table("a,b\n x , y\n").rows[0].cells == [" x ", " y"])
  }

  @Test(arguments: [
    "\u{FEFF}id,x\na,1\n", "id,x\r\na,1\r\n", "id,x\na,1", "id,x\n\na,1\n\n\n",
    "id,x\r\n\"a\",\"1\"\r\n",
    "\"id\",\"x\"\r\n\"a\",\"1\"",
  ])
  func marksAndLineEndsOfOtherSystemsAreReadAlike(text: String) throws {
    let table = try table(text)
    #expect(table.header == ["id", "x"])
    #expect(table.rows.map(\.cells) == [["a", "1"]])
  }

  @Test func delimiterComesFromTheNameOrFromTheCaller() throws {
    #expect(try table("a\tb\n1\t2\n", "t.tsv").header == ["a", "b"])
    let path = try folder.write("semicolons.csv", "a;b\n1;2\n")
    #expect(try DelimitedTable(reading: path, delimiter: ";").rows[0].cells == ["1", "2"])
  }

  @Test func withoutAHeaderColumnsAreNumbered() throws {
    let path = try folder.write("t.csv", "a,1\nb,2\n")
    let table = try DelimitedTable(reading: path, hasHeader: false)
    #expect(table.header == ["1", "2"])
    #expect(table.rows.count == 2)
  }

  @Test func aBrokenRowIsNamedWithItsLine() {
    #expect(
      reading("id,x,y\na,1,2\nb,1\nc,1,2\n") == [
        """
        t.csv:3: error: 2 cells in a table of 3 columns
          mend: add the missing cells, empty where there is no value
        """
      ])
    #expect(
      reading("id,x\na,1,2\n") == [
        """
        t.csv:2: error: 3 cells in a table of 2 columns
          mend: put a cell that holds the delimiter in double quotes
        """
      ])
  }

  @Test func brokenRowsAreToldTogetherUpToTwenty() {
    let many = reading("id,x\n" + String(repeating: "a\n", count: 50))
    #expect(many.count == 21)
    #expect(many[0].hasPrefix("t.csv:2: error: 1 cell in a table of 2 columns"))
    #expect(many[20] == "t.csv:21: warning: 20 faults, and the rest was not read")
    #expect(reading("id,x\na\nb,1\nc\n").count == 2)
  }

  @Test func quotesThatGoWrongAreShownWhereTheyStand() {
    #expect(
      reading("id,x\na,\"1\nb,2\n") == [
        """
        t.csv:2:3: error: a quote that nothing closes
          mend: close it, or double it to mean the character itself
        """
      ])
    #expect(
      reading("id,x\na,\"1\"2\n") == [
        """
        t.csv:2:6: error: text after a closing quote
          mend: put the whole cell in quotes, and double the quotes inside it
        """
      ])
  }

  @Test func whatIsNoTableIsNamed() throws {
    #expect(reading("").first?.hasPrefix("t.csv: error: the table is empty") == true)
    #expect(reading("\n\n").first?.hasPrefix("t.csv: error: the table is empty") == true)
    #expect(
      reading("PK\u{03}\u{04}").first == """
        t.csv: error: a zip archive or a spreadsheet, where plain text is wanted
          mend: save the sheet as CSV
        """)
    try folder.write("labels.csv", "id\n")
    #expect(
      faults(in: folder) { _ = try DelimitedTable(reading: folder.path("label.csv")) } == [
        "label.csv: error: no such file\n  mend: did you mean 'labels.csv'?"
      ])
    #expect(
      faults(in: folder) { _ = try DelimitedTable(reading: folder.path) } == [
        "DIR: error: a folder, where a text file is wanted\n  mend: name a file in it"
      ])
  }

  @Test func textThatIsNotUTF8IsShownWhereItStands() throws {
    let path = folder.path("latin.csv")
    try Data([0x69, 0x64, 0x2C, 0x78, 0x0A, 0x61, 0x2C, 0xE9, 0x0A]).write(
      to: URL(fileURLWithPath: path))
    #expect(
      faults(in: folder) { _ = try DelimitedTable(reading: path) } == [
        "latin.csv:2:3: error: the text is not UTF-8\n  mend: save the file as UTF-8"
      ])
  }

  @Test func aColumnThatIsNotThereHasANearName() throws {
    let table = try table("id,label,label\n")
    #expect(
      faults(in: folder) { _ = try table.column("labl") } == [
        """
        t.csv:1: error: the table has no column 'labl'
          mend: did you mean 'label'? (columns: id, label, label)
        """
      ])
    #expect(
      faults(in: folder) { _ = try table.column("label") }.first?.hasPrefix(
        "t.csv:1: error: two columns are called 'label'") == true)
  }

  @Test func aCellWithoutANumberIsShownWhereItStands() throws {
    let table = try table("id,x\n\"a\nä\",one\nb,nan\nc,\nd,\"1,5\"\n")
    let found = table.rows.map { row in
      faults(in: folder) { _ = try table.number(row, 1) }.first
    }
    #expect(
      found == [
        """
        t.csv:3:4: error: 'one' is not a number
          mend: numbers look like 12, -0.5 or 1.5e-3
        """,
        """
        t.csv:4:3: error: 'nan' is not a finite number
          mend: repair or remove the row; empty cells say that a sample misses a modality
        """,
        """
        t.csv:5:3: error: the cell is empty, a number is wanted
          mend: fill it in; a sample misses a modality when all of its cells are empty
        """,
        """
        t.csv:6:3: error: '1,5' is not a number
          mend: write decimals with a point
        """,
      ])
  }

  /// Random tables, longer than a block of the reader, come back as they were written.
  @Test(arguments: 0..<4)
  func whatIsWrittenIsRead(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let pieces = ["a", "ü", "\"", ",", "\n", "\r\n", " ", "0.5", "", "long text without an end"]
    var rows: [[String]] = [["first", "second", "third"]]
    let count = [3, 50, 60_000, 1000][Int(seed)]
    for _ in 0..<count {
      rows.append(
        (0..<3).map { _ in
          (0..<generator.below(5)).map { _ in pieces[generator.below(pieces.count)] }.joined()
        })
    }
    let lineEnd = seed % 2 == 0 ? "\n" : "\r\n"
    let text = rows.map { row in
      row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
    }.joined(separator: lineEnd)
    let table = try table(text)
    #expect([table.header] + table.rows.map(\.cells) == rows)
  }
}
