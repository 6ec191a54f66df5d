import Diagnostics

/// A delimited text file of numbers with one time step a line.
///
/// No quotes. Lines that start with `#` are comments; blank lines may stand at the end alone,
/// since a blank line inside would hide a lost time step.
public enum SeriesText {
  /// - Parameters:
  ///   - columns: from 0, in the order of the result.
  ///   - delimiter: a blank stands for any run of blanks and tabs; when absent, the first of comma,
  ///     semicolon and tab that the first line holds, else blanks.
  ///   - skipping: lines at the head of the file that are passed over.
  /// - Returns: `[steps, columns]`, row after row.
  /// - Throws: `Diagnostic` at file, line and column for a cell that holds no finite number, a line
  ///   of another length than the first, a file without a line.
  public static func read(
    _ path: String, columns: [Int], delimiter: Character? = nil, skipping: Int = 0
  ) throws -> (values: [Float], steps: Int) {
    let parser = try parse(
      path, columns: columns, time: nil, delimiter: delimiter, skipping: skipping)
    return (parser.values, parser.steps)
  }

  /// As `read`, with the time stamp of each step from the column `time`, from 0, in full precision.
  public static func read(
    _ path: String, columns: [Int], time: Int, delimiter: Character? = nil, skipping: Int = 0
  ) throws -> (values: [Float], times: [Double]) {
    let parser = try parse(
      path, columns: columns, time: time, delimiter: delimiter, skipping: skipping)
    return (parser.values, parser.times)
  }

  private static func parse(
    _ path: String, columns: [Int], time: Int?, delimiter: Character?, skipping: Int
  ) throws -> Parsed {
    let bytes = try TextFile.bytes(of: path)
    return try bytes.withUnsafeBufferPointer { bytes in
      var parser = Parser(
        bytes: bytes, path: path, columns: columns, time: time,
        delimiter: try delimiter.map { try byte($0, path: path) })
      try parser.parse(skipping: skipping)
      return Parsed(values: parser.values, times: parser.times, steps: parser.steps)
    }
  }

  private struct Parsed {
    var values: [Float]
    var times: [Double]
    var steps: Int
  }

  private static func byte(_ delimiter: Character, path: String) throws -> UInt8 {
    guard let byte = delimiter.asciiValue else {
      throw Diagnostic(
        path, "'\(delimiter)' cannot divide cells", mend: "take a comma, a semicolon or a tab")
    }
    return byte
  }

  private struct Parser {
    let bytes: UnsafeBufferPointer<UInt8>
    let path: String
    let columns: [Int]
    let time: Int?
    var delimiter: UInt8?
    var values: [Float] = []
    var times: [Double] = []
    var steps = 0
    /// Of the first line, and of every line after it.
    var width = 0
    /// For each column of the file, where its value goes; −1 for a column that is not wanted.
    var slots: [Int] = []
    var firstLine = 0

    init(
      bytes: UnsafeBufferPointer<UInt8>, path: String, columns: [Int], time: Int?,
      delimiter: UInt8?
    ) {
      self.bytes = bytes
      self.path = path
      self.columns = columns
      self.time = time
      self.delimiter = delimiter
      slots = Array(repeating: -1, count: (columns.max() ?? -1) + 1)
      for (slot, column) in columns.enumerated() { slots[column] = slot }
    }

    mutating func parse(skipping: Int) throws {
      var line = 0
      var blank: Int?
      var start = 0
      while start < bytes.count {
        line += 1
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        let next = end + 1
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        defer { start = next }
        if line <= skipping || (start < end && bytes[start] == UInt8(ascii: "#")) { continue }
        if bytes[start..<end].allSatisfy(NumberText.isBlank) {
          blank = blank ?? line
          continue
        }
        if let blank {
          throw Diagnostic(
            SourceLocation(file: path, line: blank), "a blank line among the time steps",
            mend: "remove it; when a step was lost, fill it in")
        }
        if steps == 0 { begin(start..<end, line: line) }
        try step(start..<end, line: line)
      }
      guard steps > 0 else {
        throw Diagnostic(
          path, "the file holds no time step",
          mend: "remove its row, or leave its cell in the manifest empty")
      }
    }

    private mutating func begin(_ range: Range<Int>, line: Int) {
      firstLine = line
      if delimiter == nil {
        let line = bytes[range]
        delimiter =
          [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")].first { line.contains($0) }
          ?? UInt8(ascii: " ")
      }
      // Room for as many steps as lines of this length would fill, and some more.
      let steps = bytes.count / max(1, range.count) + 16
      values.reserveCapacity(min(steps, bytes.count) * columns.count)
    }

    private mutating func step(_ range: Range<Int>, line: Int) throws {
      let base = values.count
      for _ in columns { values.append(0) }
      var count = 0
      var at = range.lowerBound
      let isBlankDivided = delimiter == UInt8(ascii: " ")
      while true {
        if isBlankDivided {
          while at < range.upperBound, NumberText.isBlank(bytes[at]) { at += 1 }
          if at >= range.upperBound { break }
        }
        var end = at
        if isBlankDivided {
          while end < range.upperBound, !NumberText.isBlank(bytes[end]) { end += 1 }
        } else {
          while end < range.upperBound, bytes[end] != delimiter { end += 1 }
        }
        if count < slots.count, slots[count] >= 0 {
          values[base + slots[count]] = Float(
            try value(at..<end, lineStart: range.lowerBound, line: line))
        }
        if count == time {
          times.append(try value(at..<end, lineStart: range.lowerBound, line: line))
        }
        count += 1
        if end >= range.upperBound { break }
        at = end + 1
      }
      if steps == 0 {
        width = count
        if let missing = (columns + (time.map { [$0] } ?? [])).first(where: { $0 >= count }) {
          throw Diagnostic(
            SourceLocation(file: path, line: line),
            "column \(missing + 1) is wanted, and the line has \(count)",
            mend: "correct 'columns', or 'delimiter'")
        }
      } else if count != width {
        throw Diagnostic(
          SourceLocation(file: path, line: line),
          "\(count) \(count == 1 ? "cell" : "cells"), where line \(firstLine) has \(width)",
          mend: "repair the line; every time step has the same columns")
      }
      steps += 1
    }

    private func value(_ range: Range<Int>, lineStart: Int, line: Int) throws -> Double {
      let cell = UnsafeBufferPointer(rebasing: bytes[range])
      let outcome = NumberText.parse(cell)
      if case .number(let number) = outcome {
        if Float(number).isFinite { return number }
      }
      let before = UnsafeBufferPointer(rebasing: bytes[lineStart..<range.lowerBound])
      let location = SourceLocation(
        file: path, line: line, column: String(decoding: before, as: UTF8.self).count + 1)
      let text = String(decoding: cell, as: UTF8.self)
      switch outcome {
      case .number: throw NumberFault.tooLarge(text, at: location)
      case .notANumber where steps == 0:
        var fault = NumberFault.diagnostic(outcome, text: text, at: location)
        fault.mend = "if the file starts with a header, say 'skip-lines: \(line)'"
        throw fault
      case .empty:
        throw Diagnostic(
          location, "the cell is empty, a number is wanted",
          mend: "fill in the lost value, or remove the sample from the manifest")
      case .notFinite:
        throw Diagnostic(
          location, "'\(text)' is not a finite number",
          mend: "fill in the lost value, or remove the sample from the manifest")
      case .notANumber: throw NumberFault.diagnostic(outcome, text: text, at: location)
      }
    }
  }
}
