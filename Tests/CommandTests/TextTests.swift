import Inspection
import Testing

@Suite struct TextTests {
  @Test func tablesLineUpAndNoLineEndsInSpaces() {
    let table = TextTable(
      [.init("stage"), .init("took", .right), .init("")],
      rows: [["moons", "0.1 s", "x"], ["students", "12 s"], []])
    #expect(table.lines == ["stage      took", "moons     0.1 s  x", "students   12 s", ""])
  }

  @Test func tablesWithoutTitlesHaveNoHead() {
    #expect(TextTable([.init(""), .init("")], rows: [["a", "1"]]).lines == ["a  1"])
  }

  @Test func wideCharactersTakeTwoColumns() {
    #expect(TextWidth.of("步行 ±") == 6)
    #expect(
      TextTable([.init(""), .init("")], rows: [["步行", "1"], ["walk", "2"]]).lines
        == ["步行  1", "walk  2"])
  }

  @Test func longTextIsCutBeforeAnEllipsis() {
    #expect(TextWidth.cut("abcdef", to: 6) == "abcdef")
    #expect(TextWidth.cut("abcdef", to: 4) == "abc…")
    #expect(TextWidth.cut("步行步行", to: 4) == "步…")
    #expect(TextWidth.cut("abc", to: 0) == "")
  }

  @Test func wordsAreWrapped() {
    #expect(
      TextWidth.wrapped("one two three four", to: 9, indent: "  ")
        == ["one two", "  three", "  four"])
  }

  @Test func colourIsRefusedByNoColorAndByDumbTerminals() {
    #expect(Paint(isTerminal: true, environment: ["TERM": "xterm"]).isOn)
    #expect(Paint(isTerminal: true, environment: ["NO_COLOR": ""]).isOn)
    #expect(!Paint(isTerminal: true, environment: ["NO_COLOR": "1"]).isOn)
    #expect(!Paint(isTerminal: true, environment: ["TERM": "dumb"]).isOn)
    #expect(!Paint(isTerminal: false, environment: [:]).isOn)
    #expect(Paint(isOn: true)(.red, "no") == "\u{1B}[31mno\u{1B}[0m")
    #expect(Paint.plain(.red, "no") == "no")
  }
}

@Suite struct PlotTests {
  @Test func sparklinesRiseWithTheValues() {
    #expect(Plot.sparkline([0, 1, 2, 3, 4, 5, 6, 7], width: 8) == "▁▂▃▄▅▆▇█")
    #expect(Plot.sparkline([2, 2, 2], width: 8) == "▄▄▄")
    #expect(Plot.sparkline([0, .nan, 7], width: 8) == "▁ █")
    #expect(Plot.sparkline([], width: 8) == "")
  }

  @Test func longSeriesAreAveraged() {
    #expect(Plot.sparkline([0, 0, 7, 7], width: 2) == "▁█")
  }

  @Test func brailleDrawsTheHighestValueOnTop() {
    #expect(Plot.braille([0, 1, 2, 3], width: 2, height: 1) == ["⡠⠊"])
    #expect(Plot.braille([0, 0], width: 1, height: 2).count == 2)
    #expect(Plot.braille([0, 7, 0, 7], width: 2, height: 2) == ["⢸⣾", "⡸⡿"])
    #expect(Plot.braille([.nan], width: 4, height: 1) == [""])
  }
}
