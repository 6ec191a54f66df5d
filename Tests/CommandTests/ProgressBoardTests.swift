import Inspection
import Testing

@Suite struct ProgressBoardTests {
  private static func board(_ width: Int, height: Int = 8) -> ProgressBoard {
    ProgressBoard(
      stages: ["teacher", "students"],
      style: .init(isLive: true, width: width, height: height))
  }

  private static func half(_ board: inout ProgressBoard) {
    board.start("students", at: 0)
    let figures = ["loss": 0.4123, "agreement": 0.9312]
    board.progress(
      "students", item: "mke seed 3", done: 0, total: 2000, unit: "steps", figures: figures, at: 1)
    board.progress(
      "students", item: "mke seed 3", done: 1000, total: 2000, unit: "steps", figures: figures,
      at: 3)
  }

  @Test func aBarShowsRateFiguresAndTimeLeft() {
    var board = Self.board(160)
    Self.half(&board)
    #expect(
      board.liveLines(now: 3) == [
        "  students  ████████████░░░░░░░░░░░░  50 %  1,000 of 2,000 steps  500 steps/s  loss 0.412"
          + "  agreement 93.1 %  2.0 s left  mke seed 3",
        "  0 of 2 stages done",
      ])
  }

  @Test func theTimeLeftRunsDownBetweenEvents() {
    var board = Self.board(160)
    Self.half(&board)
    #expect(board.liveLines(now: 4)[0].contains("  1.0 s left"))
    #expect(board.liveLines(now: 99)[0].contains("  0.00 s left"))
  }

  @Test func narrowTerminalsGetLess() {
    for width in 12...160 {
      var board = Self.board(width)
      Self.half(&board)
      for line in board.liveLines(now: 3) { #expect(TextWidth.of(line) < width) }
    }
    var narrow = Self.board(50)
    Self.half(&narrow)
    #expect(narrow.liveLines(now: 3)[0] == "  students  ██████░░░░░░  50 %  2.0 s left")
    var narrower = Self.board(20)
    Self.half(&narrower)
    #expect(narrower.liveLines(now: 3)[0] == "  students  50 %")
  }

  @Test func lowTerminalsSayHowManyAreNotShown() {
    var board = ProgressBoard(
      stages: ["a", "b", "c", "d"], style: .init(isLive: true, width: 80, height: 3))
    for name in ["a", "b", "c", "d"] { board.start(name, at: 0) }
    #expect(
      board.liveLines(now: 2) == ["  a  2.0 s", "  and 3 more", "  0 of 4 stages done"])
  }

  @Test func thousandthsAreShownInWholes() {
    var board = Self.board(120)
    board.start("students", at: 0)
    board.progress(
      "students", item: "mke seed 3", done: 37_250, total: 60_000, unit: "‰ networks",
      figures: [:], at: 1)
    #expect(board.liveLines(now: 1)[0].contains("62 %  37.2 of 60 networks  mke seed 3"))
  }

  @Test func anotherPhaseHasAPaceOfItsOwn() {
    var board = Self.board(120)
    board.start("points", at: 0)
    for (done, time) in [(0, 0.0), (10, 1)] {
      board.progress(
        "points", item: "", done: done, total: 10, unit: "samples", figures: [:], at: time)
    }
    board.progress("points", item: "", done: 0, total: 500, unit: "windows", figures: [:], at: 2)
    #expect(board.liveLines(now: 2)[0].contains("0 of 500 windows"))
    board.progress("points", item: "", done: 100, total: 500, unit: "windows", figures: [:], at: 3)
    #expect(board.liveLines(now: 3)[0].contains("100 windows/s"))
  }

  @Test func whatEndsLeavesOneLineWithItsSummary() {
    var board = Self.board(80)
    Self.half(&board)
    board.summarise("students", "6 variants")
    board.summarise("students", "60 networks")
    board.finish("students", at: 12)
    #expect(
      board.takeLines() == [
        "✓ students        12 s  6 variants", "                        60 networks",
      ])
    #expect(board.takeLines().isEmpty)
    #expect(board.liveLines(now: 12).isEmpty)
  }

  @Test func plainLinesComeAtMostEveryInterval() {
    var board = ProgressBoard(stages: ["students"], style: .init(isLive: false, interval: 10))
    board.start("students", at: 0)
    for second in 0...25 {
      board.progress(
        "students", item: "mke seed 3", done: second * 100, total: 5000, unit: "steps",
        figures: ["loss": 0.5], at: Double(second))
    }
    board.summarise("students", "60 networks")
    board.finish("students", at: 26)
    #expect(
      board.takeLines() == [
        "students: started",
        "students: mke seed 3, 1,000 of 5,000 steps, 100 steps/s, loss 0.5, 40 s left",
        "students: mke seed 3, 2,000 of 5,000 steps, 100 steps/s, loss 0.5, 30 s left",
        "students: done in 26 s", "students: 60 networks",
      ])
    #expect(board.liveLines(now: 26).isEmpty)
  }

  @Test func aFailureIsALineToo() {
    var board = ProgressBoard(stages: ["teacher"], style: .init(isLive: false))
    board.start("teacher", at: 0)
    board.fail("teacher", at: 1.5)
    #expect(board.takeLines() == ["teacher: started", "teacher: failed in 1.5 s"])
  }
}
