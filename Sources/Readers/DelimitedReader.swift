public import Diagnostics
import Foundation

/// Reads a delimited table record by record, in memory bounded by its longest record.
///
/// RFC 4180: cells are divided by the delimiter, records by LF or CRLF; a cell that starts with a
/// double quote ends with one, and may hold delimiters, line ends and doubled quotes. Beyond the
/// RFC: a byte order mark is passed over, blank lines are, and UTF-8 is demanded. Spaces belong to
/// their cell, and every line is a record, unless `DelimitedForm` says otherwise.
public struct DelimitedReader {
  private struct Cell {
    /// Without the quotes around it.
    var bytes: Range<Int>
    /// Of the quote, where there is one.
    var start: Int
    var isQuoted: Bool
    /// Whether doubled quotes stand inside.
    var hasQuotes: Bool
  }

  public let path: String
  public let delimiter: UInt8
  private let comment: UInt8?
  private let trimsBlanks: Bool
  /// The line that the current record starts on, from 1.
  public private(set) var line = 0

  private let file: FileHandle
  private var buffer: [UInt8] = []
  /// The current record; the next one starts at its end.
  private var record = 0..<0
  private var nextLine = 1
  private var cells: [Cell] = []
  private var isAtEnd = false
  private var blockSize = 1 << 20
  private static let longestRecord = 256 << 20

  /// - Parameter delimiter: when absent, a tab for `.tsv` and `.tab`, else a comma.
  /// - Throws: `Diagnostic` when the file cannot be read, or is no text.
  public init(reading path: String, delimiter: Character? = nil) throws {
    try self.init(reading: path, form: DelimitedForm(delimiter: delimiter))
  }

  /// - Throws: `Diagnostic` when the file cannot be read, or is no text.
  public init(reading path: String, form: DelimitedForm) throws {
    self.path = path
    delimiter = try Self.delimiterByte(form.delimiter, path: path)
    comment = try form.comment.map { try Self.commentByte($0, path: path) }
    trimsBlanks = form.trimsBlanks
    file = try TextFile.open(path)
    try fill()
    try TextFile.refuseBinary(buffer, path: path)
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { record = 3..<3 }
  }

  private static func delimiterByte(_ delimiter: Character?, path: String) throws -> UInt8 {
    guard let delimiter else {
      let isTabbed = path.lowercased().hasSuffix(".tsv") || path.lowercased().hasSuffix(".tab")
      return isTabbed ? UInt8(ascii: "\t") : UInt8(ascii: ",")
    }
    guard let byte = delimiter.asciiValue, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\n")
    else {
      throw Diagnostic(
        path, "'\(delimiter)' cannot divide cells", mend: "take a comma, a semicolon or a tab")
    }
    return byte
  }

  private static func commentByte(_ comment: Character, path: String) throws -> UInt8 {
    guard let byte = comment.asciiValue, byte > UInt8(ascii: " "), byte != UInt8(ascii: "\"") else {
      throw Diagnostic(path, "'\(comment)' cannot mark a comment", mend: "take '#', '%' or ';'")
    }
    return byte
  }

  /// Cells of the current record.
  public var count: Int { cells.count }

  /// Moves to the next record that is no blank line.
  ///
  /// - Returns: `false` at the end of the file.
  /// - Throws: `Diagnostic` at the line and column where a quote goes wrong.
  public mutating func next() throws -> Bool {
    while true {
      line = nextLine
      guard try scan() else { return false }
      if cells.isEmpty { continue }
      let isBlank = cells.count == 1 && !cells[0].isQuoted && cells[0].bytes.isEmpty
      if !isBlank { return true }
    }
  }

  /// The text of a cell.
  ///
  /// - Throws: `Diagnostic` at the cell when it is no UTF-8.
  public func text(_ index: Int) throws -> String {
    let cell = cells[index]
    let text =
      cell.hasQuotes
      ? String(validating: unescaped(cell), as: UTF8.self)
      : String(validating: buffer[cell.bytes], as: UTF8.self)
    guard let text else {
      throw Diagnostic(
        location(index), "the text is not UTF-8", mend: "save the file as UTF-8")
    }
    return text
  }

