public import Arrays
internal import CFFmpeg
import Diagnostics

/// Reads single pictures: png, jpg, tiff, bmp, pgm/ppm/pbm, webp; which one it is tells the content,
/// never the name.
///
/// - Whole numbers of 8 bits come as they are stored. 16-bit grey stays 16-bit grey (`uint16`);
///   numbers of 16 bits in colours are rounded to 8. Transparency is left out, what lies under it
///   comes as stored. Palettes come as their colours. The largest value of a pgm, where it is neither
///   255 nor 65535, is stretched to that.
/// - Orientation that a jpg's Exif block tells is applied. That of other formats is not looked at.
/// - Grey of colours: of red, green and blue as `PixelCopies.grey` has it, exactly as Pillow's
///   `convert("L")`; of jpg the brightness as it is stored.
/// - Colours of jpg: by libswscale with accurate rounding, full range, as
///   `ffmpeg -vf scale=flags=bilinear+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact -pix_fmt rgb24`.
/// - Sizes change by libswscale with the named filter and those flags (grey of rgb before, turning
///   after that); 16-bit grey by `nearest` alone: of the pixel ⌊(i + ½)·from / to⌋, so that no
///   invalid 0 is mixed into its neighbours.
///
/// A file that is cut short, or in which the decoder finds anything wrong, is refused.
public enum PictureFile {
  /// - Returns: `[height, width, channel]`, `uint8`, or `uint16` for 16-bit grey.
  /// - Throws: a `Diagnostic` where it cannot be read, is no picture, is damaged, or has more than
  ///   134 million pixels.
  public static func read(
    _ path: String, _ options: PictureOptions = PictureOptions()
  ) throws -> NumberArray {
    try options.check(path)
    let input = try FileInput(path)
    let head = try input.bytes(at: 0, count: 16)
    guard let kind = Kind(head) else {
      throw Diagnostic(
        path, "is no picture: its bytes look like none",
        mend: "give a png, jpg, tiff, bmp, pgm, ppm or webp, or leave it out")
    }
    guard input.size <= 1 << 30 else {
      throw Diagnostic(
        path, "holds \(input.size) bytes, more than a picture has", mend: "convert the file")
    }
    if kind == .png { try checkSize(input) }
    do {
      let frame = try decode(input, kind)
      let converter = PictureConverter(options)
      let turn = try turn(of: frame, path)
      let form = try converter.form(of: frame, turn)
      var bytes: [UInt8] = []
      bytes.reserveCapacity(form.bytes)
      try converter.convert(frame, form, turn, into: &bytes)
      return NumberArray(form.type, bytes, shape: [form.height, form.width, form.channels])
    } catch let error as LibraryError {
      throw damage(path, error.reason)
    } catch let refusal as PictureConverter.Refusal {
      throw Diagnostic(path, refusal.message, mend: refusal.mend)
    }
  }

  /// What a file's first bytes say.
  private enum Kind {
    case png, jpeg, tiff, bmp, pbm, pgm, ppm, pam, webp

    init?(_ head: [UInt8]) {
      func begins(_ text: String, at place: Int = 0) -> Bool {
        head.dropFirst(place).starts(with: text.utf8)
      }
      if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
        self = .png
      } else if head.starts(with: [0xFF, 0xD8, 0xFF]) {
        self = .jpeg
      } else if begins("II*\0") || begins("MM\0*") {
        self = .tiff
      } else if begins("RIFF"), begins("WEBP", at: 8) {
        self = .webp
      } else if begins("BM"), head.count >= 14 {
        self = .bmp
      } else if head.count >= 3, head[0] == 0x50, [9, 10, 13, 32, 35].contains(head[2]) {
        switch head[1] {
        case 0x31, 0x34: self = .pbm
        case 0x32, 0x35: self = .pgm
        case 0x33, 0x36: self = .ppm
        case 0x37: self = .pam
        default: return nil
        }
      } else {
        return nil
      }
    }

