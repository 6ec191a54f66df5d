import Arrays
import Dataflow
import Diagnostics
import Shards

/// Samples of several outputs, put side by side by id.
///
/// The first input is streamed; of the others, one split at a time is in memory.
struct JoinedSamples {
  struct Modality {
    var description: ModalityDescription
    /// Which input has it.
    var source: Int
  }

  /// One sample of all inputs, before windows and standardising.
  struct Record {
    var id: String
    /// Hash over the values of all inputs.
    var content: String
    /// By modality, row after row; absent when the sample misses it.
    var values: [String: [Float]]
    /// Where its label stands, by input.
    var rows: [Int?]
  }

  let sources: [Output]
  let references: [StageReference]
  let modalities: [Modality]
  let classes: [String]?

  /// - Parameter wanted: modalities to keep; `nil` means all.
  init(_ inputs: [Job.Input], keeping wanted: [String]?) throws {
    references = inputs.map(\.reference)
    sources = try inputs.map {
      try Output(opening: $0.directory, schema: PortType.samples.rawValue)
    }
    let all = sources.enumerated().flatMap { index, output in
      output.manifest.modalities.map { Modality(description: $0, source: index) }
    }
    modalities =
      try wanted?.map { name in
        guard let modality = all.first(where: { $0.description.name == name }) else {
          throw Diagnostic(
            "modality '\(name)'", "none of the inputs has it",
            mend: Suggestions.mend(name, among: all.map(\.description.name), called: "modalities"))
        }
        return modality
      } ?? all
    classes = try Self.classes(sources, references)
    try checkSplits()
  }

  func count(_ split: Split) throws -> Int { try ids(split).count }

  /// Every id of the split: those of the first input in their order, then what others add.
  private func ids(_ split: Split) throws -> [String] {
    var seen: Set<String> = []
    return try sources.flatMap { output in
      output.count(of: split.rawValue) == 0
        ? []
        : try output.readAll([StandardField.id], of: split.rawValue)[StandardField.id]?.texts ?? []
    }.filter { seen.insert($0).inserted }
  }

  /// Calls `body` with every sample of the split, in a stable order.
  func forEach(_ split: Split, threads: Int, _ body: (Record) throws -> Void) throws {
    let stream = split.rawValue
    var others: [Int: Table] = [:]
    for index in sources.indices.dropFirst() where sources[index].count(of: stream) > 0 {
      others[index] = try Table(
        columns: sources[index].readAll(paths(of: index, stream), of: stream),
        modalities: names(of: index))
    }
    var seen: Set<String> = []
    var row = 0
    if let first = sources.first, first.count(of: stream) > 0 {
      let reader = try first.read(
        paths(of: 0, stream), of: stream,
        options: ReadOptions(threads: threads, samplesPerBatch: 256))
      while let batch = try reader.next() {
        let table = Table(columns: batch.columns, modalities: names(of: 0))
        for (local, id) in table.ids.enumerated() {
          var record = table.record(local, sources: sources.count)
          record.rows[0] = row
          row += 1
          for (index, other) in others { other.add(id, to: &record, source: index) }
          seen.insert(id)
          try body(record)
        }
      }
    }
    for index in sources.indices.dropFirst() {
      guard let table = others[index] else { continue }
      for (local, id) in table.ids.enumerated() where seen.insert(id).inserted {
        var record = table.record(local, sources: sources.count)
        record.rows[index] = local
        for (further, other) in others where further > index {
          other.add(id, to: &record, source: further)
        }
        try body(record)
      }
    }
  }

  private func names(of source: Int) -> [String] {
    modalities.filter { $0.source == source }.map(\.description.name)
  }

  private func paths(of source: Int, _ stream: String) throws -> [String] {
    let known = Set(try sources[source].fields(of: stream).map(\.path))
    return
      ([StandardField.id, StandardField.content]
      + names(of: source).flatMap { [StandardField.modality($0), StandardField.presence($0)] })
      .filter(known.contains)
  }

  /// - Throws: `Diagnostic` when one sample is in different splits of different inputs.
  private func checkSplits() throws {
    guard sources.count > 1 else { return }
    var places: [String: (split: Split, source: Int)] = [:]
    for (index, output) in sources.enumerated() {
      for split in Split.allCases where output.count(of: split.rawValue) > 0 {
        let ids =
          try output.readAll([StandardField.id], of: split.rawValue)[StandardField.id]?.texts ?? []
        for id in ids {
          if let place = places[id], place.split != split {
            throw Diagnostic(
              "sample '\(id)'",
              "it is \(place.split.rawValue) in '\(references[place.source])' and "
                + "\(split.rawValue) in '\(references[index])'",
              mend: "split both ingest stages by the same files, or by the same column")
          }
          places[id] = (split, index)
        }
      }
    }
  }

  private static func classes(
    _ sources: [Output], _ references: [StageReference]
  ) throws -> [String]? {
    var known: (classes: [String], reference: StageReference)?
    for (output, reference) in zip(sources, references) {
      guard let classes = output.manifest.classes else { continue }
      if let known, known.classes != classes {
        throw Diagnostic(
          "input '\(reference)'",
          "its classes are \(classes.joined(separator: ", ")); those of '\(known.reference)' are "
            + known.classes.joined(separator: ", "),
          mend: "give both the same 'classes' in the same order")
      }
      known = known ?? (classes, reference)
    }
    return known?.classes
  }

  /// Some samples of one input in memory.
  private struct Table {
    let ids: [String]
    private let contents: [String]
    private let values: [String: [Float]]
    /// Where the values of each sample start, and of one more.
    private let starts: [String: [Int]]
    private let present: [String: [UInt8]]
    private let place: [String: Int]

    init(columns: [String: Column], modalities: [String]) {
      ids = columns[StandardField.id]?.texts ?? []
      contents = columns[StandardField.content]?.texts ?? []
      place = Dictionary(ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      var values: [String: [Float]] = [:]
      var starts: [String: [Int]] = [:]
      var present: [String: [UInt8]] = [:]
      for name in modalities {
        guard let column = columns[StandardField.modality(name)], column.count > 0 else { continue }
        let numbers = column.values(as: Float.self)
        values[name] = numbers
        if let lengths = column.lengths {
          let steps = lengths.reduce(0, +)
          let width = steps == 0 ? 0 : numbers.count / steps
          starts[name] = lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1 * width) }
        } else {
          let width = numbers.count / column.count
          starts[name] = (0...column.count).map { $0 * width }
        }
        present[name] = columns[StandardField.presence(name)]?.values(as: UInt8.self)
      }
      self.values = values
      self.starts = starts
      self.present = present
    }

    func record(_ row: Int, sources: Int) -> Record {
      var record = Record(
        id: ids[row], content: contents[row], values: [:],
        rows: Array(repeating: nil, count: sources))
      fill(&record, from: row)
      return record
    }

    func add(_ id: String, to record: inout Record, source: Int) {
      guard let row = place[id] else { return }
      record.rows[source] = row
      record.content += contents[row]
      fill(&record, from: row)
    }

    private func fill(_ record: inout Record, from row: Int) {
      for (name, values) in values {
        guard present[name]?[row] != 0, let starts = starts[name] else { continue }
        record.values[name] = Array(values[starts[row]..<starts[row + 1]])
      }
    }
  }
}
