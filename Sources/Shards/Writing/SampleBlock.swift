/// The values of a run of samples, waiting to be packed together.
struct SampleBlock {
  /// The values of one field.
  struct Cells {
    var numbers: [UInt8] = []
    var texts: [String] = []
    /// Of a ragged field: the steps of each sample.
    var lengths: [Int] = []

    /// Bytes of the longest text.
    var longestText: Int { texts.map(\.utf8.count).max() ?? 0 }
  }

  let fields: [FieldDescription]
  /// In the order of `fields`.
  var cells: [Cells]
  private(set) var count = 0

  init(_ fields: [FieldDescription]) {
    self.fields = fields
    cells = fields.map { _ in Cells() }
  }

  /// Bytes of all numbers and texts.
  var byteCount: Int {
    cells.reduce(0) { sum, cells in
      sum + cells.numbers.count + cells.texts.reduce(0) { $0 + $1.utf8.count }
    }
  }

  /// Adds `rows` of what was handed over.
  mutating func append(_ rows: Range<Int>, of columns: [CheckedColumn]) {
    for (index, column) in columns.enumerated() {
      switch column.column.cells {
      case .texts(let texts): cells[index].texts.append(contentsOf: texts[rows])
      case .numbers(_, let bytes):
        cells[index].numbers.append(
          contentsOf: bytes[column.offset(rows.lowerBound)..<column.offset(rows.upperBound)])
        if let lengths = column.column.lengths {
          cells[index].lengths.append(contentsOf: lengths[rows])
        }
      }
    }
    count += rows.count
  }

  /// Forgets all samples, and keeps the room they took.
  mutating func removeAll() {
    for index in cells.indices {
      cells[index].numbers.removeAll(keepingCapacity: true)
      cells[index].texts.removeAll(keepingCapacity: true)
      cells[index].lengths.removeAll(keepingCapacity: true)
    }
    count = 0
  }
}

/// A column that fits its field, and where each of its samples starts.
struct CheckedColumn {
  let column: Column
  private let rowBytes: Int
  /// Of a ragged field: the first step of each sample, and the end of the last.
  private let starts: [Int]

  /// - Throws: `Fault` when the column does not fit the field.
  init(_ column: Column, _ field: FieldDescription) throws(Fault) {
    self.column = column
    var starts: [Int] = []
    switch (column.cells, field.cell) {
    case (.texts(let texts), .text):
      rowBytes = 0
      guard texts.count == column.count else {
        throw Fault(message: "\(texts.count) texts for \(column.count) samples")
      }
      guard !texts.contains(where: { $0.utf8.contains(0) }) else {
        throw Fault(message: "a text holds the character NUL, which shards cannot store")
      }
    case (.numbers(let type, let bytes), .number(let wanted)) where type == wanted:
      rowBytes = field.rowCount * type.size
      let rows: Int
      if field.isRagged {
        guard let lengths = column.lengths, lengths.count == column.count,
          lengths.allSatisfy({ $0 >= 0 })
        else { throw Fault(message: "a ragged field needs the number of steps of each sample") }
        starts = [0]
        starts.reserveCapacity(lengths.count + 1)
        for length in lengths { starts.append((starts.last ?? 0) + length) }
        rows = starts.last ?? 0
      } else {
        guard column.lengths == nil else {
          throw Fault(message: "samples of the shape \(field.shapeText) have no lengths")
        }
        rows = column.count
      }
      guard bytes.count == rows * rowBytes else {
        throw Fault(
          message: "\(bytes.count / type.size) numbers, but \(rows) rows of "
            + "\(field.rowCount) were said")
      }
    case (let found, let wanted):
      let name =
        switch found {
        case .texts: "text"
        case .numbers(let type, _): type.rawValue
        }
      throw Fault(message: "holds \(name), \(wanted) wanted")
    }
    self.starts = starts
  }

  struct Fault: Error, Hashable {
    var message: String
  }

  /// Where the numbers of sample `row` start, in bytes.
  func offset(_ row: Int) -> Int { (starts.isEmpty ? row : starts[row]) * rowBytes }

  /// Bytes of the values of sample `row`.
  func size(_ row: Int) -> Int {
    switch column.cells {
    case .numbers: offset(row + 1) - offset(row)
    case .texts(let texts): texts[row].utf8.count
    }
  }
}
