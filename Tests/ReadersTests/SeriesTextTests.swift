import Foundation
import Readers
import TestSupport
import Testing

@Suite struct SeriesTextTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(
    _ text: String, _ columns: [Int], delimiter: Character? = nil, skipping: Int = 0
  ) throws -> (values: [Float], steps: Int) {
    try SeriesText.read(
      folder.write("s.txt", text), columns: columns, delimiter: delimiter, skipping: skipping)
  }

  private func reading(_ text: String, _ columns: [Int] = [0, 1]) -> [String] {
    faults(in: folder) { _ = try read(text, columns) }
  }

  @Test func takesTheColumnsInTheirOrder() throws {
    let (values, steps) = try read("1,2,3\n4,5,6\n", [2, 0])
    #expect(values == [3, 1, 6, 4])
    #expect(steps == 2)
  }

  @Test(arguments: [
    "1,2\n3,4\n", "1;2\n3;4\n", "1\t2\n3\t4", "1 2\r\n3   4\r\n", "  1 2\n 3\t4 \n\n\n",
    "# a b\n1,2\n3,4\n", "\u{FEFF}1, 2\n3, 4\n",
  ])
  func findsTheDelimiter(text: String) throws {
    let (values, steps) = try read(text, [0, 1])
    #expect(values == [1, 2, 3, 4])
    #expect(steps == 2)
  }

  @Test func keepsTimeStampsInFullPrecision() throws {
    let path = try folder.write("t.csv", "1700000000.001,5\n1700000000.003,6\n")
    let (values, times) = try SeriesText.read(path, columns: [1], time: 0)
    #expect(values == [5, 6])
    #expect(times == [1_700_000_000.001, 1_700_000_000.003])
    let found = faults(in: folder) { _ = try SeriesText.read(path, columns: [1], time: 2) }
    #expect(
      found == [
        """
        t.csv:1: error: column 3 is wanted, and the line has 2
          mend: correct 'columns', or 'delimiter'
        """
      ])
  }

  @Test func passesOverTheLinesOfAHeader() throws {
    #expect(try read("time,ax\n0,1\n1,2\n", [1], skipping: 1).values == [1, 2])
    #expect(
      reading("time,ax\n0,1\n") == [
        """
        s.txt:1:1: error: 'time' is not a number
          mend: if the file starts with a header, say 'skip-lines: 1'
        """
      ])
  }

  @Test func cellsThatAreNotWantedMayHoldAnything() throws {
    #expect(try read("a,1\nb,2\n", [1]).values == [1, 2])
  }

  @Test func faultsAreShownWhereTheyStand() {
    let mend = "  mend: fill in the lost value, or remove the sample from the manifest"
    #expect(
      reading("1,2\n3,NaN\n") == ["s.txt:2:3: error: 'NaN' is not a finite number\n" + mend])
    #expect(
      reading("1,2\n-inf,4\n") == ["s.txt:2:1: error: '-inf' is not a finite number\n" + mend])
    #expect(
      reading("1,2\n3,\n") == ["s.txt:2:3: error: the cell is empty, a number is wanted\n" + mend])
    #expect(
      reading("1,2\n3,x\n") == [
        "s.txt:2:3: error: 'x' is not a number\n  mend: numbers look like 12, -0.5 or 1.5e-3"
      ])
    #expect(
      reading("1,2\n3,1e39\n") == [
        "s.txt:2:3: error: '1e39' is too large for a 32-bit float\n  mend: take a larger unit"
      ])
    #expect(
      reading("1,2\n3,4,5\n") == [
        """
        s.txt:2: error: 3 cells, where line 1 has 2
          mend: repair the line; every time step has the same columns
        """
      ])
    #expect(
      reading("1,2\n3\n").first?.hasPrefix("s.txt:2: error: 1 cell, where line 1 has 2") == true)
    #expect(
      reading("1,2\n3,4\n", [0, 4]) == [
        """
        s.txt:1: error: column 5 is wanted, and the line has 2
          mend: correct 'columns', or 'delimiter'
        """
      ])
    #expect(
      reading("1,2\n\n3,4\n") == [
        """
        s.txt:2: error: a blank line among the time steps
          mend: remove it; when a step was lost, fill it in
        """
      ])
  }

  @Test(arguments: ["", "\n\n", "# nothing\n"])
  func aFileWithoutAStepIsAFault(text: String) {
    #expect(
      reading(text) == [
        """
        s.txt: error: the file holds no time step
          mend: remove its row, or leave its cell in the manifest empty
        """
      ])
  }

  /// Float32 of the double that the text says, bit for bit, as numpy.loadtxt(…).astype("float32").
  @Test func valuesAreRoundedOnce() throws {
    var generator = SeededGenerator(seed: 3)
    let numbers = (0..<2000).map { _ in generator.normal() * 20 }
    let text = numbers.map { String(format: "%.6g", $0) }
    let (values, steps) = try read(text.joined(separator: "\n"), [0])
    #expect(steps == 2000)
    #expect(values == text.map { Float(Double($0) ?? .nan) })
  }
}
