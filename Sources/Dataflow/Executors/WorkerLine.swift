import Foundation

/// Jobs and events as lines of JSON, the same on both sides. Figures may be infinite or no numbers,
/// as a loss that diverged is, which plain JSON cannot say.
enum WorkerLine {
  static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
  }

  static func decode<T: Decodable>(_ type: T.Type, from line: some Sequence<UInt8>) throws -> T {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(type, from: Data(line))
  }
}

/// Cuts a stream of bytes into lines.
struct LineBuffer {
  private var rest: [UInt8] = []

  /// Bytes of the line that has not ended yet.
  var pending: Int { rest.count }

  /// The lines that end within `bytes`, without their ends.
  mutating func append(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        lines.append(rest)
        rest = []
      } else {
        rest.append(byte)
      }
    }
    return lines
  }
}
