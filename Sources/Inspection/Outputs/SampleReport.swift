import Arrays
public import Configuration
import Diagnostics
public import Shards

/// One sample of an output, with all that is known of it.
public struct SampleReport: Codable, Sendable {
  public struct Field: Codable, Sendable {
    public var description: FieldDescription
    /// Nested as the sample's shape; text as a string.
    public var values: Value
    /// The names of the classes that the numbers stand for, in the same order.
    public var classNames: [String]?
  }

  public var id: String
  public var stream: String
  /// From 0, in the stream.
  public var index: Int
  public var fields: [Field]
  /// Whether it has true labels that were not looked at.
  public var isSealed: Bool

  /// - Parameter name: an id, or a number counted from 0 over all streams, or `stream/number`.
  /// - Throws: `Diagnostic` when there is no such sample, with near ids.
  public init(_ name: String, of output: Output, includesSealed: Bool = false) throws {
    let (stream, index, id) = try Self.find(name, in: output)
    self.stream = stream
    self.index = index
    self.id = id
    let all = try output.fields(of: stream)
    let open = all.filter { includesSealed || !$0.path.hasPrefix("/sealed") }
    isSealed = open.count < all.count
    let reader = try output.read(
      open.map(\.path), of: stream,
      options: ReadOptions(includesSealed: includesSealed))
    fields = []
    while let batch = try reader.next() {
      guard let row = batch.indices.firstIndex(of: index) else { continue }
      fields = open.compactMap { field in
        batch.columns[field.path].map {
          Self.field(field, $0, row: row, classes: output.manifest.classes)
        }
      }
      break
    }
  }

  private static func find(
    _ name: String, in output: Output
  ) throws -> (stream: String, index: Int, id: String) {
    let streams = OutputReport.ordered(output.manifest.splits.keys)
    var ids: [(stream: String, ids: [String])] = []
    for stream in streams {
      let known = try output.readAll(["/samples/id"], of: stream)["/samples/id"]?.texts ?? []
      if let index = known.firstIndex(of: name) { return (stream, index, name) }
      ids.append((stream, known))
    }
    let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
    if parts.count == 2, let known = ids.first(where: { $0.stream == parts[0] }),
      let index = Int(parts[1]), known.ids.indices.contains(index)
    {
      return (known.stream, index, known.ids[index])
    }
    if var index = Int(name), index >= 0 {
      for (stream, known) in ids {
        if known.indices.contains(index) { return (stream, index, known[index]) }
        index -= known.count
      }
    }
    let total = ids.map(\.ids.count).reduce(0, +)
    guard total > 0 else {
      throw Diagnostic(
        output.directory, "it holds no samples, so none called '\(name)'",
        mend: "inspect it without '#\(name)'")
    }
    let first = ids.flatMap(\.ids).prefix(2_000)
    let near = Suggestions.nearest(to: name, among: first).map { "did you mean '#\($0)'? " } ?? ""
    throw Diagnostic(
      output.directory, "no sample is called '\(name)'",
      mend:
        "\(near)give an id, such as '#\(first.first ?? "0")', or a number from 0 to \(total - 1)")
  }

  private static func field(
    _ description: FieldDescription, _ column: Column, row: Int, classes: [String]?
  ) -> Field {
    if case .text = description.cell {
      return Field(description: description, values: .string(column.texts[row]), classNames: nil)
    }
    var shape = description.shape.compactMap(\.self)
    var start = row
    if description.isRagged, let lengths = column.lengths {
      shape.insert(lengths[row], at: 0)
      start = lengths[..<row].reduce(0, +) * shape.dropFirst().reduce(1, *)
    } else {
      start = row * shape.reduce(1, *)
    }
    let numbers = column.values(as: Double.self)[start..<start + shape.reduce(1, *)]
    let isWhole: Bool
    if case .number(let type) = description.cell {
      isWhole = type != .float32 && type != .float64
    } else {
      isWhole = false
    }
    let scalars = numbers.map { number -> Value in
      isWhole ? .integer(Int(number)) : .double(number)
    }
    var names: [String]?
    if let classes, FieldSurvey.holdsClasses(description) {
      names = numbers.map { number in
        classes.indices.contains(Int(number)) ? classes[Int(number)] : "none"
      }
    }
    return Field(
      description: description, values: nested(scalars[...], shape[...]), classNames: names)
  }

  private static func nested(_ values: ArraySlice<Value>, _ shape: ArraySlice<Int>) -> Value {
    guard let count = shape.first else { return values.first ?? .null }
    let size = count > 0 ? values.count / count : 0
    return .array(
      (0..<count).map { index in
        let start = values.startIndex + index * size
        return nested(values[start..<start + size], shape.dropFirst())
      })
  }
}

