import Alignment
import Dataflow
import Diagnostics

/// Gathers what becomes of the samples, recording by recording and piece by piece.
struct AlignFindings {
  private(set) var report = AlignmentReport()
  private let aligner: RecordAligner
  /// By modality: Hz, one for each recording.
  private var foundRates: [[Double]]
  /// By modality: recordings whose clock was asked for.
  private var clocked: [[String]]
  /// s that lie after the last whole window, over all recordings.
  private var rest = 0.0

  init(_ aligner: RecordAligner) {
    self.aligner = aligner
    foundRates = aligner.modalities.map { _ in [] }
    clocked = foundRates.map { _ in [] }
    report.modalities = aligner.modalities.map { modality in
      let policy =
        switch modality.course {
        case .still: "still"
        case .whole: "whole"
        case .timed(let policy): policy.name
        }
      var entry = AlignmentReport.Modality(name: modality.name, policy: policy)
      entry.declaredRate = modality.description.rate
      entry.rate = modality.course == .still ? nil : modality.rate(window: aligner.window?.length)
      if let outside = modality.pictures?.outside, outside > 0 { entry.emptyPixels = outside }
      return entry
    }
  }

  /// One recording, before it is cut.
  mutating func add(_ prepared: RecordAligner.Prepared, _ split: Split) {
    report.samples += 1
    if prepared.missing.isEmpty { report.matched += 1 }
    for name in prepared.missing {
      report.missing[split.rawValue, default: [:]][name, default: 0] += 1
    }
    if !prepared.missing.isEmpty { report.remember(prepared.record.id) }
    if let refusal = prepared.refusal {
      for reason in refusal.reasons {
        report.dropped[split.rawValue, default: [:]][reason, default: 0] += 1
      }
      report.remember(prepared.record.id)
    }
    rest += prepared.rest
    let earliest = prepared.streams.compactMap { $0?.timeline.start }.min()
    for (index, stream) in prepared.streams.enumerated() {
      guard prepared.record.recordings[index] != nil else { continue }
      report.modalities[index].recordings += 1
      guard let stream else { continue }
      report.modalities[index].stampFaults += stream.faults
      if let rate = stream.foundRate { foundRates[index].append(rate) }
      if aligner.modalities[index].clock != nil { clocked[index].append(prepared.record.id) }
      if aligner.modalities[index].course == .whole, let earliest {
        // Nothing was said of times: how far the starts are apart is all that can be told.
        var error = TimeErrors()
        error.add(stream.timeline.start.seconds(since: earliest))
        add(error, index, id: prepared.record.id)
      } else if let clip = prepared.clip {
        let spare = stream.timeline.duration - clip.duration
        if spare > stream.timeline.interval / 2 { report.modalities[index].outside += spare }
      }
    }
  }

  /// One aligned sample.
  mutating func add(_ piece: RecordAligner.Piece, of id: String, _ split: Split) {
    report.aligned += 1
    report.splits[split.rawValue, default: 0] += 1
    for (index, findings) in piece.modalities.enumerated() {
      guard let findings else { continue }
      report.modalities[index].padded += findings.padded
      report.modalities[index].outOfTolerance += findings.outOfTolerance
      if aligner.modalities[index].course != .whole { add(findings.errors, index, id: id) }
    }
  }

  private mutating func add(_ errors: TimeErrors, _ index: Int, id: String) {
    report.modalities[index].timeErrors += errors
    report.consider(
      AlignmentReport.Worst(
        id: id, modality: report.modalities[index].name, timeError: errors.largest))
  }

  mutating func count(notFinite: Int, ofModality index: Int) {
    report.modalities[index].notFinite = notFinite
  }

  /// Settles what only the whole can tell.
  mutating func finish() {
    for index in report.modalities.indices {
      report.modalities[index].foundRate = AlignmentReport.Rates(foundRates[index])
      let errors = report.modalities[index].timeErrors
      report.modalities[index].meanTimeError = errors.steps > 0 ? errors.mean : nil
      report.modalities[index].clock = clockUse(index)
    }
    report.rest = rest
  }

  private func clockUse(_ index: Int) -> AlignmentReport.ClockUse? {
    switch aligner.modalities[index].clock {
    case nil: return nil
    case .given(let clock):
      return AlignmentReport.ClockUse(offset: clock.offset, drift: clock.drift)
    case .fitted(let fit):
      return AlignmentReport.ClockUse(offset: fit.offset, drift: fit.drift, fit: fit)
    case .fittedEach(let all, _):
      let fits = clocked[index].compactMap { id in all[id].map { (id: id, fit: $0) } }
      guard let summary = AlignmentReport.Fits(fits) else { return nil }
      let count = Double(fits.count)
      return AlignmentReport.ClockUse(
        offset: fits.reduce(0) { $0 + $1.fit.offset } / count,
        drift: fits.reduce(0) { $0 + $1.fit.drift } / count, fits: summary)
    }
  }