  /// Whether nothing but blanks stands in a cell.
  public func isEmpty(_ index: Int) -> Bool {
    buffer[cells[index].bytes].allSatisfy(NumberText.isBlank)
  }

  /// The finite number in a cell.
  ///
  /// - Throws: `Diagnostic` at the cell when it holds none.
  public func number(_ index: Int) throws -> Double {
    let outcome = buffer.withUnsafeBufferPointer {
      NumberText.parse(UnsafeBufferPointer(rebasing: $0[cells[index].bytes]))
    }
    if case .number(let number) = outcome { return number }
    throw NumberFault.diagnostic(outcome, text: try text(index), at: location(index))
  }

  /// Where a cell stands in the file.
  public func location(_ index: Int) -> SourceLocation {
    var line = line
    var lineStart = record.lowerBound
    let start = cells.indices.contains(index) ? cells[index].start : record.upperBound
    for at in record.lowerBound..<start where buffer[at] == UInt8(ascii: "\n") {
      line += 1
      lineStart = at + 1
    }
    return SourceLocation(
      file: path, line: line, column: Self.characters(buffer[lineStart..<start]) + 1)
  }

  private static func characters(_ bytes: ArraySlice<UInt8>) -> Int {
    String(decoding: bytes, as: UTF8.self).count
  }

  private func unescaped(_ cell: Cell) -> [UInt8] {
    var result: [UInt8] = []
    var at = cell.bytes.lowerBound
    while at < cell.bytes.upperBound {
      result.append(buffer[at])
      at += buffer[at] == UInt8(ascii: "\"") ? 2 : 1
    }
    return result
  }

  // MARK: - Scanning

  private enum Scan {
    case record(next: Int, lines: Int)
    case needsMore
    /// A quote at `start` that nothing closes.
    case unclosed(start: Int)
    /// What follows a closing quote.
    case trailing(at: Int)
  }

  private mutating func scan() throws -> Bool {
    while true {
      let start = record.upperBound
      if start == buffer.count, isAtEnd { return false }
      switch split(from: start) {
      case .record(let next, let lines):
        record = start..<next
        nextLine = line + lines
        return true
      case .needsMore:
        if buffer.count - start > Self.longestRecord {
          throw Diagnostic(
            SourceLocation(file: path, line: line),
            "a record of more than \(Self.longestRecord >> 20) MiB",
            mend: "look for a quote that nothing closes")
        }
        try fill()
      case .unclosed(let quote):
        record = start..<quote
        throw Diagnostic(
          location(cells.count), "a quote that nothing closes",
          mend: "close it, or double it to mean the character itself")
      case .trailing(let at):
        record = start..<at
        throw Diagnostic(
          location(cells.count), "text after a closing quote",
          mend: "put the whole cell in quotes, and double the quotes inside it")
      }
    }
  }

