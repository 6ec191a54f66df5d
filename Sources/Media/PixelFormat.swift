internal import CFFmpeg

/// What a pixel format of FFmpeg means for copying its numbers exactly.
struct PixelFormat {
  let format: AVPixelFormat
  private let descriptor: AVPixFmtDescriptor

  /// - Returns: `nil` for formats that lie outside memory or are unknown.
  init?(_ format: AVPixelFormat) {
    guard let descriptor = av_pix_fmt_desc_get(format)?.pointee,
      descriptor.flags & UInt64(AV_PIX_FMT_FLAG_HWACCEL) == 0
    else { return nil }
    self.format = format
    self.descriptor = descriptor
  }

  var name: String { String(cString: descriptor.name) }

  private func has(_ flag: Int32) -> Bool { descriptor.flags & UInt64(flag) != 0 }

  private var components: [AVComponentDescriptor] {
    let all = descriptor.comp
    return Array([all.0, all.1, all.2, all.3].prefix(Int(descriptor.nb_components)))
  }

  /// Whether it holds red, green and blue, or numbers of such colours in a palette.
  var isRGB: Bool { has(AV_PIX_FMT_FLAG_RGB) || isPalette }
  var isPalette: Bool { has(AV_PIX_FMT_FLAG_PAL) }
  var isReal: Bool { has(AV_PIX_FMT_FLAG_FLOAT) }
  var isBigEndian: Bool { has(AV_PIX_FMT_FLAG_BE) }

  /// Whether it holds light alone, with or without transparency.
  var isGrey: Bool {
    !isRGB && descriptor.nb_components - (has(AV_PIX_FMT_FLAG_ALPHA) ? 1 : 0) == 1
  }

  /// Whether it holds one bit a pixel.
  var isBilevel: Bool { format == AV_PIX_FMT_MONOBLACK || format == AV_PIX_FMT_MONOWHITE }

  /// Bits of each number where they stand in bytes of their own, 8 or 16; `nil` in all other
  /// formats.
  var wholeBits: Int? {
    guard isRGB || isGrey, !isReal, !isPalette,
      !has(AV_PIX_FMT_FLAG_BITSTREAM), !has(AV_PIX_FMT_FLAG_BAYER)
    else { return nil }
    let depths = Set(components.map { Int($0.depth) })
    guard depths.count == 1, let depth = depths.first, depth == 8 || depth == 16,
      components.allSatisfy({ $0.shift == 0 })
    else { return nil }
    return depth
  }

  /// Where the light, or red, green and blue, of a pixel stand.
  var places: [(plane: Int, step: Int, offset: Int)] {
    components.prefix(isGrey ? 1 : 3).map { (Int($0.plane), Int($0.step), Int($0.offset)) }
  }
}
