public import Arrays
import Diagnostics

/// A delimited table of numbers as an array, read without a string in between.
///
/// Every row must have the same number of cells. Memory is that of the numbers, and of the longest
/// line.
public enum DelimitedNumbers {
  /// Reads numbers.
  ///
  /// - Parameters:
  ///   - columns: which ones, from 0, in the order of the result; all when absent.
  ///   - type: of the result, `float32` or `float64`.
  /// - Returns: `[row, column]`
  /// - Throws: `Diagnostic` when the file cannot be read, is empty, or lacks a column;
  ///   `DiagnosticList` with the cells that hold no finite number, and the rows of other lengths.
  public static func read(
    _ path: String, columns: [Int]? = nil, form: DelimitedForm = DelimitedForm(hasHeader: false),
    type: ElementType = .float32
  ) throws -> NumberArray {
    switch type {
    case .float32: try read(path, columns, form, as: Float.self)
    case .float64: try read(path, columns, form, as: Double.self)
    default:
      throw Diagnostic(
        path, "a table cannot be read as \(type.rawValue)", mend: "take float32 or float64")
    }
  }

  private static func read<Number: BinaryFloatingPoint & ArrayElement>(
    _ path: String, _ columns: [Int]?, _ form: DelimitedForm, as type: Number.Type
  ) throws -> NumberArray {
    var reader = try DelimitedReader(reading: path, form: form)
    guard try reader.next() else { throw DelimitedTable.empty(path) }
    let width = reader.count
    let wanted = columns ?? Array(0..<width)
    if let column = wanted.first(where: { !(0..<width).contains($0) }) {
      throw Diagnostic(
        path, "the table has no column \(column + 1)", mend: "it has \(width), counted from 1")
    }
    var numbers: [Number] = []
    var rows = 0
    var faults = FaultList()
    var hasRow = !form.hasHeader
    if form.hasHeader { hasRow = try reader.next() }
    while hasRow {
      do {
        try DelimitedTable.check(reader, wanted: width)
        for column in wanted {
          let number = Number(try reader.number(column))
          guard number.isFinite else {
            throw NumberFault.tooLarge(try reader.text(column), at: reader.location(column))
          }
          numbers.append(number)
        }
        rows += 1
      } catch {
        try faults.add(error)
      }
      hasRow = try reader.next()
    }
    try faults.throwAny()
    return NumberArray(numbers, shape: [rows, wanted.count])
  }
}
