import Diagnostics

/// What a header promises against what the file holds, before the libraries take its word.
///
/// - wav: a data chunk that goes beyond the end of the file. A size of 0 or 0xFFFFFFFF means that
///   whoever wrote it did not know: all that follows is sound.
/// - mp4: a top-level box of media that goes beyond the end; tables of more samples than the file
///   has bytes.
/// - Matroska: a segment of known size that goes beyond the end.
///
/// Formats: "Multimedia Programming Interface and Data Specifications 1.0" (RIFF), EBU Tech 3306
/// (RF64), ISO/IEC 14496-12 (boxes), RFC 8794 (EBML).
enum ContainerCheck {
  static func check(_ input: FileInput, format: String) throws(Diagnostic) {
    switch format {
    case "wav": try checkWave(input)
    case let name where name.hasPrefix("mov,"): try checkBoxes(input)
    case let name where name.hasPrefix("matroska"): try checkSegment(input)
    default: break
    }
  }

  private static func cutShort(_ input: FileInput, _ what: String, _ end: UInt64) -> Diagnostic {
    Diagnostic(
      input.path, "is cut short: \(what) goes on to byte \(end), the file ends at \(input.size)",
      mend: "get the file again, or leave it out")
  }

  /// Headers that are looked at before the file counts as a tangle: the libraries then have their
  /// own say.
  private static let mostHeaders = 1 << 20

  // MARK: wav

  private static func checkWave(_ input: FileInput) throws(Diagnostic) {
    let size = UInt64(input.size)
    var offset: UInt64 = 12
    var longSize: UInt64?
    let isBigEndian = try input.bytes(at: 0, count: 4).starts(with: Array("RIFX".utf8))
    for _ in 0..<mostHeaders where offset + 8 <= size {
      let header = try input.bytes(at: Int64(offset), count: 8)
      guard header.count == 8 else { return }
      let chunk =
        isBigEndian ? number(header[4..<8], bigEndian: true) : number(header[4..<8])
      let begin = offset + 8
      if header.starts(with: Array("ds64".utf8)) {
        let long = try input.bytes(at: Int64(begin), count: 16)
        if long.count == 16 { longSize = number(long[8..<16]) }
      }
      if header.starts(with: Array("data".utf8)) {
        var length = chunk
        if chunk == 0xFFFF_FFFF { length = longSize ?? 0 }
        let (end, overflow) = begin.addingReportingOverflow(length)
        if overflow || end > size {
          throw cutShort(input, "its sound", overflow ? .max : end)
        }
        return
      }
      offset = begin + chunk + (chunk & 1)
    }
  }

  // MARK: mp4

  private static func checkBoxes(_ input: FileInput) throws(Diagnostic) {
    var left = mostHeaders
    try checkBoxes(input, 0..<UInt64(input.size), depth: 0, &left)
  }

  private static let nesting: Set<String> = [
    "moov", "trak", "mdia", "minf", "stbl", "moof", "traf",
  ]

  private static func checkBoxes(
    _ input: FileInput, _ range: Range<UInt64>, depth: Int, _ left: inout Int
  ) throws(Diagnostic) {
    var offset = range.lowerBound
    while range.upperBound - offset >= 8, left > 0 {
      left -= 1
      let header = try input.bytes(at: Int64(offset), count: 16)
      guard header.count >= 8 else { return }
      var length = number(header[0..<4], bigEndian: true)
      let name = String(decoding: header[4..<8], as: UTF8.self)
      var start: UInt64 = 8
      if length == 1 {
        guard header.count == 16 else { return }
        length = number(header[8..<16], bigEndian: true)
        start = 16
      } else if length == 0 {
        // To the end of the file.
        length = range.upperBound - offset
      }
      guard length >= start else { return }
      let (end, overflow) = offset.addingReportingOverflow(length)
      if overflow || end > range.upperBound {
        guard depth == 0, ["mdat", "moov", "moof"].contains(name) else { return }
        throw cutShort(input, "its box '\(name)'", overflow ? .max : end)
      }
      let body = (offset + start)..<end
      switch name {
      case "stsz", "stz2": try checkCount(input, body, at: 8)
      case "trun": try checkCount(input, body, at: 4)
      case let name where nesting.contains(name) && depth < 8:
        try checkBoxes(input, body, depth: depth + 1, &left)
      default: break
      }
      offset = end
    }
  }

  /// - Parameter place: of the number of samples, in the body of its box.
  private static func checkCount(
    _ input: FileInput, _ body: Range<UInt64>, at place: UInt64
  ) throws(Diagnostic) {
    guard body.upperBound - body.lowerBound >= place + 4 else { return }
    let bytes = try input.bytes(at: Int64(body.lowerBound + place), count: 4)
    guard bytes.count == 4 else { return }
    let count = number(bytes[...], bigEndian: true)
    guard count > UInt64(input.size) else { return }
    throw Diagnostic(
      input.path,
      "is damaged near byte \(body.lowerBound): its header promises \(count) frames, more than "
        + "a file of \(input.size) bytes can hold",
      mend: "get the file again, or leave it out")
  }

  // MARK: Matroska

  private static func checkSegment(_ input: FileInput) throws(Diagnostic) {
    var offset: UInt64 = 0
    for _ in 0..<16 where offset < UInt64(input.size) {
      let bytes = try input.bytes(at: Int64(offset), count: 12)
      guard let (name, nameLength) = variable(bytes[...], keepsMarker: true),
        let (length, lengthLength) = variable(bytes[nameLength...], keepsMarker: false)
      else { return }
      let begin = offset + UInt64(nameLength + lengthLength)
      // All ones: whoever wrote it did not know.
      let isUnknown = length == (1 << (7 * UInt64(lengthLength))) - 1
      guard !isUnknown else { return }
      let (end, overflow) = begin.addingReportingOverflow(length)
      if name == 0x1853_8067 {
        if overflow || end > UInt64(input.size) {
          throw cutShort(input, "its segment", overflow ? .max : end)
        }
        return
      }
      guard !overflow else { return }
      offset = end
    }
  }

  /// An EBML number of 1 to 8 bytes, and how many they are.
  private static func variable(
    _ bytes: ArraySlice<UInt8>, keepsMarker: Bool
  ) -> (value: UInt64, length: Int)? {
    guard let first = bytes.first, first != 0 else { return nil }
    let length = first.leadingZeroBitCount + 1
    guard bytes.count >= length else { return nil }
    let value = number(bytes.prefix(length), bigEndian: true)
    return (keepsMarker ? value : value & ((1 << (7 * UInt64(length))) - 1), length)
  }

  /// Up to 8 bytes as a number.
  private static func number(_ bytes: ArraySlice<UInt8>, bigEndian: Bool = false) -> UInt64 {
    let ordered = bigEndian ? Array(bytes) : bytes.reversed()
    return ordered.reduce(0) { $0 << 8 | UInt64($1) }
  }
}
