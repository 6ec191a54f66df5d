import Readers
import TestSupport
import Testing

@Suite struct ColumnListTests {
  @Test func readsNumbersAndRanges() throws {
    #expect(try ColumnList.parse("1-3") == [0, 1, 2])
    #expect(try ColumnList.parse("7") == [6])
    #expect(try ColumnList.parse("5, 1 - 2") == [4, 0, 1])
    #expect(try ColumnList.parse(["1", "28-30"]) == [0, 27, 28, 29])
  }

  @Test(arguments: [
    ("", "'' is no column and no range of columns"), ("a", "'a' is no column and no range"),
    ("1-2-3", "'1-2-3' is no column and no range"), ("-3", "'-3' is no column and no range"),
    ("1,,2", "'' is no column"), ("0-2", "columns are counted from 1, and '0-2' is not"),
    ("3-1", "the range '3-1' runs backwards"), ("1-3,2", "column 2 comes twice"),
    ("1-9999999999", "columns are counted from 1"),
    ("99999999999999999999", "'99999999999999999999' is no column"),
  ])
  func saysWhatIsWrong(text: String, message: String) throws {
    let folder = try TemporaryFolder()
    let found = faults(in: folder) { _ = try ColumnList.parse(text) }
    #expect(found.first?.contains(message) == true, "\(found)")
  }
}
