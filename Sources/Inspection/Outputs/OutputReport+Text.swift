import Configuration
import Shards

extension OutputReport {
  /// For people: what it is, what it holds, what its values are like.
  ///
  /// - Parameter width: columns of the terminal, for curves.
  public func text(width: Int = 100) -> String {
    [
      head, fieldTable, modalityTables, classTable, networkTable(width: width), lightTable,
      metricTables, standardisationLines, alignmentLines, detailLines, notes,
    ].filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private var head: [String] {
    var rows: [[String]] = [["schema", schema]]
    rows.append(["made by", "stage '\(stage)' (\(kind)) of pipeline '\(pipeline)', \(tool)"])
    rows.append(["fingerprint", fingerprint])
    rows.append(["folder", directory])
    if samples > 0 {
      let parts = Self.ordered(splits.keys).map { "\($0) \(Figures.grouped(splits[$0] ?? 0))" }
      rows.append([
        "samples",
        Figures.grouped(samples) + (parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))"),
      ])
    }
    if let classes {
      let names = classes.enumerated().map { place, name in
        guard let units, units.indices.contains(place), !units[place].isEmpty else { return name }
        return "\(name) (\(units[place]))"
      }
      rows.append([
        (task ?? .singleLabel).namesNoun, "\(classes.count): \(Self.short(names))",
      ])
    }
    let shards = streams.map(\.shards.count).reduce(0, +) + networks.count
    var parts: [String] = []
    if shards > 0 { parts.append(Figures.count(shards, "shard")) }
    parts += files.map(\.file)
    rows.append(["size", "\(Figures.bytes(bytes)) in \(parts.joined(separator: ", "))"])
    return TextTable([.init(""), .init("")], rows: rows).lines
  }

  private static func short(_ names: [String]) -> String {
    names.count <= 20
      ? names.joined(separator: ", ") : names.prefix(19).joined(separator: ", ") + ", …"
  }

  /// The splits in the order of the method, then other streams by name.
  static func ordered(_ splits: some Collection<String>) -> [String] {
    let known = ["labelled", "unlabelled", "test"]
    return known.filter(splits.contains) + splits.filter { !known.contains($0) }.sorted()
  }

  private var fieldTable: [String] {
    var order: [FieldDescription] = []
    var places: [String: [String]] = [:]
    for stream in streams {
      for field in stream.fields {
        if places[field.description.path] == nil { order.append(field.description) }
        places[field.description.path, default: []].append(stream.name)
      }
    }
    guard !order.isEmpty else { return [] }
    let table = TextTable(
      [
        .init("field"), .init("type"), .init("one sample"), .init("unit"), .init("rate"),
        .init("in"),
      ],
      rows: order.sorted { Self.rank($0.path) < Self.rank($1.path) }.map { field in
        let streams = places[field.path] ?? []
        return [
          field.path, field.cell.description, Self.shape(field), field.unit ?? "",
          field.rate.map { "\(Figures.short($0)) Hz" } ?? "",
          streams.count == self.streams.count ? "all" : streams.joined(separator: ", "),
        ]
      })
    return table.lines
  }

  /// Identity first, then values, labels, and what is sealed.
  private static func rank(_ path: String) -> String {
    let groups = ["/samples/", "/modalities/", "/predictions/", "/pseudo/", "/labels/", "/sealed/"]
    let group = groups.firstIndex { path.hasPrefix($0) } ?? groups.count
    return "\(group)\(path == "/samples/id" ? "" : path)"
  }

  /// `time 125 × channel 9`, `[3]`, empty for one value.
  private static func shape(_ field: FieldDescription) -> String {
    guard !field.shape.isEmpty else { return "" }
    let sizes = field.shape.map { $0.map(String.init) ?? "any" }
    guard field.axes.count == sizes.count else { return sizes.joined(separator: " × ") }
    return zip(field.axes, sizes).map { "\($0) \($1)" }.joined(separator: " × ")
  }

  private var modalityTables: [String] {
    var table = TextTable(
      [
        .init("values"), .init("column"), .init("split"), .init("samples", .right),
        .init("min", .right), .init("mean", .right), .init("std", .right), .init("max", .right),
        .init(""),
      ])
    var paths: [String] = []
    for path in streams.flatMap({ $0.fields.map(\.description.path) }) where !paths.contains(path) {
      paths.append(path)
    }
    for path in paths.sorted(by: { Self.rank($0) < Self.rank($1) }) {
      let fields = streams.compactMap { stream in
        stream.fields.first { $0.description.path == path }.map { (stream, $0) }
      }
      for column in 0..<(fields.map(\.1.columns.count).max() ?? 0) {
        for (stream, field) in fields where field.columns.indices.contains(column) {
          let values = field.columns[column]
          let numbers = values.statistics
          table.rows.append([
            column == 0 && stream.name == fields.first?.0.name ? Self.shortName(path) : "",
            stream.name == fields.first?.0.name ? values.name ?? "" : "", stream.name,
            field.samples == stream.samples
              ? Figures.grouped(field.samples)
              : "\(Figures.grouped(field.samples)) of \(Figures.grouped(stream.samples))",
            numbers.minimum.map { Figures.short($0) } ?? "-",
            numbers.count > 0 ? Figures.short(numbers.mean) : "-",
            numbers.deviation.map { Figures.short($0) } ?? "-",
            numbers.maximum.map { Figures.short($0) } ?? "-",
            Self.remarks(field, numbers, isFirst: column == 0),
          ])
        }
      }
    }
    return table.rows.isEmpty ? [] : table.lines
  }

