/// What a run has to say while it runs: lines that stay, and lines that are redrawn in place.
///
/// It holds no clock and no terminal: time arrives with every call, lines are handed out.
public struct ProgressBoard: Sendable {
  /// How it is shown.
  public struct Style: Sendable, Equatable {
    /// Bars that are redrawn; otherwise plain lines, one for each stage every `interval` seconds.
    public var isLive: Bool
    public var paint: Paint
    /// Columns of the terminal.
    public var width: Int
    /// Lines that may be redrawn in place.
    public var height: Int
    public var interval: Double

    public init(
      isLive: Bool, paint: Paint = .plain, width: Int = 80, height: Int = 8, interval: Double = 10
    ) {
      self.isLive = isLive
      self.paint = paint
      self.width = width
      self.height = height
      self.interval = interval
    }
  }

  /// How far a stage is, and with what.
  private struct Step: Sendable {
    /// What is being worked on, such as `mke seed 3`.
    var item: String
    var done: Double
    var total: Double
    var unit: String
    var figures: [String: Double]
    var firstDone: Double
    var firstTime: Double
    var lastTime: Double

    /// Of `unit` a second since this unit was first heard of; `nil` before there is anything to tell.
    var rate: Double? {
      guard lastTime > firstTime, done > firstDone else { return nil }
      return (done - firstDone) / (lastTime - firstTime)
    }
  }

  private struct Running: Sendable {
    var started: Double
    var step: Step?
    var summaries: [String] = []
    var lastPlainLine: Double
  }

  public var style: Style
  private var running: [(stage: String, state: Running)] = []
  private var kept: [String] = []
  private let names: Int
  private let total: Int
  private var ended = 0

  /// - Parameter stages: those that will run, in their order.
  public init(stages: [String], style: Style) {
    self.style = style
    total = stages.count
    names = stages.map { TextWidth.of($0) }.max() ?? 0
  }

  // MARK: What happens

  public mutating func start(_ stage: String, at time: Double) {
    running.append((stage, Running(started: time, lastPlainLine: time)))
    if !style.isLive { kept.append("\(stage): started") }
  }

  /// - Parameters:
  ///   - total: 0 where nobody knows it.
  ///   - unit: in the plural. What comes in thousandths (`‰ networks`) is shown in wholes.
  public mutating func progress(
    _ stage: String, item: String, done: Int, total: Int, unit: String,
    figures: [String: Double], at time: Double
  ) {
    guard let index = running.firstIndex(where: { $0.stage == stage }) else { return }
    let isFine = unit.hasPrefix("‰ ")
    let unit = isFine ? String(unit.dropFirst(2)) : unit
    let scale = isFine ? 1000.0 : 1
    let (done, total) = (Double(done) / scale, Double(total) / scale)
    var step =
      running[index].state.step
      ?? Step(
        item: item, done: done, total: total, unit: unit, figures: figures, firstDone: done,
        firstTime: time, lastTime: time)
    if step.unit != unit || step.total != total || done < step.done {
      // Another phase of the work, with a pace of its own.
      (step.firstDone, step.firstTime) = (done, time)
    }
    step.item = item
    (step.done, step.total, step.unit) = (done, total, unit)
    // An event without figures leaves those last heard of.
    if !figures.isEmpty { step.figures = figures }
    step.lastTime = time
    running[index].state.step = step
    if !style.isLive, time - running[index].state.lastPlainLine >= style.interval {
      running[index].state.lastPlainLine = time
      kept.append(
        "\(stage): \(([step.item] + Self.parts(step, now: time)).filter { !$0.isEmpty }.joined(separator: ", "))"
      )
    }
  }

  /// A line that sums up what the stage made; shown when it ends.
  public mutating func summarise(_ stage: String, _ line: String) {
    guard let index = running.firstIndex(where: { $0.stage == stage }) else { return }
    running[index].state.summaries.append(line)
  }

