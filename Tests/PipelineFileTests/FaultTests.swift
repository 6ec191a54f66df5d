import Testing

@Suite struct FaultTests {
  @Test(arguments: FaultCase.all)
  func areAllReportedAtTheirPlacesWithTheMend(item: FaultCase) {
    #expect(Toys.faults(item.text, settings: item.settings) == item.faults)
  }
}
