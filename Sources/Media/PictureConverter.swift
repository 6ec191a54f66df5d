import Arrays
internal import CFFmpeg

/// Decoded pictures as packed grey or rgb of the wanted size.
final class PictureConverter {
  /// What a picture becomes.
  struct Form: Hashable {
    var type: ElementType
    var height: Int
    var width: Int
    var channels: Int

    var bytes: Int { height * width * channels * type.size }
  }

  /// A picture that cannot be converted as asked.
  struct Refusal: Error {
    var message: String
    var mend: String
  }

  private let options: PictureOptions
  private var scaler: Scaler?
  private var scaled: Frame?

  init(_ options: PictureOptions) { self.options = options }

  /// What `frame` becomes.
  func form(of frame: Frame, _ turn: DisplayTurn) throws(Refusal) -> Form {
    guard let format = PixelFormat(frame.pixelFormat), frame.width > 0, frame.height > 0,
      frame.width <= Decoder.mostPixels / frame.height
    else { throw Refusal(message: "its pixels are of no known kind", mend: "convert the file") }
    if format.isReal {
      throw Refusal(
        message: "its pixels are floating-point numbers ('\(format.name)')",
        mend: "convert it to 8 or 16 bits")
    }
    let size = options.size
    let kept =
      turn.swapsAxes
      ? PictureSize(height: frame.width, width: frame.height)
      : PictureSize(height: frame.height, width: frame.width)
    let isGrey = options.colour == .grey || options.colour == .keep && format.isGrey
    let isDeep = format.isGrey && format.wholeBits == 16 && isGrey
    if isDeep, let size, size != kept, options.filter != .nearest {
      throw Refusal(
        message: "its 16-bit grey would be mixed by the filter '\(options.filter.rawValue)'",
        mend: "resize it with the filter 'nearest'")
    }
    return Form(
      type: isDeep ? .uint16 : .uint8, height: (size ?? kept).height, width: (size ?? kept).width,
      channels: isGrey ? 1 : 3)
  }

  /// Converts `frame`, and puts it at the end of `output`.
  func convert(
    _ frame: Frame, _ form: Form, _ turn: DisplayTurn, into output: inout [UInt8]
  ) throws {
    guard let format = PixelFormat(frame.pixelFormat) else { return }
    // The size before it is turned.
    let size =
      turn.swapsAxes
      ? PictureSize(height: form.width, width: form.height)
      : PictureSize(height: form.height, width: form.width)
    if form.type == .uint16 {
      let numbers = PixelCopies.deepGrey(frame, format, size: size) ?? []
      numbers.withUnsafeBytes { append($0, size, pixel: 2, turn, &output) }
      return
    }
    // What holds grey or rgb is copied first; all others libswscale converts and resizes in one.
    var source = frame
    var isTripled = false
    if let packed = try PixelCopies.packed(frame) {
      source = form.channels == 1 && !format.isGrey ? try PixelCopies.grey(packed) : packed
      isTripled = form.channels == 3 && format.isGrey
    }
    let wanted =
      form.channels == 1 || isTripled ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24
    if source.pixelFormat != wanted || source.width != size.width || source.height != size.height {
      source = try scale(source, to: wanted, size)
    }
    let pixel = wanted == AV_PIX_FMT_GRAY8 ? 1 : 3
    if turn == .none, !isTripled {
      appendLines(of: source, pixel * size.width, &output)
    } else {
      var lines: [UInt8] = []
      lines.reserveCapacity(pixel * size.width * size.height)
      appendLines(of: source, pixel * size.width, &lines)
      if isTripled { lines = PixelCopies.tripled(lines) }
      lines.withUnsafeBytes { append($0, size, pixel: form.channels, turn, &output) }
    }
  }

  private func scale(
    _ source: Frame, to format: AVPixelFormat, _ size: PictureSize
  ) throws(LibraryError) -> Frame {
    let range = source.pointer.pointee.color_range
    let task = Scaler.Task(
      from: source.pixelFormat.rawValue,
      fromSize: PictureSize(height: source.height, width: source.width), to: format.rawValue,
      toSize: size, filter: options.filter,
      colours: source.pointer.pointee.colorspace.rawValue.signed,
      isFullRange: range == AVCOL_RANGE_JPEG, isRangeKnown: range != AVCOL_RANGE_UNSPECIFIED)
    if scaler?.task != task || scaled == nil {
      scaler = try Scaler(task)
      scaled = try Frame(format, width: size.width, height: size.height)
    }
    guard let scaler, let scaled else { return source }
    try scaler.scale(source, into: scaled)
    return scaled
  }

  private func appendLines(of frame: Frame, _ bytes: Int, _ output: inout [UInt8]) {
    guard let plane = cff_plane(frame.pointer, 0) else { return }
    let step = Int(cff_line_size(frame.pointer, 0))
    for y in 0..<frame.height {
      output.append(contentsOf: UnsafeBufferPointer(start: plane + y * step, count: bytes))
    }
  }

  private func append(
    _ pixels: UnsafeRawBufferPointer, _ size: PictureSize, pixel: Int, _ turn: DisplayTurn,
    _ output: inout [UInt8]
  ) {
    guard turn != .none else { return output.append(contentsOf: pixels) }
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { buffer, count in
      turn.apply(
        pixels, width: size.width, height: size.height, pixel: pixel,
        into: UnsafeMutableRawBufferPointer(buffer))
      count = pixels.count
    }
    output.append(contentsOf: turned)
  }
}