  private static func remarks(
    _ field: FieldReport, _ numbers: RunningStatistics, isFirst: Bool
  ) -> String {
    var remarks: [String] = []
    if numbers.notFinite > 0 { remarks.append("\(Figures.grouped(numbers.notFinite)) not finite") }
    if isFirst, field.missing > 0 {
      remarks.append("\(Figures.count(field.missing, "sample")) without it")
    }
    if isFirst, let steps = field.lengths, let low = steps.minimum, let high = steps.maximum {
      remarks.append("\(Figures.short(low)) to \(Figures.short(high)) steps")
    }
    return remarks.joined(separator: ", ")
  }

  private static func shortName(_ path: String) -> String {
    let names = path.split(separator: "/")
    if names.first == "modalities", names.count == 3 {
      return names[2] == "data" ? String(names[1]) : "\(names[1]) \(names[2])"
    }
    return names.dropFirst().joined(separator: "/")
  }

  private var classTable: [String] {
    var columns: [(title: String, counts: [String: Int])] = []
    var names: [String] = []
    for stream in streams {
      for field in stream.fields {
        guard let classes = field.classes else { continue }
        let word =
          switch field.description.path {
          case "/sealed/class": "\(stream.name), true"
          case "/pseudo/label": "\(stream.name), pseudo"
          default: stream.name
          }
        columns.append(
          (word, Dictionary(classes.map { ($0.name, $0.count) }, uniquingKeysWith: +)))
        for name in classes.map(\.name) where !names.contains(name) { names.append(name) }
      }
    }
    guard !columns.isEmpty else { return [] }
    return TextTable(
      [.init("class")] + columns.map { .init($0.title, .right) },
      rows: names.map { name in
        [name]
          + columns.map { column in
            guard let count = column.counts[name] else { return "-" }
            let total = column.counts.values.reduce(0, +)
            return
              "\(Figures.grouped(count)) (\(Figures.percent(Double(count) / Double(max(1, total)))))"
          }
      }
    ).lines
  }

  private func networkTable(width: Int) -> [String] {
    guard !networks.isEmpty else { return [] }
    var variants: [String] = []
    for name in networks.map(\.variant) where !variants.contains(name) { variants.append(name) }
    return TextTable(
      [
        .init("networks"), .init("seeds", .right), .init("parameters", .right),
        .init("steps", .right), .init("loss", .right), .init("agreement", .right),
        .init("held back", .right), .init("loss, from first to last step"),
      ],
      rows: variants.map { name in
        let own = networks.filter { $0.variant == name }
        let length = own.map(\.losses.count).min() ?? 0
        let curve = (0..<length).map { step in
          own.map { $0.losses[step] }.reduce(0, +) / Double(own.count)
        }
        return [
          name, "\(own.count)", own.compactMap(\.parameters).first.map(Figures.grouped) ?? "",
          own.compactMap(\.steps).max().map(Figures.grouped) ?? "",
          Self.spread(own.compactMap(\.finalLoss)) { Figures.short($0, digits: 3) },
          Self.spread(own.compactMap(\.agreement)) { Figures.fixed($0 * 100, decimals: 1) },
          Self.spread(own.compactMap(\.heldBackAgreement)) { Figures.fixed($0 * 100, decimals: 1) },
          Plot.sparkline(curve, width: max(10, min(40, width - 80))),
        ]
      }
    ).lines + [
      task == .regression
        ? "loss, in squared deviations, and agreement (in %, of the variance of the values learned "
          + "from): mean ± std over seeds"
        : "loss and agreement (in %, with the labels learned from): mean ± std over seeds"
    ]
  }

  private static func spread(_ values: [Double], _ show: (Double) -> String) -> String {
    var statistics = RunningStatistics()
    statistics.add(values)
    guard values.count > 0, let deviation = statistics.deviation else { return "-" }
    return values.count == 1 ? show(values[0]) : "\(show(statistics.mean)) ± \(show(deviation))"
  }

  private var lightTable: [String] {
    guard !lights.isEmpty else { return [] }
    return WarningLights.lines(lights, classes: classes ?? [])
  }

  private var metricTables: [String] {
    metrics.map { [MetricsReport([$0]).text()] } ?? []
  }

  /// Values stand as they were recorded; networks see them so.
  private var standardisationLines: [String] {
    modalities.compactMap { modality in
      modality.standardisation.map {
        "networks see \(modality.name) as "
          + "(x\(modality.scale.map { " · \(Figures.short($0))" } ?? "") − mean) / std, over "
          + $0.splits.joined(separator: ", ")
      }
    }
  }

  private var alignmentLines: [String] {
    alignment.map { AlignmentText(report: $0).lines } ?? []
  }

  private var detailLines: [String] {
    var rest = details
    if case .object(var members) = details {
      members["lights"] = nil
      members["networks"] = nil
      if alignment != nil { members["alignment"] = nil }
      rest = .object(members)
    }
    let lines = ValueText.lines(rest)
    return lines.isEmpty ? [] : ["details"] + lines.map { "  " + $0 }
  }

  private var notes: [String] {
    var notes: [String] = []
    let fields = streams.flatMap(\.fields)
    if fields.contains(where: \.isSealed) {
      notes.append("True labels are sealed here; --truth looks at them.")
    }
    let isPartial = streams.contains { stream in
      stream.fields.contains { $0.samples > 0 && $0.samples < stream.samples }
    }
    if isPartial {
      notes.append("Statistics are of a part of the samples; --complete looks at all of them.")
    }
    return notes
  }
}
