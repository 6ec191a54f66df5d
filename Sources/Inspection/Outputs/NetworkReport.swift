public import Arrays
public import Configuration
import Diagnostics
import Foundation
public import Shards

/// One network of a model: what it is made of, and how it was trained.
public struct NetworkReport: Codable, Sendable {
  public struct Parameter: Codable, Sendable, Equatable {
    public var name: String
    public var shape: [Int]
    public var type: ElementType
    public var statistics: RunningStatistics
  }

  public var file: String
  public var parameters: [Parameter]
  /// What the shard says of itself: network, classes, training, provenance.
  public var attributes: [String: Value]

  /// - Parameter name: `mke-seed-3`, the name of the shard.
  /// - Throws: `Diagnostic` when the model has no such network.
  public init(_ name: String, of output: Output) throws {
    let files = output.manifest.shards.map(\.file)
    guard let file = files.first(where: { $0 == name || $0 == "\(name).h5" }) else {
      let names = files.map { $0.hasSuffix(".h5") ? String($0.dropLast(3)) : $0 }
      let near = Suggestions.nearest(to: name, among: names) ?? names.first ?? ""
      throw Diagnostic(
        output.directory, "no network is called '\(name)'",
        mend: near.isEmpty
          ? nil
          : "there \(names.count == 1 ? "is" : "are") "
            + "\(Figures.count(names.count, "network")), such as '#\(near)'")
    }
    self.file = file
    let (arrays, texts) = try output.arrays(in: file)
    parameters = arrays.map { array in
      var statistics = RunningStatistics()
      statistics.add(array.values(as: Double.self))
      return Parameter(
        name: array.name, shape: array.shape, type: array.type, statistics: statistics)
    }
    attributes = texts.mapValues { text in
      (try? JSONDecoder().decode(Value.self, from: Data(text.utf8))) ?? .string(text)
    }
  }

  /// - Parameter width: columns of the terminal, for the curve of the loss.
  public func text(width: Int = 80) -> String {
    let count = parameters.map { $0.shape.reduce(1, *) }.reduce(0, +)
    var table = TextTable([
      .init("parameters"), .init("shape"), .init("type"), .init("min", .right),
      .init("mean", .right), .init("std", .right), .init("max", .right),
    ])
    for parameter in parameters {
      let numbers = parameter.statistics
      table.rows.append([
        parameter.name, parameter.shape.map(String.init).joined(separator: " × "),
        parameter.type.rawValue, numbers.minimum.map { Figures.short($0) } ?? "-",
        numbers.count > 0 ? Figures.short(numbers.mean) : "-",
        numbers.deviation.map { Figures.short($0) } ?? "-",
        numbers.maximum.map { Figures.short($0) } ?? "-",
      ])
    }
    var rest = attributes
    var curve: [Double] = []
    if case .object(var training)? = rest["training"] {
      curve = training["curve"]?.arrayValue?.compactMap { $0["loss"]?.doubleValue } ?? []
      training["curve"] = nil
      rest["training"] = .object(training)
    }
    var parts = [["\(file): \(Figures.grouped(count)) parameters"], table.lines]
    if let first = curve.first, let last = curve.last {
      let drawn = Plot.braille(curve, width: max(10, min(60, width - 4)), height: 6)
      parts.append(
        ["loss, from \(Figures.short(first)) to \(Figures.short(last))"] + drawn.map { "  " + $0 })
    }
    parts.append(ValueText.lines(.object(rest)))
    return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n")
  }
}