  /// Anything that must stay to be read.
  public mutating func say(_ text: String) {
    kept += text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  public mutating func finish(_ stage: String, at time: Double) {
    end(stage, mark: style.paint(.green, "✓"), word: "done", at: time)
  }

  public mutating func fail(_ stage: String, at time: Double) {
    end(stage, mark: style.paint(.red, "✗"), word: "failed", at: time)
  }

  private mutating func end(_ stage: String, mark: String, word: String, at time: Double) {
    ended += 1
    let index = running.firstIndex { $0.stage == stage }
    let state = index.map { running[$0].state }
    let took = state.map { Figures.duration(time - $0.started) } ?? ""
    let summaries = state?.summaries ?? []
    if style.isLive {
      let margin = String(repeating: " ", count: names + 16)
      let title =
        "\(mark) \(TextWidth.padded(stage, to: names))"
        + String(repeating: " ", count: max(2, 12 - TextWidth.of(took))) + took
      kept.append(TextWidth.trimmed("\(title)  \(summaries.first ?? "")"))
      kept += summaries.dropFirst().map { margin + $0 }
    } else {
      kept.append("\(stage): \(took.isEmpty ? word : "\(word) in \(took)")")
      kept += summaries.map { "\(stage): \($0)" }
    }
    if let index { running.remove(at: index) }
  }

  // MARK: What is shown

  /// Lines that stay, each handed out once.
  public mutating func takeLines() -> [String] {
    defer { kept = [] }
    return kept
  }

  /// Lines to redraw in place: a bar for each stage at work, and how far the run is.
  public func liveLines(now: Double) -> [String] {
    guard style.isLive, !running.isEmpty else { return [] }
    var lines = running.map { stage, state in
      state.step.map { bar(stage, $0, now: now) }
        ?? cut("  \(TextWidth.padded(stage, to: names))  \(Figures.duration(now - state.started))")
    }
    let room = max(1, style.height - 1)
    if lines.count > room {
      let hidden = lines.count - room + 1
      lines = Array(lines.prefix(room - 1)) + [cut("  and \(hidden) more")]
    }
    if total > 1 {
      lines.append(style.paint(.faint, cut("  \(ended) of \(Figures.count(total, "stage")) done")))
    }
    return lines
  }

  private func cut(_ line: String) -> String { TextWidth.cut(line, to: max(1, style.width - 1)) }

  /// The widest form that fits: what is least missed goes first.
  private func bar(_ stage: String, _ step: Step, now: Double) -> String {
    let share = step.total > 0 ? min(1, step.done / step.total) : 0
    let title = "  \(TextWidth.padded(stage, to: names))"
    let percent = step.total > 0 ? [Figures.percent(share)] : []
    let item = step.item.isEmpty || step.item == step.unit ? [] : [step.item]
    let parts = Self.parts(step, now: now)
    let isTimed = parts.last?.hasSuffix(" left") ?? false
    let left = isTimed ? parts.suffix(1) : []
    let forms: [[String]] = [
      [Self.drawn(share, 24)] + percent + parts + item,
      [Self.drawn(share, 12)] + percent + parts + item,
      [Self.drawn(share, 12)] + percent + parts,
      [Self.drawn(share, 12)] + percent + parts.dropFirst(),
      percent + parts.dropFirst(),
      [Self.drawn(share, 12)] + percent + left,
      percent + left,
      percent,
    ]
    for form in forms {
      let line = ([title] + form).joined(separator: "  ")
      if TextWidth.of(line) < style.width { return line }
    }
    return cut(([title] + percent).joined(separator: "  "))
  }

  private static func drawn(_ share: Double, _ width: Int) -> String {
    let full = Int((share * Double(width)).rounded(.down))
    return String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
  }

  /// `1,234 of 2,000 steps`, `812 steps/s`, `loss 0.412`, `agreement 93.1 %`, `2.1 s left`.
  private static func parts(_ step: Step, now: Double) -> [String] {
    var parts: [String] = []
    parts.append(
      step.total > 0
        ? "\(amount(step.done)) of \(amount(step.total)) \(step.unit)"
        : "\(amount(step.done)) \(step.unit)")
    if let rate = step.rate { parts.append(Figures.rate(rate, unit: step.unit)) }
    let known = ["loss", "agreement"].filter { step.figures[$0] != nil }
    let others = step.figures.keys.filter { !known.contains($0) }.sorted()
    for name in known + others {
      guard let value = step.figures[name] else { continue }
      let isShare = ["agreement", "accuracy"].contains { name.hasSuffix($0) }
      parts.append(
        "\(name) \(isShare ? Figures.percent(value, decimals: 1) : Figures.short(value, digits: 3))"
      )
    }
    if let rate = step.rate, step.total > step.done {
      let left = (step.total - step.done) / rate - (now - step.lastTime)
      parts.append("\(Figures.duration(left)) left")
    }
    return parts
  }

  private static func amount(_ count: Double) -> String {
    count == count.rounded() ? Figures.grouped(Int(count)) : Figures.fixed(count, decimals: 1)
  }
}
