import Arrays
import Dataflow
import Shards

/// The labels of one input and split, open or sealed, carried along unseen.
struct CarriedLabels {
  private let open: [Int32]?
  private let sealed: SealedLabels?

  init(_ output: Output, _ split: Split) throws {
    let stream = split.rawValue
    let hasLabels =
      output.count(of: stream) > 0
      ? try output.fields(of: stream).contains { $0.path == StandardField.label } : false
    open =
      hasLabels
      ? try output.readAll([StandardField.label], of: stream)[StandardField.label]?
        .values(as: Int32.self) : nil
    sealed = output.count(of: stream) > 0 ? try SealedLabels(of: output, stream: stream) : nil
  }

  var isEmpty: Bool { open == nil && sealed == nil }

  func column(_ rows: [Int?]) -> Column? {
    if let open { return Column(rows.map { $0.map { open[$0] } ?? -1 }, count: rows.count) }
    return sealed?.column(rows)
  }
}
