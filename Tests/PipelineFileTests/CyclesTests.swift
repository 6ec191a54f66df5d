import Testing

@testable import PipelineFile

@Suite struct CyclesTests {
  @Test func ordersUpstreamFirstAndKeepsTheRest() {
    #expect(Cycles.order([[], [], []]) == [0, 1, 2])
    #expect(Cycles.order([[2], [0], []]) == [2, 0, 1])
    #expect(Cycles.order([[1], [0], [], [0]]) == [2, 0, 1, 3])
    #expect(Cycles.order([]) == [])
  }

  @Test func findsTheShortestCircleOfEveryNodeThatIsOnOne() {
    #expect(Cycles.find([[1], [2], []]) == [])
    #expect(Cycles.find([[1], [2], [0]]) == [[0, 1, 2, 0]])
    #expect(Cycles.find([[1], [2], [3, 0], [0]]) == [[0, 1, 2, 0], [3, 0, 1, 2, 3]])
    #expect(Cycles.find([[1], [0], [3], [2]]) == [[0, 1, 0], [2, 3, 2]])
    #expect(Cycles.find([[1], [2], [1]]) == [[1, 2, 1]])
  }
}
