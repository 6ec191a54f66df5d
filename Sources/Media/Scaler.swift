internal import CFFmpeg

/// libswscale, set up as `ffmpeg` sets it up for
/// `-vf scale=W:H:flags=FILTER+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact`.
final class Scaler {
  /// What the pictures are, and what they become.
  struct Task: Hashable {
    var from: Int32
    var fromSize: PictureSize
    var to: Int32
    var toSize: PictureSize
    var filter: ResizeFilter
    /// The standard of their colours, and whether their numbers go from 0 to 255.
    var colours: Int32
    var isFullRange: Bool
    var isRangeKnown: Bool
  }

  let task: Task
  private let context: OpaquePointer

  init(_ task: Task) throws(LibraryError) {
    self.task = task
    let context = try Library.make("convert") { sws_alloc_context() }
    self.context = context
    let object = UnsafeMutableRawPointer(context)
    let settings: [(String, Int64)] = [
      ("srcw", Int64(task.fromSize.width)), ("srch", Int64(task.fromSize.height)),
      ("src_format", Int64(task.from)),
      ("dstw", Int64(task.toSize.width)), ("dsth", Int64(task.toSize.height)),
      ("dst_format", Int64(task.to)),
      ("sws_flags", Int64(task.filter.flag | cff_scale_flags_exact())),
      // Where colour stands between lines, as MPEG has it and the ffmpeg tool sets it.
      ("src_v_chr_pos", task.from == AV_PIX_FMT_YUV420P.rawValue ? 128 : -513),
    ]
    for (name, value) in settings {
      try Library.call("convert") { av_opt_set_int(object, name, value, 0) }
    }
    try Library.call("convert") { sws_init_context(context, nil, nil) }

    var table: UnsafeMutablePointer<Int32>?
    var outTable: UnsafeMutablePointer<Int32>?
    var (range, outRange): (Int32, Int32) = (0, 0)
    var (brightness, contrast, saturation): (Int32, Int32, Int32) = (0, 0, 0)
    guard
      sws_getColorspaceDetails(
        context, &table, &range, &outTable, &outRange, &brightness, &contrast, &saturation) >= 0
    else { return }
    // Standards that libswscale has no numbers for count as BT.601.
    let known = task.colours >= 1 && task.colours <= 10 && task.colours != 8
    let numbers = sws_getCoefficients(known ? task.colours : AVCOL_SPC_BT470BG.rawValue.signed)
    if task.isRangeKnown { range = task.isFullRange ? 1 : 0 }
    _ = sws_setColorspaceDetails(
      context, numbers, range, numbers, outRange, brightness, contrast, saturation)
  }

  deinit { sws_freeContext(context) }

  func scale(_ source: Frame, into target: Frame) throws(LibraryError) {
    try Library.call("convert") { cff_scale(context, source.pointer, target.pointer) }
  }
}

extension FixedWidthInteger {
  /// Enumerations of C come signed or not, as the compiler likes.
  var signed: Int32 { Int32(truncatingIfNeeded: self) }
}

extension ResizeFilter {
  var flag: Int32 {
    switch self {
    case .nearest: cff_scale_point()
    case .bilinear: cff_scale_bilinear()
    case .bicubic: cff_scale_bicubic()
    case .area: cff_scale_area()
    case .lanczos: cff_scale_lanczos()
    }
  }
}
