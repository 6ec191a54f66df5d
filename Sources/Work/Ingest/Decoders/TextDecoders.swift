import Arrays
import Diagnostics
import Readers
import Stages

/// Columns of a text file with one time step a line.
struct SeriesDecoder: PartDecoder {
  private let name: String
  private let description: SeriesColumns
  /// From 0.
  private let columns: [Int]

  init(_ name: String, _ description: SeriesColumns) throws {
    self.name = name
    self.description = description
    columns = try ColumnList.parse(description.columns)
  }

  func read(_ part: RecordingPart) throws -> DecodedPart {
    let values: [Float]
    var times: [Double]?
    let delimiter = description.delimiter?.character
    if let time = description.time {
      let found = try SeriesText.read(
        part.file.path, columns: columns, time: time - 1, delimiter: delimiter,
        skipping: description.skipLines)
      (values, times) = (found.values, found.times)
    } else {
      values = try SeriesText.read(
        part.file.path, columns: columns, delimiter: delimiter, skipping: description.skipLines
      ).values
    }
    return DecodedPart(
      values: .init(
        NumberArray(values, shape: [values.count / columns.count, columns.count]), times: times,
        start: times?.first ?? 0),
      form: ModalityForm(
        name: name, type: .float32, shape: [nil, columns.count], axes: ["time", "column"],
        columns: description.names, unit: description.unit,
        rate: times == nil ? description.rate : nil, hasTimes: times != nil))
  }
}

/// Columns of a table with one row for each sample; the wanted columns are in memory.
struct TableDecoder: PartDecoder {
  private let name: String
  private let unit: String?
  private let columns: [String]?
  /// `[rows, columns]`
  private let values: NumberArray

  init(_ name: String, _ description: TableColumns) throws {
    self.name = name
    unit = description.unit
    let table = try NumberTable.read(
      description.path, columns: description.columns, hasHeader: description.hasHeader,
      delimiter: description.delimiter?.character)
    columns = table.columns
    values = table.values
  }

  func read(_ part: RecordingPart) throws -> DecodedPart {
    let width = values.shape[1]
    guard let row = part.row, (0..<values.shape[0]).contains(row) else {
      throw Diagnostic(
        part.file.path,
        "has \(values.shape[0]) rows; row \(part.row.map(String.init) ?? "?") is asked for",
        mend: "count rows from 0, without the header")
    }
    let bytes = width * values.type.size
    let own = NumberArray(
      values.type, Array(values.bytes[(row * bytes)..<((row + 1) * bytes)]), shape: [width])
    return DecodedPart(
      values: .init(own),
      form: ModalityForm(
        name: name, type: own.type, shape: [width], axes: ["column"], columns: columns, unit: unit))
  }
}
