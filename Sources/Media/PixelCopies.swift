internal import CFFmpeg

/// Pixels copied without any change of colour: what libswscale would pass through its own colours.
enum PixelCopies {
  /// A picture that holds grey, or red, green and blue, as 8-bit grey or rgb; transparency is left
  /// out.
  ///
  /// Numbers of 16 bits become (255·x + 32895) >> 16, which is x / 257 rounded. One-bit pictures
  /// become 0 and 255.
  ///
  /// - Returns: `nil` where the format cannot be copied so.
  static func packed(_ frame: Frame) throws -> Frame? {
    guard let format = PixelFormat(frame.pixelFormat) else { return nil }
    let (width, height) = (frame.width, frame.height)
    let isGrey = format.isGrey
    guard format.isPalette || format.isBilevel || format.wholeBits != nil else { return nil }
    let result = try Frame(
      isGrey ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24, width: width, height: height)
    guard let target = cff_plane(result.pointer, 0) else { return nil }
    let targetStep = Int(cff_line_size(result.pointer, 0))

    if format.isPalette {
      guard let source = cff_plane(frame.pointer, 0), let palette = cff_plane(frame.pointer, 1)
      else { return nil }
      let colours = UnsafeRawBufferPointer(start: palette, count: 1024)
      let step = Int(cff_line_size(frame.pointer, 0))
      for y in 0..<height {
        let (from, to) = (source + y * step, target + y * targetStep)
        for x in 0..<width {
          // One 32-bit number each: alpha, red, green, blue from the top.
          let colour = colours.load(fromByteOffset: 4 * Int(from[x]), as: UInt32.self)
          to[3 * x] = UInt8(truncatingIfNeeded: colour >> 16)
          to[3 * x + 1] = UInt8(truncatingIfNeeded: colour >> 8)
          to[3 * x + 2] = UInt8(truncatingIfNeeded: colour)
        }
      }
      return result
    }
    if format.isBilevel {
      guard let source = cff_plane(frame.pointer, 0) else { return nil }
      let step = Int(cff_line_size(frame.pointer, 0))
      let flip: UInt8 = format.format == AV_PIX_FMT_MONOWHITE ? 255 : 0
      for y in 0..<height {
        let (from, to) = (source + y * step, target + y * targetStep)
        for x in 0..<width {
          let bit = (from[x >> 3] ^ flip) >> (7 - UInt8(x & 7)) & 1
          to[x] = bit == 0 ? 0 : 255
        }
      }
      return result
    }

    let places = format.places
    for (channel, place) in places.enumerated() {
      guard let source = cff_plane(frame.pointer, Int32(place.plane)) else { return nil }
      let step = Int(cff_line_size(frame.pointer, Int32(place.plane)))
      let isDeep = format.wholeBits == 16
      // In 16-bit formats the offset is that of the number; its two bytes are in the format's order.
      let high = format.isBigEndian ? 0 : 1
      for y in 0..<height {
        var from = source + y * step + place.offset
        var to = target + y * targetStep + channel
        for _ in 0..<width {
          if isDeep {
            let value = UInt32(from[high]) << 8 | UInt32(from[1 - high])
            to[0] = UInt8(truncatingIfNeeded: (value * 255 + 32895) >> 16)
          } else {
            to[0] = from[0]
          }
          from += place.step
          to += places.count
        }
      }
    }
    return result
  }

  /// 16-bit grey as it is, in this machine's order, without transparency.
  static func deepGrey(_ frame: Frame, _ format: PixelFormat, size: PictureSize) -> [UInt16]? {
    guard let place = format.places.first, let source = cff_plane(frame.pointer, 0) else {
      return nil
    }
    let step = Int(cff_line_size(frame.pointer, 0))
    let high = format.isBigEndian ? 0 : 1
    let columns = nearest(frame.width, size.width)
    let rows = nearest(frame.height, size.height)
    return [UInt16](unsafeUninitializedCapacity: size.width * size.height) { buffer, count in
      for y in rows {
        let line = source + y * step + place.offset
        for x in columns {
          let from = line + x * place.step
          buffer[count] = UInt16(from[high]) << 8 | UInt16(from[1 - high])
          count += 1
        }
      }
    }
  }

  /// For each pixel that comes out the one in whose middle it lies: ⌊(i + ½)·from / to⌋.
  private static func nearest(_ from: Int, _ to: Int) -> [Int] {
    (0..<to).map { min(from - 1, (2 * $0 + 1) * from / (2 * to)) }
  }

  /// Light of red, green and blue: (19595·R + 38470·G + 7471·B + 32768) >> 16, which is
  /// 0.299·R + 0.587·G + 0.114·B rounded (ITU-R BT.601), as Pillow has it.
  static func grey(_ frame: Frame) throws -> Frame {
    let result = try Frame(AV_PIX_FMT_GRAY8, width: frame.width, height: frame.height)
    guard let source = cff_plane(frame.pointer, 0), let target = cff_plane(result.pointer, 0)
    else { return result }
    let step = Int(cff_line_size(frame.pointer, 0))
    let targetStep = Int(cff_line_size(result.pointer, 0))
    for y in 0..<frame.height {
      let (from, to) = (source + y * step, target + y * targetStep)
      for x in 0..<frame.width {
        let red = 19595 * UInt32(from[3 * x])
        let green = 38470 * UInt32(from[3 * x + 1])
        let blue = 7471 * UInt32(from[3 * x + 2])
        to[x] = UInt8(truncatingIfNeeded: (red + green + blue + 32768) >> 16)
      }
    }
    return result
  }

  /// The same light three times.
  static func tripled(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 3 * bytes.count) { buffer, count in
      for byte in bytes {
        buffer[count] = byte
        buffer[count + 1] = byte
        buffer[count + 2] = byte
        count += 3
      }
    }
  }
}
