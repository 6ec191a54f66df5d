public import Shards

/// One data set of a stream: what it is, and what its values are like.
public struct FieldReport: Codable, Sendable, Equatable {
  /// The values of one column, or of the whole field.
  public struct Column: Codable, Sendable, Equatable {
    /// `nil` where the field is looked at as a whole.
    public var name: String?
    public var statistics: RunningStatistics
  }

  /// How often a class occurs.
  public struct ClassCount: Codable, Sendable, Equatable {
    public var name: String
    public var count: Int
  }

  public var description: FieldDescription
  /// True labels, whose values were not looked at.
  public var isSealed: Bool
  /// Samples whose values were looked at: a part of a large stream.
  public var samples: Int
  /// Samples among them that lack the modality; left out of the statistics.
  public var missing: Int
  public var columns: [Column]
  /// Of a field of classes; `nil` elsewhere. What has none is under the name `none`.
  public var classes: [ClassCount]?
  /// Steps of each sample, of a ragged field.
  public var lengths: RunningStatistics?
}

/// Looks at the values of one field, as far as it may.
struct FieldSurvey {
  /// Numbers of one field that are read before the rest is left: so that a look at a large output
  /// stays quick.
  static let quickLimit = 1 << 20

  let output: Output
  let stream: String
  /// Class names, for fields of class indices.
  let classes: [String]?
  let isComplete: Bool
  let includesSealed: Bool
  /// The samples that are looked at, when those of one shard are meant.
  let range: Range<Int>

  func report(_ field: FieldDescription) throws -> FieldReport {
    let isSealed = field.path.hasPrefix("/sealed") && !includesSealed
    var report = FieldReport(
      description: field, isSealed: isSealed, samples: 0, missing: 0, columns: [], classes: nil,
      lengths: nil)
    guard case .number = field.cell, !isSealed, output.count(of: stream) > 0 else { return report }
    let names = columnNames(field)
    var statistics = [RunningStatistics](
      repeating: RunningStatistics(), count: max(1, names?.count ?? 1))
    var lengths: RunningStatistics?
    let isOfClasses = Self.holdsClasses(field) && classes != nil
    var counts: [Int: Int] = [:]
    let presence = Self.presence(of: field)
    let fields = try output.fields(of: stream)
    let known = presence.flatMap { path in fields.first { $0.path == path } }
    let perSample = max(1, field.shape.compactMap(\.self).reduce(1, *))
    let isWhole = range.count == output.count(of: stream)
    let isCut = !isComplete && !isOfClasses && range.count * perSample > Self.quickLimit
    let reader = try output.read(
      [field.path] + (known.map { [$0.path] } ?? []), of: stream,
      options: ReadOptions(
        // Chunks from all over a large stream, the same ones every time.
        shuffle: isCut && isWhole ? ReadOptions.Shuffle(seed: 0, windowChunks: 1) : nil,
        includesSealed: includesSealed))
    var numbers = 0
    while let batch = try reader.next() {
      guard let column = batch.columns[field.path] else { break }
      let rows = isWhole ? batch.indices.indices : Self.rows(of: batch.indices, in: range)
      guard !rows.isEmpty else {
        if let last = batch.indices.last, last >= range.upperBound { break }
        continue
      }
      let present = known.flatMap { batch.columns[$0.path] }
        .map { Array($0.values(as: UInt8.self)[rows]) }
      report.samples += rows.count
      let steps = column.lengths.map { Array($0[rows]) }
      let values = Self.values(of: column, rows)
      numbers += values.count
      if isOfClasses {
        for value in values { counts[Int(value), default: 0] += 1 }
      } else {
        let kept = Self.kept(values, lengths: steps, count: rows.count, present: present)
        report.missing += present?.count { $0 == 0 } ?? 0
        for index in statistics.indices {
          statistics[index].add(kept, from: index, stride: statistics.count)
        }
      }
      if let steps {
        var sum = lengths ?? RunningStatistics()
        sum.add(steps.map(Double.init))
        lengths = sum
      }
      if isCut, numbers >= Self.quickLimit { break }
    }
    report.lengths = lengths
    if isOfClasses, let classes {
      report.classes = classes.enumerated().map { .init(name: $1, count: counts[$0] ?? 0) }
      let others = counts.filter { !classes.indices.contains($0.key) }.map(\.value).reduce(0, +)
      if others > 0 { report.classes?.append(.init(name: "none", count: others)) }
    } else {
      report.columns = statistics.enumerated().map { index, statistics in
        .init(
          name: names.flatMap { $0.indices.contains(index) ? $0[index] : nil },
          statistics: statistics)
      }
    }
    return report
  }

  /// The rows of a batch that are looked at: batches that are not shuffled come in order.
  private static func rows(of indices: [Int], in range: Range<Int>) -> Range<Int> {
    let first = indices.firstIndex { $0 >= range.lowerBound } ?? indices.endIndex
    let end = indices.firstIndex { $0 >= range.upperBound } ?? indices.endIndex
    return first..<max(first, end)
  }

  private static func values(of column: Shards.Column, _ rows: Range<Int>) -> [Double] {
    let values = column.values(as: Double.self)
    guard rows.count < column.count else { return values }
    if let lengths = column.lengths {
      let perStep = values.count / max(1, lengths.reduce(0, +))
      let start = lengths[..<rows.lowerBound].reduce(0, +) * perStep
      return Array(values[start..<start + lengths[rows].reduce(0, +) * perStep])
    }
    let perSample = values.count / column.count
    return Array(values[rows.lowerBound * perSample..<rows.upperBound * perSample])
  }

  /// The values of samples that have the modality.
  private static func kept(
    _ values: [Double], lengths: [Int]?, count: Int, present: [UInt8]?
  ) -> [Double] {
    guard let present, present.contains(0), count > 0 else { return values }
    var kept: [Double] = []
    if let lengths {
      let perStep = values.count / max(1, lengths.reduce(0, +))
      var start = 0
      for (isPresent, steps) in zip(present, lengths) {
        let end = start + steps * perStep
        if isPresent != 0 { kept += values[start..<end] }
        start = end
      }
    } else {
      let perSample = values.count / count
      for (index, isPresent) in present.enumerated() where isPresent != 0 {
        kept += values[index * perSample..<(index + 1) * perSample]
      }
    }
    return kept
  }

  /// Fields of class indices.
  static func holdsClasses(_ field: FieldDescription) -> Bool {
    ["/labels/class", "/sealed/class", "/pseudo/label"].contains(field.path)
  }

  /// Names along the last axis, when that axis is one of columns.
  private func columnNames(_ field: FieldDescription) -> [String]? {
    guard let width = field.shape.last.flatMap(\.self), width <= 64 else { return nil }
    if let labels = field.labels, labels.count == width { return labels }
    if ["channel", "column", "feature"].contains(field.axes.last) {
      return (0..<width).map { "\(field.axes.last ?? "column") \($0)" }
    }
    return nil
  }

  private static func presence(of field: FieldDescription) -> String? {
    guard field.path.hasPrefix("/modalities/"), field.path.hasSuffix("/data") else { return nil }
    return field.path.dropLast("data".count) + "present"
  }
}