extension SampleReport {
  /// Single values as a table, series as curves, the rest as numbers.
  ///
  /// - Parameter width: columns of the terminal.
  public func text(width: Int = 80) -> String {
    var table = TextTable(
      [.init(""), .init("")], rows: [["sample", id], ["in", "\(stream), number \(index)"]])
    var drawings: [String] = []
    for field in fields where field.description.path != "/samples/id" {
      let name = Self.name(field.description.path)
      if let line = Self.oneLine(field) {
        let unit = field.description.unit.map { " \($0)" } ?? ""
        table.rows.append([name, line + unit])
      } else {
        drawings += [""] + Self.drawn(field, name: name, width: width)
      }
    }
    if isSealed { table.rows.append(["true class", "sealed; --truth shows it"]) }
    return (table.lines + drawings).joined(separator: "\n")
  }

  /// `/modalities/torso/data` is `torso`, `/samples/start` is `start`, `/sealed/class` is
  /// `true class`.
  private static func name(_ path: String) -> String {
    let names = path.split(separator: "/")
    switch (names.first, names.count) {
    case ("modalities", 3): return names[2] == "data" ? String(names[1]) : "\(names[1]) \(names[2])"
    case ("sealed", 2): return "true \(names[1])"
    case ("pseudo", 2): return "pseudo \(names[1])"
    case (_, 2): return String(names[1])
    default: return path
    }
  }

  private static func oneLine(_ field: Field) -> String? {
    if let names = field.classNames { return names.joined(separator: ", ") }
    switch field.values {
    case .array(let items):
      guard field.description.shape.count == 1, items.count <= 12,
        field.description.axes.first != "time"
      else { return nil }
      let labels = field.description.labels ?? []
      return items.enumerated().map { index, value in
        (labels.count == items.count ? "\(labels[index]): " : "") + ValueText.scalar(value)
      }.joined(separator: ", ")
    default: return ValueText.scalar(field.values)
    }
  }

  /// A curve for each column of a series; rows of numbers for what has no clock.
  private static func drawn(_ field: Field, name: String, width: Int) -> [String] {
    let description = field.description
    guard let rows = field.values.arrayValue, !rows.isEmpty else { return ["\(name): empty"] }
    let facts = [
      zip(
        description.axes.isEmpty ? description.shape.map { _ in "axis" } : description.axes,
        Self.sizes(field.values)
      ).map { "\($0) \($1)" }.joined(separator: " × "),
      description.rate.map { "\(Figures.short($0)) Hz" },
      description.rate.map { Figures.duration(Double(rows.count) / $0) },
      description.unit,
    ].compactMap(\.self).filter { !$0.isEmpty }
    var lines = ["\(name): \(facts.joined(separator: ", "))"]
    let isSeries = description.axes.first == "time" && description.shape.count <= 2
    if isSeries {
      let columns = rows.first?.arrayValue?.count ?? 1
      let labels = description.labels ?? (columns > 1 ? (0..<columns).map { "\($0)" } : [""])
      let margin = (labels.map { TextWidth.of($0) }.max() ?? 0) + 2
      let height = columns == 1 ? 6 : columns <= 12 ? 2 : 1
      for column in 0..<min(columns, 64) {
        let values = rows.map { row in
          (row.arrayValue.map { $0[column] } ?? row).doubleValue ?? .nan
        }
        let finite = values.filter(\.isFinite)
        let range =
          "\(Figures.short(finite.min() ?? .nan)) … \(Figures.short(finite.max() ?? .nan))"
        let room = max(10, width - margin - 26)
        let curve = Plot.braille(values, width: min(room, 100), height: height)
        let widest = min(room, 100, (values.count + 1) / 2)
        for (row, line) in curve.enumerated() {
          let label = row == 0 && labels.indices.contains(column) ? labels[column] : ""
          lines.append(
            TextWidth.trimmed(
              "  " + TextWidth.padded(label, to: margin - 2) + "  "
                + (row == 0 ? TextWidth.padded(line, to: widest) + "  " + range : line)))
        }
      }
      return lines
    }
    let table = TextTable(
      (description.labels ?? []).isEmpty
        ? (0..<min(12, rows.first?.arrayValue?.count ?? 1)).map { _ in .init("", .right) }
        : (description.labels ?? []).prefix(12).map { .init($0, .right) },
      rows: rows.prefix(12).map { row in
        (row.arrayValue ?? [row]).prefix(12).map { value in
          value.arrayValue == nil ? ValueText.scalar(value) : "…"
        }
      })
    lines += table.lines.map { "  " + $0 }
    if rows.count > 12 { lines.append("  … and \(rows.count - 12) more rows (--json has all)") }
    return lines
  }

  private static func sizes(_ value: Value) -> [Int] {
    guard let items = value.arrayValue else { return [] }
    return [items.count] + (items.first.map(sizes) ?? [])
  }
}
