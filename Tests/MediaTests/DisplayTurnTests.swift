import Testing

@testable import Media

@Suite struct DisplayTurnTests {
  private func turn(_ a: Int32, _ b: Int32, _ c: Int32, _ d: Int32) -> DisplayTurn? {
    DisplayTurn(matrix: [a, b, 0, c, d, 0, 0, 0, 1 << 30])
  }

  /// A picture of 2 lines and 3 columns, 1 to 6.
  private func applied(_ turn: DisplayTurn?) -> [UInt8]? {
    guard let turn else { return nil }
    let pixels: [UInt8] = [1, 2, 3, 4, 5, 6]
    var result = [UInt8](repeating: 0, count: 6)
    pixels.withUnsafeBytes { source in
      result.withUnsafeMutableBytes {
        turn.apply(source, width: 3, height: 2, pixel: 1, into: $0)
      }
    }
    return result
  }

  @Test func allEightWaysToTurnAndMirror() {
    #expect(applied(turn(1, 0, 0, 1)) == [1, 2, 3, 4, 5, 6])
    #expect(applied(turn(-1, 0, 0, 1)) == [3, 2, 1, 6, 5, 4])
    #expect(applied(turn(1, 0, 0, -1)) == [4, 5, 6, 1, 2, 3])
    #expect(applied(turn(-1, 0, 0, -1)) == [6, 5, 4, 3, 2, 1])
    #expect(applied(turn(0, 1, 1, 0)) == [1, 4, 2, 5, 3, 6])
    #expect(applied(turn(0, 1, -1, 0)) == [4, 1, 5, 2, 6, 3])
    #expect(applied(turn(0, -1, 1, 0)) == [3, 6, 2, 5, 1, 4])
    #expect(applied(turn(0, -1, -1, 0)) == [6, 3, 5, 2, 4, 1])
  }

  @Test func roundingsAreForgivenAndOtherAnglesAreNot() {
    #expect(turn(3, 65536, -65536, -2)?.degrees == 90)
    #expect(turn(46341, 46341, -46341, 46341) == nil)
    #expect(turn(0, 0, 0, 0) == nil)
    #expect(turn(.min, 0, 0, .min)?.degrees == 180)
  }
}
