import Readers
import TestSupport
import Testing

@Suite struct NumberTableTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func findsColumnsByNameAndByNumber() throws {
    let path = try folder.write("t.csv", "id,a,b,c\nx,1,2,3\ny,4,5,6\n")
    let table = try NumberTable.read(path, columns: ["c", "2-3"])
    #expect(table.columns == ["c", "a", "b"])
    #expect(table.values.shape == [2, 3])
    #expect(table.values.values(as: Float.self) == [3, 1, 2, 6, 4, 5])
  }

  @Test func readsQuotedCellsWithoutAHeader() throws {
    let path = try folder.write("t.csv", "\"0.25\",\"-1e3\",\"1\"\n\"2\",\"3\",\"0\"\n")
    let table = try NumberTable.read(path, columns: ["1-2"], hasHeader: false)
    #expect(table.columns == nil)
    #expect(table.values.values(as: Float.self) == [0.25, -1000, 2, 3])
  }

  @Test func namesEveryFaultAtItsPlace() throws {
    let path = try folder.write("t.csv", "id,loudness\nx,1\ny,loud\nz\n")
    #expect(
      faults(in: folder) { _ = try NumberTable.read(path, columns: ["loudnes", "9"]) } == [
        "t.csv: error: the table has no column 'loudnes'\n"
          + "  mend: did you mean 'loudness'? (columns: id, loudness)",
        "t.csv: error: column 9 is wanted, and the table has 2\n  mend: correct 'columns'",
      ])
    let rows = faults(in: folder) { _ = try NumberTable.read(path, columns: ["loudness"]) }
    #expect(rows.map { $0.prefix { $0 != " " } } == ["t.csv:3:3:", "t.csv:4:"])
  }
}
