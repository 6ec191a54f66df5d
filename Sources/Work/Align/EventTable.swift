import Alignment
import Diagnostics
import Readers
import Stages

/// The clocks of a modality: the common one, one that is given, or estimated from events.
enum ClockSource: Sendable {
  case given(Clock)
  /// One for all recordings.
  case fitted(ClockFit)
  /// By recording.
  case fittedEach([String: ClockFit], table: String)

  init(_ description: AlignStage.ClockDescription, of modality: String) throws {
    guard let estimate = description.estimate else {
      let clock = Clock(offset: description.offset ?? 0, drift: description.drift ?? 0)
      guard Instant(seconds: clock.offset) != nil, clock.drift > -1 else {
        throw Diagnostic(
          "clock of modality '\(modality)'",
          "an offset of \(clock.offset) s with a drift of \(clock.drift) is no clock's",
          mend: "give the offset in seconds, the drift in seconds per second")
      }
      self = .given(clock)
      return
    }
    let events = try Self.events(estimate, of: modality)
    switch estimate.per {
    case .all:
      let all = events.values.joined()
      self = .fitted(
        try Self.fit(Array(all), "clock of modality '\(modality)'", table: estimate.events))
    case .recording:
      var fits: [String: ClockFit] = [:]
      for (id, own) in events.sorted(by: { $0.key < $1.key }) {
        fits[id] = try Self.fit(
          own, "sample '\(id)': clock of modality '\(modality)'", table: estimate.events)
      }
      self = .fittedEach(fits, table: estimate.events)
    }
  }

  /// One event: when it was on the common clock and on the modality's.
  private typealias Event = (reference: Double, time: Double)

  /// By recording; all under one name where they share a clock.
  private static func events(
    _ estimate: AlignStage.ClockDescription.Estimate, of modality: String
  ) throws -> [String: [Event]] {
    let table = try DelimitedTable(
      reading: estimate.events, delimiter: estimate.delimiter?.character)
    let id = estimate.per == .recording ? try table.column(estimate.id) : nil
    let reference = try table.column(estimate.reference)
    let time = try table.column(estimate.time ?? modality)
    var events: [String: [Event]] = [:]
    for row in table.rows {
      events[id.map { row.cells[$0] } ?? "", default: []].append(
        (try table.number(row, reference), try table.number(row, time)))
    }
    guard !events.isEmpty else {
      throw Diagnostic(
        estimate.events, "the table tells of no event",
        mend: "add a row for each event that both clocks saw")
    }
    return events
  }

  private static func fit(
    _ events: [Event], _ subject: String, table: String
  ) throws -> ClockFit {
    guard let fit = ClockFit(reference: events.map(\.reference), times: events.map(\.time)),
      Instant(seconds: fit.offset) != nil
    else {
      throw Diagnostic(
        subject, "the \(events.count) events of '\(table)' do not fit any clock that runs forward",
        mend: "see that both columns are in seconds, and that their events are the same")
    }
    return fit
  }

  /// - Throws: `Diagnostic` when no event tells of the recording's clock.
  func clock(of id: String, modality: String) throws -> Clock {
    switch self {
    case .given(let clock): return clock
    case .fitted(let fit): return fit.clock
    case .fittedEach(let fits, let table):
      guard let fit = fits[id] else {
        throw Diagnostic(
          "sample '\(id)'", "no event of '\(table)' tells of the clock of '\(modality)'",
          mend: "add a row for it, or take 'per: all'")
      }
      return fit.clock
    }
  }
}
