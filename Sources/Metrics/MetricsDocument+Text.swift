import Foundation

extension MetricsDocument {
  /// As JSON with one row a line and keys always in the same order.
  ///
  /// - Parameter hasAggregates: whether means and standard deviations over seeds are added, which
  ///   `metrics.json` itself does not hold.
  public func json(hasAggregates: Bool = false) -> String {
    var parts = [Self.list("rows", rows.map(Self.line))]
    if hasAggregates { parts.append(Self.list("aggregates", aggregates().map(Self.line))) }
    parts.append(Self.list("confusionMatrices", confusionMatrices.map(Self.line)))
    return "{\n" + parts.joined(separator: ",\n") + "\n}\n"
  }

  /// - Throws: `DecodingError` when the text is no such document.
  public init(json: String) throws {
    self = try JSONDecoder().decode(MetricsDocument.self, from: Data(json.utf8))
  }

  /// The rows as CSV (RFC 4180, LF) under a header; an empty cell where a value is not defined.
  public func csv() -> String {
    let lines = rows.map { row in
      [
        row.stage, row.model, row.variant, "\(row.seed)", row.split, row.metric,
        row.value.map { "\($0)" } ?? "",
      ].map(Self.cell).joined(separator: ",")
    }
    return (["stage,model,variant,seed,split,metric,value"] + lines).joined(separator: "\n") + "\n"
  }

  /// The aggregates as CSV; an empty cell for the standard deviation of one seed.
  public func aggregatesCSV() -> String {
    let lines = aggregates().map { row in
      [
        row.stage, row.variant, row.split, row.metric, "\(row.mean)",
        row.std.map { "\($0)" } ?? "", "\(row.n)",
      ].map(Self.cell).joined(separator: ",")
    }
    return (["stage,variant,split,metric,mean,std,n"] + lines).joined(separator: "\n") + "\n"
  }

  /// A table of one split for the terminal: variants as rows, metrics as columns, each `mean ± std`
  /// over seeds, in percent where it is a share.
  ///
  /// - Parameter metrics: the columns; every measure that the split has when absent.
  public func table(split: String, metrics: [String]? = nil) -> String {
    Self.table(of: aggregates(), split: split, metrics: metrics)
  }

  /// The same of aggregates that are at hand.
  public static func table(
    of aggregates: [MetricAggregate], split: String, metrics: [String]? = nil
  ) -> String {
    let aggregates = aggregates.filter { $0.split == split && !$0.metric.contains("/") }
    let present = Set(aggregates.map(\.metric))
    let known = Measure.all.map(\.name)
    let columns =
      metrics ?? known.filter(present.contains) + present.subtracting(known).sorted()
    var variants: [(stage: String, variant: String)] = []
    for row in aggregates
    where !variants.contains(where: { $0 == (row.stage, row.variant) }) {
      variants.append((row.stage, row.variant))
    }
    let isNamedTwice = Set(variants.map(\.variant)).count < variants.count
    let head =
      ["", "seeds"]
      + columns.map { name in
        let arrow = Measure.named(name)?.direction.arrow ?? ""
        return arrow.isEmpty ? name : "\(name) \(arrow)"
      }
    let body = variants.map { stage, variant in
      let own = aggregates.filter { $0.stage == stage && $0.variant == variant }
      let name = isNamedTwice && stage != variant ? "\(stage).\(variant)" : variant
      return [name, "\(own.map(\.n).max() ?? 0)"]
        + columns.map { column in own.first { $0.metric == column }.map(percent) ?? "–" }
    }
    return aligned([head] + body)
  }

  /// `77.7 ± 1.2`: in percent, or as it is where the measure is no share.
  static func percent(_ aggregate: MetricAggregate) -> String {
    let isShare = Measure.named(aggregate.metric)?.isShare ?? true
    func text(_ value: Double) -> String {
      if isShare { return String(format: "%.1f", 100 * value) }
      // Errors in the unit of a value may be of any size.
      let isPlain = value == 0 || (0.1..<10_000).contains(abs(value))
      return String(format: isPlain ? "%.2f" : "%.3g", value)
    }
    guard let std = aggregate.std else { return text(aggregate.mean) }
    return text(aggregate.mean) + " ± " + text(std)
  }

  private static func aligned(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { column in
      rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  // MARK: - JSON and CSV

  private static func list(_ name: String, _ lines: [String]) -> String {
    let body = lines.map { "    " + $0 }.joined(separator: ",\n")
    return "  \(quoted(name)): [" + (lines.isEmpty ? "" : "\n\(body)\n  ") + "]"
  }

  private static func line(_ row: MetricRow) -> String {
    object(
      [
        ("stage", quoted(row.stage)), ("model", quoted(row.model)),
        ("variant", quoted(row.variant)), ("seed", "\(row.seed)"), ("split", quoted(row.split)),
        ("metric", quoted(row.metric)), ("value", number(row.value)),
      ] + (row.classes.map { [("classes", "\($0)")] } ?? []))
  }

  private static func line(_ row: MetricAggregate) -> String {
    object([
      ("stage", quoted(row.stage)), ("variant", quoted(row.variant)),
      ("split", quoted(row.split)), ("metric", quoted(row.metric)), ("mean", number(row.mean)),
      ("std", number(row.std)), ("n", "\(row.n)"),
    ])
  }

  private static func line(_ record: ConfusionRecord) -> String {
    let counts = record.counts.map { "[" + $0.map(String.init).joined(separator: ", ") + "]" }
    return object([
      ("stage", quoted(record.stage)), ("variant", quoted(record.variant)),
      ("seed", "\(record.seed)"), ("split", quoted(record.split)),
      ("of", quoted(record.of.rawValue)),
      ("classes", "[" + record.classes.map(quoted).joined(separator: ", ") + "]"),
      ("counts", "[" + counts.joined(separator: ", ") + "]"),
    ])
  }

  private static func object(_ members: [(name: String, value: String)]) -> String {
    "{" + members.map { "\(quoted($0.name)): \($0.value)" }.joined(separator: ", ") + "}"
  }

  /// JSON has no NaN and no infinity.
  private static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "null" }
    return "\(value)"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20: result += String(format: "\\u%04x", scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func cell(_ text: String) -> String {
    let needsQuotes = text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
    return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