  /// Finds the cells of the record at `start`; none where that is a comment.
  private mutating func split(from start: Int) -> Scan {
    cells.removeAll(keepingCapacity: true)
    let quote = UInt8(ascii: "\"")
    let newline = UInt8(ascii: "\n")
    let carriageReturn = UInt8(ascii: "\r")
    return buffer.withUnsafeBufferPointer { bytes in
      let end = bytes.count
      var at = start
      var lines = 1
      if let comment, at < end, bytes[at] == comment {
        while at < end, bytes[at] != newline { at += 1 }
        if at >= end, !isAtEnd { return .needsMore }
        return .record(next: min(at + 1, end), lines: 1)
      }
      while true {
        if trimsBlanks {
          while at < end, isBlank(bytes[at]) { at += 1 }
          if at >= end, !isAtEnd { return .needsMore }
        }
        let cellStart = at
        var cell: Cell
        if at < end, bytes[at] == quote {
          at += 1
          var hasQuotes = false
          while true {
            while at < end, bytes[at] != quote {
              if bytes[at] == newline { lines += 1 }
              at += 1
            }
            // The byte after a quote says whether it closes; at the end of a block it is unknown.
            if at + 1 >= end, !isAtEnd { return .needsMore }
            if at >= end { return .unclosed(start: cellStart) }
            if at + 1 < end, bytes[at + 1] == quote {
              hasQuotes = true
              at += 2
            } else {
              break
            }
          }
          cell = Cell(
            bytes: (cellStart + 1)..<at, start: cellStart, isQuoted: true, hasQuotes: hasQuotes)
          at += 1
          if trimsBlanks {
            while at < end, isBlank(bytes[at]) { at += 1 }
          }
          if at < end, bytes[at] == carriageReturn, at + 1 >= end, !isAtEnd { return .needsMore }
          let isLineEnd =
            at >= end || bytes[at] == newline
            || (bytes[at] == carriageReturn && (at + 1 >= end || bytes[at + 1] == newline))
          if !isLineEnd, bytes[at] != delimiter { return .trailing(at: at) }
          if at < end, bytes[at] == carriageReturn { at += 1 }
        } else {
          while at < end, bytes[at] != delimiter, bytes[at] != newline { at += 1 }
          var stop = at
          let isLineEnd = at >= end || bytes[at] == newline
          if isLineEnd, stop > cellStart, bytes[stop - 1] == carriageReturn { stop -= 1 }
          if trimsBlanks {
            while stop > cellStart, isBlank(bytes[stop - 1]) { stop -= 1 }
          }
          cell = Cell(bytes: cellStart..<stop, start: cellStart, isQuoted: false, hasQuotes: false)
        }
        if at >= end {
          if !isAtEnd { return .needsMore }
          cells.append(cell)
          return .record(next: end, lines: lines)
        }
        cells.append(cell)
        let isNewline = bytes[at] == newline
        at += 1
        if isNewline { return .record(next: at, lines: lines) }
      }
    }
  }

  /// Whether blanks may be trimmed of it: a space, or a tab that divides no cells.
  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (byte == UInt8(ascii: "\t") && delimiter != byte)
  }

  /// Drops what has been read and adds a block; twice as large each time that one record needs more.
  private mutating func fill() throws {
    let start = record.upperBound
    let isWaiting = buffer.count - start >= blockSize
    if isWaiting { blockSize *= 2 }
    buffer.removeSubrange(0..<start)
    record = 0..<0
    let block = try TextFile.read(file, upTo: blockSize, path: path)
    if block.isEmpty { isAtEnd = true }
    buffer.append(contentsOf: block)
  }
}

/// What is wrong with a cell that should hold a number.
enum NumberFault {
  static func diagnostic(
    _ outcome: NumberText.Outcome, text: String, at location: SourceLocation
  ) -> Diagnostic {
    let shown = text.count > 40 ? text.prefix(40) + "…" : text[...]
    switch outcome {
    case .empty:
      return Diagnostic(
        location, "the cell is empty, a number is wanted",
        mend: "fill it in; a sample misses a modality when all of its cells are empty")
    case .notFinite:
      return Diagnostic(
        location, "'\(shown)' is not a finite number",
        mend: "repair or remove the row; empty cells say that a sample misses a modality")
    case .notANumber, .number:
      let isComma = NumberText.parse(text.replacing(",", with: ".")) != .notANumber
      return Diagnostic(
        location, "'\(shown)' is not a number",
        mend: isComma ? "write decimals with a point" : "numbers look like 12, -0.5 or 1.5e-3")
    }
  }

  /// Of the value that a sample is labelled with.
  static func noValue(_ text: String, at location: SourceLocation) -> Diagnostic {
    Diagnostic(
      location, "'\(text)' is not a finite number",
      mend: "leave the cell empty where nobody knows the value")
  }

  static func tooLarge(_ text: String, at location: SourceLocation) -> Diagnostic {
    Diagnostic(
      location, "'\(text)' is too large for a 32-bit float", mend: "take a larger unit")
  }
}
