import Foundation
import Inspection
import Testing

@Suite struct FiguresTests {
  @Test func numbersAreAsShortAsTheyCanBe() {
    #expect(
      [0.93123, 812, 0.000013, 0, -0.5, 12_345.6, 1e12].map { Figures.short($0) }
        == ["0.9312", "812", "1.3e-05", "0", "-0.5", "12346", "1e+12"])
    #expect(
      [Double.nan, .infinity, -.infinity].map { Figures.short($0) } == ["nan", "inf", "-inf"])
  }

  @Test func thousandsAreGrouped() {
    #expect(
      [0, 999, 1000, 1_234_567, -1_440].map(Figures.grouped)
        == ["0", "999", "1,000", "1,234,567", "-1,440"])
  }

  @Test func nounsHaveTheirPlural() {
    #expect(Figures.count(1, "stage") == "1 stage")
    #expect(Figures.count(1_440, "stage") == "1,440 stages")
    #expect(Figures.count(2, "class") == "2 classes")
    #expect(Figures.count(0, "entry") == "0 entries")
  }

  @Test func sizesAreInPowersOfAThousand() {
    #expect(
      [0, 999, 1000, 34_567, 999_600, 1_300_000, 2_000_000_000].map(Figures.bytes)
        == ["0 B", "999 B", "1.0 kB", "35 kB", "1.0 MB", "1.3 MB", "2.0 GB"])
  }

  @Test func durationsHaveTwoUnitsAtMost() {
    #expect(
      [0.04, 8.21, 42.3, 59.7, 185, 7_440, 273_600, -1, .infinity].map(Figures.duration)
        == [
          "0.04 s", "8.2 s", "42 s", "1 min 0 s", "3 min 5 s", "2 h 4 min", "3 d 4 h", "0.00 s",
          "?",
        ])
  }

  @Test func slowRatesAreTurnedRound() {
    #expect(Figures.rate(812.4, unit: "steps") == "812 steps/s")
    #expect(Figures.rate(0.25, unit: "epochs") == "4.0 s/epoch")
    #expect(Figures.rate(0, unit: "steps") == "")
  }

  @Test func sharesArePercent() {
    #expect(Figures.percent(0.62) == "62 %")
    #expect(Figures.percent(0.9312, decimals: 1) == "93.1 %")
  }

  @Test func timesAreInTheZoneGiven() throws {
    let zone = try #require(TimeZone(secondsFromGMT: 3600))
    #expect(Figures.time(Date(timeIntervalSince1970: 0), zone: zone) == "1970-01-01 01:00")
  }
}
