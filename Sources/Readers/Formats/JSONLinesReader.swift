public import Configuration
public import Diagnostics
import Foundation

/// Reads JSON lines: one object a line, in memory bounded by the longest line.
///
/// Blank lines and a byte order mark are passed over, CRLF is taken as a line end, UTF-8 is demanded.
/// Nested values are kept as they are. Source: jsonlines.org.
public struct JSONLinesReader {
  public let path: String
  /// The line of the current row, from 1.
  public private(set) var line = 0

  private let file: FileHandle
  private let longestLine: Int
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  private static let blockSize = 1 << 18

  /// - Parameter longestLine: bytes; a longer line is refused.
  /// - Throws: `Diagnostic` when the file cannot be read, or is no text.
  public init(reading path: String, longestLine: Int = 16 << 20) throws {
    self.path = path
    self.longestLine = longestLine
    file = try TextFile.open(path)
    try fill()
    try TextFile.refuseBinary(buffer, path: path)
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
  }

  /// The members of the next line's object; `nil` at the end of the file.
  ///
  /// - Throws: `Diagnostic` at line and column where a line is no JSON object. The next call goes on
  ///   with the line after it, unless the line was too long.
  public mutating func next() throws -> [String: Value]? {
    while let bytes = try nextLine() {
      if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      guard String(validating: bytes, as: UTF8.self) != nil else {
        throw Diagnostic(location, "the text is not UTF-8", mend: "save the file as UTF-8")
      }
      let value: Value
      do {
        value = try Value(json: bytes)
      } catch {
        let column = String(decoding: bytes.prefix(error.offset), as: UTF8.self).count + 1
        throw Diagnostic(
          SourceLocation(file: path, line: line, column: column), "no JSON: \(error.message)",
          mend: "every line is one object, as {\"id\": \"a1\", \"label\": \"happy\"}")
      }
      guard case .object(let members) = value else {
        throw Diagnostic(
          location, "a line must be an object of names and values",
          mend: "every line is one object, as {\"id\": \"a1\", \"label\": \"happy\"}")
      }
      return members
    }
    return nil
  }

  /// Where the current row stands.
  public var location: SourceLocation { SourceLocation(file: path, line: line) }

  private mutating func nextLine() throws -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        defer { start = end + 1 }
        line += 1
        return try checked(start..<end)
      }
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        line += 1
        return try checked(start..<buffer.count)
      }
      searched = buffer.count - start
      if searched > longestLine { line += 1 }
      _ = try checked(start..<(start + searched))
      try fill()
    }
  }

  private func checked(_ range: Range<Int>) throws -> [UInt8] {
    guard range.count <= longestLine else {
      throw Diagnostic(
        location, "a line of more than \(longestLine) bytes",
        mend: "write one object a line, and keep large values in files of their own")
    }
    return Array(buffer[range])
  }

  /// Drops what has been read and adds a block.
  private mutating func fill() throws {
    buffer.removeSubrange(0..<start)
    start = 0
    let block = try TextFile.read(file, upTo: Self.blockSize, path: path)
    if block.isEmpty { isAtEnd = true }
    buffer.append(contentsOf: block)
  }
}
