import Foundation

/// Files that tests make themselves, byte by byte.
enum MadeFiles {
  // MARK: Numbers

  static func little(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { [UInt8]($0) }
  }

  static func big(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { [UInt8]($0) }
  }

  // MARK: wav

  /// A RIFF file.
  ///
  /// - Parameters:
  ///   - data: the samples' bytes.
  ///   - tag: 1 whole numbers, 3 reals.
  ///   - isExtensible: whether the tag stands in a GUID.
  ///   - declared: bytes that the data chunk claims to hold.
  ///   - extras: chunks before and after the samples.
  static func wav(
    _ data: [UInt8], bits: Int, tag: UInt16 = 1, channels: Int = 1, rate: Int = 8000,
    isExtensible: Bool = false, declared: UInt32? = nil, extras: Bool = false
  ) -> [UInt8] {
    let align = channels * bits / 8
    var format = little(isExtensible ? 0xFFFE as UInt16 : tag)
    format += little(UInt16(channels)) + little(UInt32(rate)) + little(UInt32(rate * align))
    format += little(UInt16(align)) + little(UInt16(bits))
    if isExtensible {
      format += little(22 as UInt16) + little(UInt16(bits)) + little(UInt32(channels == 1 ? 4 : 3))
      format += little(tag)
      format += [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
    }
    func chunk(_ name: String, _ bytes: [UInt8], _ size: UInt32? = nil) -> [UInt8] {
      Array(name.utf8) + little(size ?? UInt32(bytes.count)) + bytes
        + (bytes.count % 2 == 1 ? [0] : [])
    }
    var body = Array("WAVE".utf8)
    if extras { body += chunk("JUNK", [UInt8](repeating: 7, count: 27)) }
    body += chunk("fmt ", format)
    if extras {
      body += chunk("LIST", Array("INFOISFT".utf8) + little(4 as UInt32) + [65, 66, 67, 0])
    }
    body += chunk("data", data, declared)
    if extras { body += chunk("cue ", [UInt8](repeating: 0, count: 28)) }
    return Array("RIFF".utf8) + little(UInt32(body.count)) + body
  }

  // MARK: png

  /// A PNG whose pixels are stored, not packed.
  ///
  /// - Parameters:
  ///   - lines: bytes of each line, without the filter's.
  ///   - colour: 0 grey, 2 rgb, 3 palette, 4 grey with alpha, 6 rgb with alpha.
  static func png(
    _ lines: [[UInt8]], width: Int, bits: UInt8, colour: UInt8, height: Int? = nil
  ) -> [UInt8] {
    var pixels: [UInt8] = []
    for line in lines { pixels += [0] + line }
    var packed: [UInt8] = [0x78, 0x01]
    var rest = pixels[...]
    repeat {
      let piece = rest.prefix(65535)
      rest = rest.dropFirst(piece.count)
      packed += [rest.isEmpty ? 1 : 0] + little(UInt16(piece.count)) + little(~UInt16(piece.count))
      packed += piece
    } while !rest.isEmpty
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in pixels {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    packed += big(b << 16 | a)
    func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
      let named = Array(name.utf8) + bytes
      return big(UInt32(bytes.count)) + named + big(crc(named))
    }
    let header = big(UInt32(width)) + big(UInt32(height ?? lines.count)) + [bits, colour, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
      + chunk("IDAT", packed) + chunk("IEND", [])
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    var value: UInt32 = .max
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    return ~value
  }

  // MARK: tiff, bmp

  /// A little-endian TIFF of one strip of 8-bit rgb, with a tag that no one knows.
  static func tiff(_ pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
    let bitsPlace = UInt32(8 + pixels.count)
    let directory = bitsPlace + 6
    func entry(_ tag: UInt16, _ type: UInt16, _ count: UInt32, _ value: UInt32) -> [UInt8] {
      little(tag) + little(type) + little(count) + little(value)
    }
    let entries = [
      entry(256, 3, 1, UInt32(width)), entry(257, 3, 1, UInt32(height)),
      entry(258, 3, 3, bitsPlace),
      entry(259, 3, 1, 1), entry(262, 3, 1, 2), entry(273, 4, 1, 8), entry(277, 3, 1, 3),
      entry(278, 3, 1, UInt32(height)), entry(279, 4, 1, UInt32(pixels.count)),
      entry(50000, 4, 1, 7),
    ]
    return Array("II".utf8) + little(42 as UInt16) + little(directory) + pixels
      + [8, 0, 8, 0, 8, 0] + little(UInt16(entries.count)) + entries.flatMap { $0 }
      + little(0 as UInt32)
  }

  /// A 24-bit BMP; its lines go from below, in blue, green, red, padded to 4 bytes.
  static func bmp(_ pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
    let step = (width * 3 + 3) / 4 * 4
    var lines: [UInt8] = []
    for y in (0..<height).reversed() {
      for x in 0..<width {
        let place = (y * width + x) * 3
        lines += [pixels[place + 2], pixels[place + 1], pixels[place]]
      }
      lines += [UInt8](repeating: 0, count: step - width * 3)
    }
    var header = Array("BM".utf8) + little(UInt32(54 + lines.count)) + little(0 as UInt32)
    header += little(54 as UInt32) + little(40 as UInt32) + little(UInt32(width))
    header += little(UInt32(height)) + little(1 as UInt16) + little(24 as UInt16)
    header += little(0 as UInt32) + little(UInt32(lines.count))
    header += [UInt8](repeating: 0, count: 16)
    return header + lines
  }
}

/// Seeded random numbers (SplitMix64), the same in every run.
struct Randomness: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}
