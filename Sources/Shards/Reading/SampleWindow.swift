/// Unpacked chunks, and the order in which their samples are used.
struct SampleWindow {
  private struct Pick {
    var block: Int32
    var row: Int32
  }

  private var blocks: [UnpackedBlock] = []
  /// Of each block and ragged column: the first step of each sample, and the end of the last.
  private var starts: [[[Int]]] = []
  /// `nil`: the order of the one block.
  private var order: [Pick]?
  private var total = 0
  private var used = 0

  /// No samples.
  init() {}

  init(_ blocks: [UnpackedBlock], shuffledBy generator: inout SplitMix64?) {
    self.blocks = blocks
    total = blocks.reduce(0) { $0 + $1.count }
    starts = blocks.map { $0.columns.map { Self.starts($0.lengths) } }
    guard generator != nil || blocks.count > 1 else { return }
    var order: [Pick] = []
    order.reserveCapacity(total)
    for (index, block) in blocks.enumerated() {
      for row in 0..<block.count { order.append(Pick(block: Int32(index), row: Int32(row))) }
    }
    generator?.shuffle(&order)
    self.order = order
  }

  private static func starts(_ lengths: [Int]?) -> [Int] {
    guard let lengths else { return [] }
    var starts = [0]
    starts.reserveCapacity(lengths.count + 1)
    for length in lengths { starts.append((starts.last ?? 0) + length) }
    return starts
  }

  /// Samples that were not taken yet.
  var rest: Int { total - used }

  /// The one block in its own order, when it is untouched and just what is wanted.
  mutating func takeBlock(_ wanted: Int) -> UnpackedBlock? {
    guard order == nil, used == 0, wanted == total, let block = blocks.first else { return nil }
    self = SampleWindow()
    return block
  }

  /// Copies the next `count` samples.
  mutating func take(_ count: Int, into builder: inout BatchBuilder) {
    if let order {
      for pick in order[used..<(used + count)] {
        let row = Int(pick.row)
        builder.append(
          row..<(row + 1), of: blocks[Int(pick.block)], starts: starts[Int(pick.block)])
      }
    } else if let block = blocks.first {
      builder.append(used..<(used + count), of: block, starts: starts[0])
    }
    used += count
  }
}

/// A batch in the making.
struct BatchBuilder {
  private let fields: [FieldDescription]
  private var cells: [SampleBlock.Cells]
  private var indices: [Int] = []

  /// - Parameter room: samples that are expected.
  init(_ fields: [FieldDescription], room: Int) {
    self.fields = fields
    indices.reserveCapacity(room)
    cells = fields.map { field in
      var cells = SampleBlock.Cells()
      if case .number(let type) = field.cell, !field.isRagged {
        cells.numbers.reserveCapacity(room * field.rowCount * type.size)
      }
      return cells
    }
  }

  var count: Int { indices.count }

  /// Copies the samples `rows` of a block.
  mutating func append(_ rows: Range<Int>, of block: UnpackedBlock, starts: [[Int]]) {
    indices.append(contentsOf: (block.first + rows.lowerBound)..<(block.first + rows.upperBound))
    for (index, column) in block.columns.enumerated() {
      switch column.cells {
      case .texts(let texts): cells[index].texts.append(contentsOf: texts[rows])
      case .numbers(let type, let bytes):
        let rowBytes = fields[index].rowCount * type.size
        if let lengths = column.lengths {
          let steps = starts[index][rows.lowerBound]..<starts[index][rows.upperBound]
          cells[index].lengths.append(contentsOf: lengths[rows])
          cells[index].numbers.append(
            contentsOf: bytes[(steps.lowerBound * rowBytes)..<(steps.upperBound * rowBytes)])
        } else {
          cells[index].numbers.append(
            contentsOf: bytes[(rows.lowerBound * rowBytes)..<(rows.upperBound * rowBytes)])
        }
      }
    }
  }

  /// Adds a whole batch of the same fields.
  mutating func append(_ batch: SampleBatch) {
    indices.append(contentsOf: batch.indices)
    for (index, field) in fields.enumerated() {
      guard let column = batch.columns[field.path] else { continue }
      cells[index].texts.append(contentsOf: column.texts)
      cells[index].numbers.append(contentsOf: column.bytes)
      cells[index].lengths.append(contentsOf: column.lengths ?? [])
    }
  }

  var batch: SampleBatch {
    var columns: [String: Column] = [:]
    for (field, cells) in zip(fields, cells) {
      columns[field.path] =
        switch field.cell {
        case .text: Column(texts: cells.texts)
        case .number(let type):
          Column(
            .numbers(type, cells.numbers), count: indices.count,
            lengths: field.isRagged ? cells.lengths : nil)
        }
    }
    return SampleBatch(indices: indices, columns: columns)
  }
}