    var codec: AVCodecID {
      switch self {
      case .png: AV_CODEC_ID_PNG
      case .jpeg: AV_CODEC_ID_MJPEG
      case .tiff: AV_CODEC_ID_TIFF
      case .bmp: AV_CODEC_ID_BMP
      case .pbm: AV_CODEC_ID_PBM
      case .pgm: AV_CODEC_ID_PGM
      case .ppm: AV_CODEC_ID_PPM
      case .pam: AV_CODEC_ID_PAM
      case .webp: AV_CODEC_ID_WEBP
      }
    }

    /// Whether the decoder itself is to refuse what it finds wrong: that of tiff would refuse every
    /// tag that it does not know.
    var isExplosive: Bool { self != .tiff }

    /// Whether what the decoder logged means damage.
    func isDamage(error: String?, warning: String?) -> String? {
      if self == .jpeg {
        // Cameras write comments and previews that no one understands.
        if let error, !error.contains("APP fields"), !error.contains("exif") { return error }
        if let warning, warning.contains("EOI missing") { return "it ends too early" }
        return nil
      }
      return error
    }
  }

  /// Whether a png can hold the pixels that its header promises: deflate packs 1032 bytes into one
  /// at most.
  private static func checkSize(_ input: FileInput) throws {
    let header = try input.bytes(at: 16, count: 10)
    guard header.count == 10 else { return }
    func number(_ place: Int) -> Int { header[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) } }
    let (width, height, bits) = (number(0), number(4), Int(header[8]))
    let channels = [2: 3, 4: 2, 6: 4][header[9]] ?? 1
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard overflow || Double(pixels) * Double(bits * channels) / 8 > 1032 * Double(input.size)
    else { return }
    throw damage(
      input.path,
      "its header promises \(height) × \(width) pixels, more than \(input.size) bytes can hold")
  }

  private static func decode(_ input: FileInput, _ kind: Kind) throws -> Frame {
    let packet = try Packet(bytes: Int(input.size))
    try packet.pointer.pointee.data.map { try fill($0, input) }
    let decoder = try Decoder(picture: kind.codec, isExplosive: kind.isExplosive)
    let frame = try Frame()
    LibraryLog.clear()
    try decoder.send(packet)
    var isThere = try decoder.receive(frame)
    if !isThere {
      try decoder.send(nil)
      isThere = try decoder.receive(frame)
    }
    let (error, warning) = (LibraryLog.error(), LibraryLog.warning())
    guard isThere else { throw damage(input.path, error ?? "it holds no picture") }
    if let reason = kind.isDamage(error: error, warning: warning) ?? frame.damage {
      throw damage(input.path, reason)
    }
    return frame
  }

  private static func fill(_ target: UnsafeMutablePointer<UInt8>, _ input: FileInput) throws {
    let size = Int(input.size)
    var filled = 0
    while filled < size {
      let bytes = try input.bytes(at: Int64(filled), count: min(1 << 20, size - filled))
      guard !bytes.isEmpty else { throw Diagnostic(input.path, "shrinks while it is read") }
      bytes.withUnsafeBufferPointer { source in
        guard let start = source.baseAddress else { return }
        (target + filled).update(from: start, count: source.count)
      }
      filled += bytes.count
    }
  }

  private static func turn(of frame: Frame, _ path: String) throws -> DisplayTurn {
    var matrix = [Int32](repeating: 0, count: 9)
    guard cff_frame_display_matrix(frame.pointer, &matrix) != 0 else { return .none }
    guard let turn = DisplayTurn(matrix: matrix) else {
      throw Diagnostic(
        path, "its orientation is no quarter of a turn", mend: "turn its pixels themselves")
    }
    return turn
  }

  private static func damage(_ path: String, _ reason: String) -> Diagnostic {
    Diagnostic(path, "is damaged: \(reason)", mend: "get the file again, or leave it out")
  }
}
