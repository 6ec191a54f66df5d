import Arrays
import Foundation
import Readers
import TestSupport
import Testing

@Suite struct DelimitedFormTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func rows(_ text: String, _ form: DelimitedForm) throws -> [[String]] {
    try DelimitedTable(reading: folder.write("t.csv", text), form: form).rows.map(\.cells)
  }

  @Test(arguments: ["\n", "\r\n"])
  func audioSetsListsAreRead(lineEnd: String) throws {
    let text = [
      "# Segments csv created Sun Mar  5 10:54:31 2017",
      "# num_ytids=22160, num_segs=22160, num_unique_labels=527, num_positive_labels=52882",
      "# YTID, start_seconds, end_seconds, positive_labels",
      "--PJHxphWEs, 30.000, 40.000, \"/m/09x0r,/t/dd00088\"",
      "-0RWZT-miFs, 420.000, 430.000, \"/m/03v3yw,/m/0k4j\"", "",
    ].joined(separator: lineEnd)
    let path = try folder.write("t.csv", "\u{FEFF}" + text)
    let table = try DelimitedTable(reading: path, form: .audioSet)
    #expect(table.header == ["1", "2", "3", "4"])
    #expect(table.rows.map(\.line) == [4, 5])
    #expect(
      table.rows.map(\.cells) == [
        ["--PJHxphWEs", "30.000", "40.000", "/m/09x0r,/t/dd00088"],
        ["-0RWZT-miFs", "420.000", "430.000", "/m/03v3yw,/m/0k4j"],
      ])
    #expect(table.location(of: table.rows[1], column: 3).description == path + ":5:32")
  }

  @Test func blanksAroundCellsAndQuotesAreTrimmed() throws {
    let form = DelimitedForm(hasHeader: false, trimsBlanks: true)
    #expect(
      try rows("a , \" b \" ,c  \n  , \"x\"\"y\", \n", form) == [
        ["a", " b ", "c"], ["", "x\"y", ""],
      ])
    #expect(try rows("a ,\" b \"  \r\n", form) == [["a", " b "]])
    #expect(try rows("a ,\" b \"  ", form) == [["a", " b "]])
    let tabs = DelimitedForm(delimiter: "\t", hasHeader: false, trimsBlanks: true)
    #expect(try rows(" a\t\tb \n", tabs) == [["a", "", "b"]])
    #expect(
      faults(in: folder) { _ = try rows("a, \"b\" c\n", form) }.first?.hasPrefix(
        "t.csv:1:8: error: text after a closing quote") == true)
  }

  @Test func commentsAreLinesThatStartWithTheirMark() throws {
    let form = DelimitedForm(comment: "#")
    #expect(try rows("# a \"quote\nid,x\n#\na,#1\n# end", form) == [["a", "#1"]])
    #expect(
      faults(in: folder) { _ = try rows("# nothing\n", form) }.first?.contains(
        "the table is empty") == true)
    #expect(
      faults(in: folder) { _ = try rows("a\n", DelimitedForm(comment: "\"")) } == [
        "t.csv: error: '\"' cannot mark a comment\n  mend: take '#', '%' or ';'"
      ])
  }

  /// A comment and blanks at every place where a block of the reader may end.
  @Test func blocksMayEndAnywhere() throws {
    let line = "# comment, with \"quote\n a , \"b, \"\"c\"\"\" , 1.5 \r\n"
    let count = 60_000
    let form = DelimitedForm(hasHeader: false, comment: "#", trimsBlanks: true)
    var reader = try DelimitedReader(
      reading: folder.write("t.csv", String(repeating: line, count: count)), form: form)
    var found = 0
    while try reader.next() {
      found += 1
      guard reader.count == 3, try reader.text(1) == "b, \"c\"", try reader.number(2) == 1.5 else {
        Issue.record("line \(reader.line)")
        return
      }
    }
    #expect(found == count)
    #expect(reader.line == 2 * count + 1)
  }

  @Test func numbersOfQuotedCellsBecomeAnArray() throws {
    let text = (0..<20).map { row in
      (0..<5).map { "\"\(Double(row) + Double($0) / 10)\"" }.joined(separator: ",") + "\n"
    }.joined()
    let path = try folder.write("t.csv", text)
    let array = try DelimitedNumbers.read(path)
    #expect(array.shape == [20, 5])
    #expect(array.type == .float32)
    #expect(array.values(as: Float.self)[11] == 2.1)
    let some = try DelimitedNumbers.read(path, columns: [4, 0], type: .float64)
    #expect(some.shape == [20, 2])
    #expect(some.values(as: Double.self).prefix(4) == [0.4, 0, 1.4, 1])
    let headed = try DelimitedNumbers.read(path, form: DelimitedForm())
    #expect(headed.shape == [19, 5])
  }

  @Test func cellsWithoutNumbersAreToldTogether() throws {
    let path = try folder.write("t.csv", "1,2\n3,x\n4\n5,\n6,1e99\n")
    #expect(
      faults(in: folder) { _ = try DelimitedNumbers.read(path) }.map {
        String($0.prefix { $0 != "\n" })
      } == [
        "t.csv:2:3: error: 'x' is not a number",
        "t.csv:3: error: 1 cell in a table of 2 columns",
        "t.csv:4:3: error: the cell is empty, a number is wanted",
        "t.csv:5:3: error: '1e99' is too large for a 32-bit float",
      ])
    #expect(
      faults(in: folder) { _ = try DelimitedNumbers.read(path, columns: [2]) } == [
        "t.csv: error: the table has no column 3\n  mend: it has 2, counted from 1"
      ])
  }
}
