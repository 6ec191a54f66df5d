import Alignment

/// What an alignment says of itself, for people.
struct AlignmentText {
  let report: AlignmentReport

  var lines: [String] {
    [head, streamTable, clockTable, worstTable].filter { !$0.isEmpty }
      .joined(separator: [""]).map(\.self)
  }

  private var head: [String] {
    var rows = [
      [
        "alignment",
        "\(Figures.count(report.samples, "sample")) in, "
          + "\(Figures.grouped(report.matched)) with every modality, "
          + "\(Figures.grouped(report.aligned)) aligned",
      ]
    ]
    if !report.missing.isEmpty { rows.append(["missing", Self.text(report.missing)]) }
    if !report.dropped.isEmpty { rows.append(["left out", Self.text(report.dropped)]) }
    if report.rest > 0 {
      rows.append(["unused", "\(Figures.duration(report.rest)) after the last whole windows"])
    }
    if !report.examples.isEmpty {
      rows.append(["such as", report.examples.joined(separator: ", ")])
    }
    return TextTable([.init(""), .init("")], rows: rows).lines
  }

  /// `labelled: imu 1; test: imu 2, video 1`
  private static func text(_ counts: AlignmentReport.Counts) -> String {
    OutputReport.ordered(counts.keys.sorted()).map { split in
      let own = (counts[split] ?? [:]).sorted { $0.key < $1.key }
      return "\(split): "
        + own.map { "\($0.key) \(Figures.grouped($0.value))" }
        .joined(separator: ", ")
    }.joined(separator: "; ")
  }

  private var streamTable: [String] {
    TextTable(
      [
        .init("modality"), .init("policy"), .init("recordings", .right), .init("rate"),
        .init("found"), .init("time error", .right), .init("largest", .right),
        .init("padded", .right), .init("masked", .right), .init(""),
      ],
      rows: report.modalities.map { modality in
        [
          modality.name, modality.policy, Figures.grouped(modality.recordings),
          Self.rate(modality), Self.found(modality),
          modality.meanTimeError.map { "\(Figures.short($0)) s" } ?? "",
          modality.timeErrors.steps > 0 ? "\(Figures.short(modality.timeErrors.largest)) s" : "",
          Figures.grouped(modality.padded), Figures.grouped(modality.outOfTolerance),
          Self.remarks(modality),
        ]
      }
    ).lines
  }

  /// `50 Hz`, or `50 Hz → 25 Hz` where it was changed.
  private static func rate(_ modality: AlignmentReport.Modality) -> String {
    let rates = [modality.declaredRate, modality.rate].compactMap(\.self)
      .map { "\(Figures.short($0)) Hz" }
    guard rates.count == 2, rates[0] == rates[1] else { return rates.joined(separator: " → ") }
    return rates[0]
  }

  private static func found(_ modality: AlignmentReport.Modality) -> String {
    guard let rates = modality.foundRate else { return "" }
    let median = "\(Figures.short(rates.median)) Hz"
    let (lowest, highest) = (Figures.short(rates.lowest), Figures.short(rates.highest))
    return lowest == highest ? median : "\(median) (\(lowest) … \(highest))"
  }

  private static func remarks(_ modality: AlignmentReport.Modality) -> String {
    let faults = modality.stampFaults
    var parts: [String] = []
    if faults.unordered > 0 { parts.append("\(Figures.grouped(faults.unordered)) out of order") }
    if faults.duplicates > 0 { parts.append("\(Figures.grouped(faults.duplicates)) twice") }
    if faults.notFinite > 0 { parts.append("\(Figures.grouped(faults.notFinite)) without a time") }
    if modality.outside > 0 {
      parts.append("\(Figures.duration(modality.outside)) outside of the others")
    }
    if let share = modality.emptyPixels {
      parts.append("\(Figures.percent(share, decimals: 1)) of its pixels empty")
    }
    if modality.notFinite > 0 {
      parts.append("\(Figures.grouped(modality.notFinite)) values not finite")
    }
    return parts.joined(separator: ", ")
  }

  private var clockTable: [String] {
    let table = TextTable(
      [
        .init("clock"), .init("offset", .right), .init("drift", .right), .init("events", .right),
        .init("largest residual", .right), .init(""),
      ],
      rows: report.modalities.compactMap { modality in
        guard let clock = modality.clock else { return nil }
        if let fits = clock.fits {
          return [
            modality.name, "\(Self.range(fits.offsets)) s",
            "\(Self.range(fits.drifts.map { $0 * 1e6 })) ppm", Figures.grouped(fits.events),
            "\(Figures.short(fits.largestResidual)) s",
            "\(Figures.count(fits.recordings, "recording")), the worst '\(fits.worst)'"
              + (fits.withoutDrift > 0 ? ", \(fits.withoutDrift) with one event alone" : ""),
          ]
        }
        return [
          modality.name, Self.number(clock.offset, clock.fit?.offsetError) + " s",
          Self.number(clock.drift * 1e6, clock.fit?.driftError.map { $0 * 1e6 }) + " ppm",
          clock.fit.map { Figures.grouped($0.events) } ?? "",
          clock.fit.map { "\(Figures.short($0.largestResidual)) s" } ?? "",
          clock.fit == nil ? "given" : "estimated, one for all",
        ]
      })
    return table.rows.isEmpty ? [] : table.lines
  }

  private static func range(_ values: [Double]) -> String {
    let texts = values.map { Figures.short($0) }
    return texts.first == texts.last ? texts.first ?? "" : texts.joined(separator: " … ")
  }

  private static func number(_ value: Double, _ error: Double?) -> String {
    Figures.short(value) + (error.map { " ± \(Figures.short($0, digits: 2))" } ?? "")
  }

  private var worstTable: [String] {
    guard !report.worst.isEmpty else { return [] }
    return TextTable(
      [.init("farthest in time"), .init("modality"), .init("largest error", .right)],
      rows: report.worst.map { [$0.id, $0.modality, "\(Figures.short($0.timeError)) s"] }
    ).lines
  }
}