  // MARK: Words

  /// Such as `3 unlabelled samples miss 'right-leg'`.
  var reasons: String {
    var lines = report.missing.sorted { $0.key < $1.key }.flatMap { split, names in
      names.sorted { $0.key < $1.key }.map { name, count in
        "\(count) \(split) sample\(count == 1 ? " misses" : "s miss") '\(name)'"
      }
    }
    func refused(_ refusal: RecordAligner.Refusal, _ words: (Int) -> String) {
      for (split, reasons) in report.dropped.sorted(by: { $0.key < $1.key }) {
        for reason in refusal.reasons {
          if let count = reasons[reason] {
            lines.append("\(count) \(split) sample\(count == 1 ? "" : "s") " + words(count))
          }
        }
      }
    }
    refused(.tooShort) { "\($0 == 1 ? "is" : "are") shorter than a window" }
    refused(.noCommonTime) { "\($0 == 1 ? "has" : "have") streams without any time in common" }
    return lines.joined(separator: ", ")
  }

  func tell(_ context: StageContext) {
    let counts = Split.allCases.compactMap { split in
      report.splits[split.rawValue].map { "\($0) \(split.rawValue)" }
    }
    context.summarise("\(report.aligned) aligned samples: \(counts.joined(separator: ", "))")
    if let line = errorLine { context.summarise(line) }
    if !reasons.isEmpty {
      context.warn(reasons + " (such as \(report.examples.prefix(3).joined(separator: ", ")))")
    }
    let padded = report.modalities.reduce(0) { $0 + $1.padded }
    if padded > 0 { context.warn("\(padded) time steps were filled up with zeros") }
    if report.rest > 0 {
      context.warn(
        "\(Self.short(report.rest)) s after the last whole windows were left out",
        mend: "'partial: pad' keeps them")
    }
    if let rest = aligner.tileRest, rest.height > 0 || rest.width > 0 {
      context.warn(
        "the lowest \(rest.height) rows and the rightmost \(rest.width) columns of every picture are "
          + "in no tile", mend: "take tiles or a 'hop' that divide the picture")
    }
    for modality in report.modalities { tell(of: modality, context) }
  }

  private func tell(of modality: AlignmentReport.Modality, _ context: StageContext) {
    let subject = "modality '\(modality.name)': "
    let faults = modality.stampFaults
    if !faults.isNone {
      let parts = [
        faults.unordered > 0 ? "\(faults.unordered) earlier than one before" : nil,
        faults.duplicates > 0 ? "\(faults.duplicates) twice" : nil,
        faults.notFinite > 0 ? "\(faults.notFinite) no number" : nil,
      ].compactMap(\.self)
      let end =
        modality.policy == "whole"
        ? "nothing was done by them"
        : "steps were put in order, and those twice or without a time left out"
      context.warn(subject + "of its time stamps " + parts.joined(separator: ", ") + "; " + end)
    }
    if modality.outOfTolerance > 0 {
      context.warn(
        subject + "\(modality.outOfTolerance) time steps are too far from any that was recorded "
          + "and are masked")
    }
    if let declared = modality.declaredRate, let found = modality.foundRate,
      abs(found.median / declared - 1) > 0.01
    {
      context.warn(
        subject + "its time stamps show \(Self.short(found.median)) Hz, \(Self.short(declared)) Hz "
          + "were declared")
    }
    if let fits = modality.clock?.fits, fits.withoutDrift > 0 {
      context.warn(
        subject + "\(fits.withoutDrift) recordings have one event alone, which tells no drift")
    }
    if let share = modality.emptyPixels {
      context.warn(
        subject + "\(Self.short(share * 100)) % of its pixels are outside of what was recorded")
    }
    if modality.notFinite > 0 {
      context.warn(
        subject + "\(modality.notFinite) values are no finite number and are left out of the "
          + "statistics", mend: "a network that sees them learns nothing: mend the recordings")
    }
  }

  /// The largest error of time, unless there is none.
  private var errorLine: String? {
    guard let worst = report.worst.first else { return nil }
    return "largest time error \(Self.short(worst.timeError)) s ('\(worst.modality)' of "
      + "'\(worst.id)')"
  }

  private static func short(_ number: Double) -> String {
    guard number.magnitude < 1e15 else { return "\(number)" }
    let rounded = (number * 1e4).rounded() / 1e4
    return rounded == 0 ? "\(Float(number))" : "\(rounded)"
  }
}
