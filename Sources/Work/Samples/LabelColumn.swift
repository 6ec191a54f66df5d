import Arrays
import Configuration
import Diagnostics
import Shards
import Tensors
import Training

/// The labels of all samples of a set, as compact as in their shard.
///
/// What is decided of a sample is one class; or for each class whether the sample has it; or one
/// class for each pixel. As numbers these are 0, 1, …, and −1 where nobody knows. Of a regression it
/// is values, which are no decisions.
struct LabelColumn: Sendable {
  private enum Values: Sendable {
    case whole([Int32])
    /// 255 where nobody knows.
    case bytes([UInt8])
    /// NaN where nobody knows.
    case values([Float])
  }

  /// What stands for an unknown label in bytes.
  static let unknown = UInt8(Targets.ignored)

  let task: LearningTask
  let classes: Int
  /// Samples.
  let count: Int
  /// Decisions on one sample, or its values.
  let perSample: Int
  private let values: Values

  /// - Parameter subject: where the labels come from.
  /// - Throws: `Diagnostic` when there are none, or one is no class.
  init(_ column: Column?, _ task: LearningTask, classes: Int, of subject: String) throws {
    guard let column, column.count > 0 else { throw Diagnostic(subject, "it has no labels") }
    self.task = task
    self.classes = classes
    count = column.count
    if task == .regression {
      let numbers = column.values(as: Float.self)
      guard numbers.count == column.count * classes, !numbers.contains(where: \.isInfinite) else {
        throw Diagnostic(
          subject, "its labels are not \(classes) finite numbers a sample",
          mend: "rerun the stage that made it with --force")
      }
      values = .values(numbers)
      perSample = classes
      return
    }
    let largest: Int
    if task == .singleLabel {
      let numbers = column.values(as: Int32.self)
      values = .whole(numbers)
      perSample = 1
      largest = Int(numbers.max() ?? -1)
    } else {
      let bytes = column.values(as: UInt8.self)
      values = .bytes(bytes)
      perSample = bytes.count / column.count
      largest = bytes.reduce(-1) { $1 == Self.unknown ? $0 : max($0, Int($1)) }
    }
    let most = task == .multiLabel ? 2 : classes
    guard largest < most, task != .multiLabel || perSample == classes else {
      throw Diagnostic(
        subject,
        task == .multiLabel
          ? "its labels are not 0 or 1 for each of \(classes) classes"
          : "it has a label of the number \(largest), and only \(classes) classes",
        mend: "give the ingest stage all classes: 'classes: […]'")
    }
  }

  /// What is known of the samples at `rows`, one sample after the other.
  func answers(_ rows: some Sequence<Int>) -> Answers {
    guard case .values(let values) = values else { return Answers(decisions: decisions(rows)) }
    var result = Answers()
    for row in rows { result.values += values[row * perSample..<(row + 1) * perSample] }
    return result
  }

  /// The decisions among them; none of values.
  func decisions(_ rows: some Sequence<Int>) -> [Int] {
    switch values {
    case .whole(let numbers): return rows.map { Int(numbers[$0]) }
    case .bytes(let bytes):
      var result: [Int] = []
      for row in rows {
        for byte in bytes[row * perSample..<(row + 1) * perSample] {
          result.append(byte == Self.unknown ? -1 : Int(byte))
        }
      }
      return result
    case .values: return []
    }
  }

  /// The same as bytes, 255 where nobody knows; none of whole numbers.
  func bytes(_ rows: some Sequence<Int>) -> [UInt8] {
    guard case .bytes(let bytes) = values else { return [] }
    var result: [UInt8] = []
    for row in rows { result += bytes[row * perSample..<(row + 1) * perSample] }
    return result
  }

  /// Whether anything is known of the sample at `row`.
  func isKnown(_ row: Int) -> Bool {
    switch values {
    case .whole(let numbers): numbers[row] >= 0
    case .bytes(let bytes):
      bytes[row * perSample..<(row + 1) * perSample].contains { $0 != Self.unknown }
    case .values(let values):
      values[row * perSample..<(row + 1) * perSample].contains { !$0.isNaN }
    }
  }

  /// How often each class is given; of values how often each is known.
  func histogram() -> [Int] {
    var counts = [Int](repeating: 0, count: classes)
    switch values {
    case .whole(let numbers): for number in numbers where number >= 0 { counts[Int(number)] += 1 }
    case .bytes(let bytes):
      if task == .multiLabel {
        for (place, byte) in bytes.enumerated() where byte == 1 { counts[place % classes] += 1 }
      } else {
        for byte in bytes where byte != Self.unknown { counts[Int(byte)] += 1 }
      }
    case .values(let values):
      for (place, value) in values.enumerated() where !value.isNaN { counts[place % classes] += 1 }
    }
    return counts
  }

  /// The samples of which anything is known, and what.
  ///
  /// - Parameter picture: height and width of a label map.
  /// - Throws: `Diagnostic` when label maps are not of that size.
  func lesson(picture: (height: Int, width: Int)?) throws -> Lesson {
    let rows = (0..<count).filter(isKnown)
    switch values {
    case .whole(let numbers):
      return Lesson(rows: rows, targets: .hard(try Tensor(classes: rows.map { Int(numbers[$0]) })))
    case .values:
      return Lesson(
        rows: rows,
        targets: .values(
          try Tensor(answers(rows).values, shape: [rows.count, classes])))
    case .bytes:
      if task == .multiLabel {
        let labels = decisions(rows).map(Float.init)
        return Lesson(
          rows: rows, targets: .labels(try Tensor(labels, shape: [rows.count, classes])))
      }
      guard let picture, picture.height * picture.width == perSample else {
        throw Diagnostic(
          "label map",
          "it has \(perSample) pixels, the pictures have "
            + (picture.map { "\($0.height) × \($0.width)" } ?? "none"),
          mend: "bring pictures and label maps to one size in the align stage")
      }
      return Lesson(
        rows: rows,
        targets: .maps(
          try Tensor(
            Column(bytes(rows), count: rows.count), sampleShape: [picture.height, picture.width])))
    }
  }
}
