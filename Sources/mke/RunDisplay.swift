import Configuration
import Dataflow
import Diagnostics
import Foundation
import Inspection
import Synchronization

/// Shows a run while it runs: bars on a terminal, plain lines elsewhere, or JSON on request.
///
/// `@unchecked Sendable`: the timer may be cancelled from any thread, which is all that is done with
/// it; all else is a constant or holds the lock of `state`.
final class RunDisplay: @unchecked Sendable {
  private struct State {
    var board: ProgressBoard
    /// Lines that were drawn to be drawn over.
    var drawn = 0
    var lastProgress: [String: ContinuousClock.Instant] = [:]
    var hasEnded = false
  }

  private let isJSON: Bool
  private let isLive: Bool
  private let start = ContinuousClock.now
  private let state: Mutex<State>
  private let timer: any DispatchSourceTimer

  init(_ plan: Plan, asJSON: Bool) {
    isJSON = asJSON
    isLive = Console.isErrorTerminal && !asJSON && Console.environment["TERM"] != "dumb"
    let size = Console.size(of: STDERR_FILENO)
    state = Mutex(
      State(
        board: ProgressBoard(
          stages: plan.stale.map(\.name),
          style: .init(
            isLive: isLive, paint: Console.errorPaint, width: size.width,
            height: max(2, size.height - 1)))))
    timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "progress"))
    if isLive {
      timer.schedule(deadline: .now() + 0.1, repeating: 0.1)
      timer.setEventHandler { [weak self] in self?.redraw() }
    }
    timer.resume()
  }

  deinit { timer.cancel() }

  private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Called from any thread.
  func show(_ event: RunEvent) {
    if isJSON { return showJSON(event) }
    state.withLock { state in
      switch event {
      case .upToDate, .leftOut: break
      case .started(let stage, _, let continues):
        state.board.start(stage, at: now)
        if continues { state.board.say("\(stage): goes on from what is made") }
      case .progress(let stage, let item, let done, let total, let unit, let figures):
        state.board.progress(
          stage, item: item, done: done, total: total, unit: unit, figures: figures, at: now)
      case .warning(_, let diagnostic): state.board.say(Console.text(of: diagnostic))
      case .summary(let stage, let line): state.board.summarise(stage, line)
      case .waiting(let stage, let owner): state.board.say("\(stage): waits for \(owner)")
      case .shared(let stage): state.board.say("\(stage): made by another run meanwhile")
      case .finished(let stage, _): state.board.finish(stage, at: now)
      case .failed(let stage, let diagnostics):
        state.board.fail(stage, at: now)
        for diagnostic in diagnostics { state.board.say(Console.text(of: diagnostic)) }
      // Told together at the end.
      case .notRun: break
      }
      // Bars move with the timer, however fast the events come.
      if case .progress = event, isLive { return }
      if isLive { draw(&state) } else { flush(&state) }
    }
  }

  private func showJSON(_ event: RunEvent) {
    let isDue = state.withLock { state in
      guard case .progress(let stage, _, let done, let total, _, _) = event else { return true }
      // Ten a second are enough for any reader; the last one is never left out.
      let now = ContinuousClock.now
      if done < total, let last = state.lastProgress[stage], now - last < .milliseconds(100) {
        return false
      }
      state.lastProgress[stage] = now
      return true
    }
    if isDue { Console.print(event.value.canonicalJSON) }
    if case .failed(_, let diagnostics) = event { Console.report(diagnostics) }
  }

  /// One line about the run itself.
  func say(_ line: String) {
    guard !isJSON else { return Console.say(line) }
    state.withLock { state in
      state.board.say(line)
      if isLive { draw(&state) } else { flush(&state) }
    }
  }

  /// Leaves the terminal with what stays.
  func end() {
    timer.cancel()
    guard !isJSON else { return }
    state.withLock { state in
      state.hasEnded = true
      if isLive { draw(&state) } else { flush(&state) }
    }
  }

  private func redraw() {
    state.withLock { state in
      if !state.hasEnded { draw(&state) }
    }
  }

  private func flush(_ state: inout State) {
    for line in state.board.takeLines() { Console.say(line) }
  }

  /// Goes up over what was drawn last, and draws anew in one write.
  private func draw(_ state: inout State) {
    let size = Console.size(of: STDERR_FILENO)
    state.board.style.width = size.width
    state.board.style.height = max(2, size.height - 1)
    let kept = state.board.takeLines()
    let live = state.hasEnded ? [] : state.board.liveLines(now: now)
    guard !kept.isEmpty || !live.isEmpty || state.drawn > 0 else { return }
    var text = state.drawn > 0 ? "\u{1B}[\(state.drawn)A\r\u{1B}[J" : "\r\u{1B}[J"
    for line in kept + live { text += line + "\n" }
    state.drawn = live.count
    Console.draw(text)
  }
}
