import Configuration
import Diagnostics
import Foundation
public import Metrics

/// The figures of one or several evaluate stages.
public struct MetricsReport: Sendable, Equatable {
  /// The file of an evaluation's output.
  public static let fileName = "metrics.json"

  /// One for each evaluate stage, in the order of the pipeline file.
  public var documents: [MetricsDocument]

  public init(_ documents: [MetricsDocument] = []) { self.documents = documents }

  public var isEmpty: Bool { documents.allSatisfy(\.rows.isEmpty) }

  /// Over the seeds of each variant; figures of different stages are never mixed.
  public var aggregates: [MetricAggregate] { documents.flatMap { $0.aggregates() } }

  /// - Parameter path: a `metrics.json`.
  /// - Throws: `Diagnostic` when it cannot be read.
  public static func read(_ path: String) throws -> MetricsDocument {
    try read(MetricsDocument.self, path)
  }

  /// The figures of an evaluation's output over the seeds of each variant.
  ///
  /// - Throws: `Diagnostic` when they cannot be read.
  static func aggregates(of folder: String) throws -> [MetricAggregate] {
    try read([MetricAggregate].self, "\(folder)/aggregates.json")
  }

  private static func read<Figures: Decodable>(
    _ type: Figures.Type, _ path: String
  ) throws -> Figures {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Diagnostic(
        path, "there is no such file, or it cannot be read",
        mend: "give the output of an evaluate stage, its metrics.json, or a pipeline file")
    }
    do {
      return try Value(json: [UInt8](data)).decode(type)
    } catch {
      throw Diagnostic(
        path, "these are no metrics: \(Self.reason(error))",
        mend: "rerun the evaluate stage with --force")
    }
  }

  private static func reason(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }
      return path.isEmpty ? "" : " at \(path.joined(separator: "."))"
    }
    return switch error {
    case DecodingError.keyNotFound(let key, let context):
      "'\(key.stringValue)' is missing\(place(context))"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "a value of another type is wanted\(place(context))"
    case DecodingError.dataCorrupted: "the text is no JSON"
    default: "\(error)"
    }
  }

  /// For people: a table for each split, variants in the order of the file.
  public func text() -> String { Self.text(documents.map { $0.aggregates() }) }

  /// The same of aggregates that are at hand, those of each evaluate stage.
  static func text(_ stages: [[MetricAggregate]]) -> String {
    stages.flatMap { aggregates in
      var splits: [String] = []
      for row in aggregates where !splits.contains(row.split) { splits.append(row.split) }
      return splits.map { split in
        // Errors of a regression are in the unit of its values.
        let isOfValues = aggregates.contains { $0.metric == MeanAbsoluteError.name }
        let unit = isOfValues ? "as they are, shares in %" : "in %"
        let title = "\(split) split, \(unit) (mean ± standard deviation over seeds)"
        let table = MetricsDocument.table(of: aggregates, split: split)
        return "\(title)\n\(table.trimmingCharacters(in: .newlines))"
      }
    }.joined(separator: "\n\n")
  }

  /// `{"rows": […], "aggregates": […]}`, one row a line, for programs.
  public func json() -> String {
    func list(_ name: String, _ lines: [Value]) -> String {
      let body = lines.map { "    " + $0.canonicalJSON }.joined(separator: ",\n")
      return "  \"\(name)\": [" + (lines.isEmpty ? "]" : "\n\(body)\n  ]")
    }
    let rows = documents.flatMap(\.rows).map { row in
      Value.object([
        "stage": .string(row.stage), "model": .string(row.model), "variant": .string(row.variant),
        "seed": .integer(row.seed), "split": .string(row.split), "metric": .string(row.metric),
        "value": Self.number(row.value),
      ])
    }
    return "{\n\(list("rows", rows)),\n\(list("aggregates", aggregates.map(Self.value)))\n}"
  }

  static func value(_ row: MetricAggregate) -> Value {
    .object([
      "stage": .string(row.stage), "variant": .string(row.variant), "split": .string(row.split),
      "metric": .string(row.metric), "mean": number(row.mean), "std": number(row.std),
      "n": .integer(row.n),
    ])
  }

  /// JSON has no NaN and no infinity.
  private static func number(_ value: Double?) -> Value {
    guard let value, value.isFinite else { return .null }
    return .double(value)
  }

  /// The rows as CSV under one header.
  public func csv() -> String {
    MetricsDocument(rows: documents.flatMap(\.rows)).csv()
      .trimmingCharacters(in: .newlines)
  }
}
